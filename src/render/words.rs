//! The words and marks that every format uses. A mark always stands beside its word: colour and shape carry nothing alone.

use serde::Serialize;

use crate::{
    model::{tier::TierBasis, truth::Truth},
    report::{
        ActionClass, AgentKind, AlertOutcome, AnswerKind, Basis, Capability, Edition, HopKind, Mode, Observation,
        Outcome, Permitted, RecoveryVerdict, Severity, TestResult, Verdict,
    },
};

/// How a word is coloured, in every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Bad,
    Warn,
    Info,
    Good,
    Mute,
}

/// A word of the field with its tone and its mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Word {
    pub text: &'static str,
    pub mark: &'static str,
    pub tone: Tone,
}

const fn word(text: &'static str, mark: &'static str, tone: Tone) -> Word {
    Word { text, mark, tone }
}

pub fn verdict(verdict: Verdict) -> Word {
    match verdict {
        Verdict::Open => word("open", "▶", Tone::Bad),
        Verdict::Possible => word("possible", "○", Tone::Warn),
        Verdict::Gated => word("gated", "■", Tone::Info),
        Verdict::Closed => word("closed", "✓", Tone::Good),
    }
}

pub fn recovery(verdict: RecoveryVerdict) -> Word {
    match verdict {
        RecoveryVerdict::Lost => word("lost", "✗", Tone::Bad),
        RecoveryVerdict::Unknown => word("unknown", "?", Tone::Warn),
        RecoveryVerdict::Recoverable => word("recoverable", "↺", Tone::Good),
        RecoveryVerdict::OutOfReach => word("out of reach", "✓", Tone::Good),
    }
}

pub fn alert(outcome: AlertOutcome) -> Word {
    match outcome {
        AlertOutcome::Covered => word("covered", "✓", Tone::Good),
        AlertOutcome::GoesNowhere => word("goes nowhere", "✗", Tone::Bad),
        AlertOutcome::NotCovered => word("not covered", "✗", Tone::Bad),
        AlertOutcome::Unknown => word("unknown", "?", Tone::Warn),
    }
}

/// `yes`, `no`, `unknown`: a fact, which is neither good nor bad by itself.
pub fn truth(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "yes",
        Truth::False => "no",
        Truth::Unknown => "unknown",
    }
}

pub fn outcome(outcome: Outcome) -> Word {
    match outcome {
        Outcome::Fail => word("fail", "✗", Tone::Bad),
        Outcome::Unknown => word("unknown", "?", Tone::Warn),
        Outcome::Broken => word("broken", "!", Tone::Bad),
        Outcome::Manual => word("manual", "●", Tone::Info),
        Outcome::Pass => word("pass", "✓", Tone::Good),
        Outcome::NotApplicable => word("not applicable", "–", Tone::Mute),
    }
}

pub fn severity(severity: Severity) -> Word {
    match severity {
        Severity::Critical => word("critical", "▲", Tone::Bad),
        Severity::High => word("high", "▲", Tone::Bad),
        Severity::Medium => word("medium", "■", Tone::Warn),
        Severity::Low => word("low", "▼", Tone::Mute),
        Severity::Info => word("info", "●", Tone::Mute),
    }
}

pub fn test_result(result: TestResult) -> Word {
    match result {
        TestResult::Exception => word("exception", "✗", Tone::Bad),
        TestResult::NotDeterminable => word("not determinable", "?", Tone::Warn),
        TestResult::NoException => word("no exception", "✓", Tone::Good),
        TestResult::NotTested => word("not tested", "–", Tone::Mute),
    }
}

/// An answer is a statement, not a mark in a test: only "not determinable" is coloured.
pub fn answer(answer: AnswerKind) -> Word {
    match answer {
        AnswerKind::Yes => word("yes", "●", Tone::Info),
        AnswerKind::No => word("no", "●", Tone::Info),
        AnswerKind::Partial => word("partial", "●", Tone::Info),
        AnswerKind::NotDeterminable => word("not determinable", "?", Tone::Warn),
    }
}

/// What stands in a cell of the matrix. The mark tells what was observed; the tone, whether the profile allows it.
pub fn cell(observed: Observation, outcome: Outcome) -> Word {
    match (observed, outcome) {
        (Observation::Yes, Outcome::Pass) => word("yes, allowed", "✓", Tone::Good),
        (Observation::Yes, _) => word("yes, not allowed", "✗", Tone::Bad),
        (Observation::Possible, _) => word("possible", "○", Tone::Warn),
        (Observation::Unknown, _) => word("unknown", "?", Tone::Warn),
        (Observation::WithApproval, Outcome::Fail) => word("only with approval, not allowed", "■", Tone::Bad),
        (Observation::WithApproval, _) => word("only with approval", "■", Tone::Info),
        (Observation::No, _) => word("no", "–", Tone::Mute),
    }
}

pub fn permitted(permitted: Permitted) -> &'static str {
    match permitted {
        Permitted::No => "not allowed",
        Permitted::WithApproval => "allowed with approval",
        Permitted::Yes => "allowed",
    }
}

pub fn capability(capability: Capability) -> &'static str {
    match capability {
        Capability::Read => "read",
        Capability::Write => "write",
        Capability::Delete => "delete",
        Capability::Approve => "approve",
        Capability::Trigger => "trigger",
        Capability::Assume => "assume",
        Capability::ChangeGuardrail => "change guardrail",
    }
}

/// What an agent does to a resource through an action of this class.
pub fn class(class: ActionClass) -> &'static str {
    match class {
        ActionClass::List => "list",
        ActionClass::Read => "read",
        ActionClass::Write => "write",
        ActionClass::Destroy => "delete",
        ActionClass::Disrupt => "disrupt",
        ActionClass::Tag => "tag",
        ActionClass::Permissions => "change the permissions of",
        ActionClass::RemovesRecovery => "take the recovery of",
    }
}

pub fn hop_kind(kind: HopKind) -> &'static str {
    match kind {
        HopKind::Public => "public",
        HopKind::Agent => "agent",
        HopKind::Person => "person",
        HopKind::Repository => "repository",
        HopKind::Ref => "ref",
        HopKind::Workflow => "workflow",
        HopKind::Job => "job",
        HopKind::Environment => "environment",
        HopKind::Runner => "runner",
        HopKind::Secret => "secret",
        HopKind::Subject => "OIDC subject",
        HopKind::Principal => "IAM principal",
        HopKind::Resource => "resource",
    }
}

pub fn agent_kind(kind: AgentKind) -> &'static str {
    match kind {
        AgentKind::App => "GitHub App",
        AgentKind::BotUser => "bot user",
        AgentKind::Workflow => "workflow step",
        AgentKind::Person => "a person's agent",
        AgentKind::CloudPrincipal => "cloud principal",
        AgentKind::Stated => "stated in the configuration",
    }
}

pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::PrivilegeEscalation => "privilege escalation",
        Mode::EnvironmentConfusion => "environment confusion",
        Mode::ApprovalBypass => "approval bypass",
    }
}

pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Enforced => "enforced",
        Basis::Incidental => "incidental",
        Basis::Assumed => "assumed human",
    }
}

pub fn tier_basis(basis: TierBasis) -> &'static str {
    match basis {
        TierBasis::Asserted => "asserted in the configuration",
        TierBasis::Tag => "from a tag",
        TierBasis::Name => "from its name",
        TierBasis::Account => "from its account",
        TierBasis::Unmapped => "unmapped, judged as production",
    }
}

pub fn edition(edition: Edition) -> &'static str {
    match edition {
        Edition::Internal => "Internal edition",
        Edition::Auditor => "Auditor edition",
        Edition::Buyer => "Buyer edition",
    }
}

/// `3 paths`, `1 path`.
pub fn count(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        _ => format!("{n} {one}s"),
    }
}

/// `5 min`, `2 h 30 min`.
pub fn minutes(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// `2026-11-24 06:00 UTC` from RFC 3339 in UTC; anything else as it is.
pub fn instant(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => crate::base::foreign::plain(text),
    }
}
