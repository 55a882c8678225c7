//! Answers to questions, by the rules that the questions name. What was not read never makes an answer better.

use std::collections::BTreeSet;

use crate::{
    controls::{
        catalogue::Catalogue,
        config::Config,
        questions::{Audience, Favourable, Question, Rule},
    },
    model::{
        agent::{Agent, AgentKind},
        id::{EvidenceId, FindingId, QuestionId},
        observed::Gap,
        tier::Tier,
        world::World,
    },
    reach::path::{ReachPath, Verdict},
    report::{Answer, AnswerKind, Finding, MatrixCell, Outcome},
};

use super::{Drill, Ledger, Revert, SignOff, Tally, agree, headline::rank};

mod timed;
mod words;

use words::{count, full_stop};

pub(super) struct Ground<'a> {
    pub world: &'a World,
    pub config: &'a Config,
    pub agents: &'a [Agent],
    pub paths: &'a [ReachPath],
    pub matrix: &'a [MatrixCell],
    pub sign_off: Option<&'a SignOff>,
    pub drills: &'a [Drill],
    pub reverts: &'a [Revert],
    pub unread: &'a [Gap],
    pub ledger: Ledger<'a>,
}

/// Whether what a question asks for holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holding {
    Holds,
    Partly,
    Fails,
    Untold,
}

/// What a rule says, before the question turns it into yes or no.
struct Said {
    holding: Holding,
    statement: String,
    evidence: Vec<EvidenceId>,
    /// Gaps that stand between this and a better answer.
    gaps: Vec<Gap>,
}

impl Said {
    fn new(holding: Holding, statement: impl Into<String>) -> Said {
        Said { holding, statement: statement.into(), evidence: Vec::new(), gaps: Vec::new() }
    }

    fn from(mut self, findings: &[&Finding]) -> Said {
        self.evidence.extend(findings.iter().flat_map(|finding| finding.evidence.iter().cloned()));
        let unknown = findings.iter().filter(|finding| finding.outcome == Outcome::Unknown);
        self.gaps.extend(unknown.flat_map(|finding| finding.needs.iter().cloned()));
        self
    }
}

pub(super) fn all(ground: &Ground<'_>, catalogue: &Catalogue) -> Vec<Answer> {
    let sets = catalogue.questions.iter();
    sets.flat_map(|set| set.questions.iter().map(|question| ground.answer(question, set.audience))).collect()
}

impl Ground<'_> {
    fn answer(&self, question: &Question, audience: Audience) -> Answer {
        let findings = self.ledger.of_checks(question.rule.checks());
        let said = self.say(&question.rule, &findings, audience);
        let mut limits = question.limits.clone();
        limits.extend(words::limits(&said.gaps, audience));
        let mut evidence = said.evidence;
        evidence.sort();
        evidence.dedup();
        Answer {
            id: QuestionId::from(question.id.as_str()),
            question: question.question.clone(),
            answer: kind(said.holding, question.favourable),
            statement: said.statement,
            evidence,
            findings: ids(&findings),
            as_of: self.world.run.started.clone(),
            limits,
            owner: owner(&findings),
        }
    }

    fn say(&self, rule: &Rule, findings: &[&Finding], audience: Audience) -> Said {
        match rule {
            Rule::AllPass { .. } => all_pass(findings, audience),
            Rule::NoOpenPath { classes, actions, tiers, .. } => {
                let asked = |path: &&ReachPath| {
                    classes.contains(&path.class)
                        && tiers.contains(&path.tier)
                        && (actions.is_empty() || actions.contains(&path.action))
                };
                self.no_open_path(self.paths.iter().filter(asked).collect(), findings, audience)
            }
            Rule::Matrix { tiers } => self.matrix(tiers),
            Rule::Inventory { .. } => self.inventory(findings),
            Rule::OwnIdentity { .. } => self.own_identity(findings),
            Rule::Signoff { names } => self.signoff(*names),
            Rule::TimedRollback { minutes, .. } => timed::rollback(self, *minutes, findings),
            Rule::TimedDetection { .. } => timed::detection(self, findings),
            Rule::Coverage => self.coverage(),
            Rule::NotDeterminable { would_answer } => {
                Said::new(Holding::Untold, format!("Nothing that was read answers this. What would: {would_answer}"))
            }
        }
    }

    fn no_open_path(&self, paths: Vec<&ReachPath>, findings: &[&Finding], audience: Audience) -> Said {
        let of = |verdict: Verdict| paths.iter().filter(move |path| path.verdict == verdict);
        let (open, possible) = (of(Verdict::Open).count(), of(Verdict::Possible).count());
        let tally = Tally::of(findings.iter().copied());
        let dark = possible > 0 || tally.open > 0 || tally.total() == 0 || !self.unread.is_empty();
        let holding = match (open, dark, tally.fail) {
            (1.., ..) => Holding::Fails,
            (0, true, _) => Holding::Untold,
            (0, false, 1..) => Holding::Partly,
            (0, false, 0) => Holding::Holds,
        };
        let mut statement = words::ways(holding, open, possible, paths.len(), tally);
        if let (Audience::Framework, Some(worst)) = (audience, of(Verdict::Open).min_by_key(|path| rank(path))) {
            statement = format!("{} {statement}", worst.sentence);
        }
        let mut said = Said::new(holding, statement).from(findings);
        let hops = paths.iter().flat_map(|path| &path.hops);
        said.evidence.extend(hops.flat_map(|hop| hop.evidence.iter().cloned()));
        said.gaps.extend(self.unread.iter().cloned());
        said
    }

    fn matrix(&self, tiers: &[Tier]) -> Said {
        let cells: Vec<&MatrixCell> = self.matrix.iter().filter(|cell| tiers.contains(&cell.tier)).collect();
        let of = |outcome: Outcome| cells.iter().filter(|cell| cell.outcome == outcome).count();
        let (outside, dark, within) = (of(Outcome::Fail), of(Outcome::Unknown), of(Outcome::Pass));
        let holding = match (outside, dark, within) {
            (1.., ..) => Holding::Fails,
            (0, 1.., _) | (0, 0, 0) => Holding::Untold,
            _ if self.unread.is_empty() => Holding::Holds,
            _ => Holding::Untold,
        };
        let (all, agents) = (cells.len(), count(self.agents.len(), "agent"));
        let mut said = if all == 0 {
            Said::new(Holding::Untold, "No coding agent was found in what was read, so there is nothing to bound.")
        } else {
            let empty = of(Outcome::NotApplicable);
            let more = if self.unread.is_empty() { "" } else { "; not all was read, so there may be more" };
            let statement = format!(
                "Of {all} cells of the permission matrix over {agents}, {within} are within the profile, \
                 {outside} outside, {dark} could not be told, {empty} are of tiers that hold nothing{more}."
            );
            Said::new(holding, statement)
        };
        said.gaps.extend(self.unread.iter().cloned());
        said
    }

    fn inventory(&self, findings: &[&Finding]) -> Said {
        let kinds = [
            (AgentKind::App, "app"),
            (AgentKind::BotUser, "bot user"),
            (AgentKind::Workflow, "workflow job"),
            (AgentKind::Person, "person's agent"),
            (AgentKind::CloudPrincipal, "cloud principal"),
            (AgentKind::Stated, "agent that management states"),
        ];
        let of = |kind: AgentKind| self.agents.iter().filter(|agent| agent.kind == kind).count();
        let parts: Vec<String> =
            kinds.iter().filter(|(kind, _)| of(*kind) > 0).map(|(kind, word)| count(of(*kind), word)).collect();
        let tally = Tally::of(findings.iter().copied());
        let whole = self.unread.is_empty() && tally.open == 0;
        let (holding, statement) = match (self.agents.len(), whole) {
            (0, true) => (Holding::Holds, "No coding agent was found; all that would show one was read.".to_owned()),
            (0, false) => (Holding::Untold, "No coding agent was found in what was read.".to_owned()),
            (all, true) => (Holding::Holds, format!("{}: {}.", count(all, "agent"), parts.join(", "))),
            (all, false) => {
                (Holding::Partly, format!("At least {}: {}; not all was read.", count(all, "agent"), parts.join(", ")))
            }
        };
        let mut said = Said::new(holding, statement).from(findings);
        said.evidence.extend(
            self.agents.iter().flat_map(|agent| &agent.signals).flat_map(|signal| signal.evidence.iter().cloned()),
        );
        said.gaps.extend(self.unread.iter().cloned());
        said
    }

    /// An agent that uses a person's login is that person in every log.
    fn own_identity(&self, findings: &[&Finding]) -> Said {
        let all = self.agents.len();
        let borrowed = self.agents.iter().filter(|agent| agent.kind == AgentKind::Person).count();
        let whole = self.unread.is_empty() && Tally::of(findings.iter().copied()).open == 0;
        let holding = match (borrowed, whole) {
            (0, true) if all > 0 => Holding::Holds,
            (0, _) => Holding::Untold,
            (some, _) if some == all => Holding::Fails,
            _ => Holding::Partly,
        };
        let least = if whole { "" } else { "; not all was read" };
        let statement = format!(
            "{} of {} {} under an identity of {} own, {borrowed} under an employee's{least}.",
            all - borrowed,
            count(all, "agent"),
            agree(all - borrowed, "acts", "act"),
            agree(all - borrowed, "its", "their")
        );
        Said::new(holding, statement).from(findings)
    }

    /// Persons and shares, not a rule.
    fn signoff(&self, names: bool) -> Said {
        let Some(signed) = self.sign_off else {
            return Said::new(Holding::Untold, "Merged changes were not read.");
        };
        let whole = signed.complete && signed.unread == 0;
        let holding = match (signed.total, signed.approved, whole) {
            (0, ..) => Holding::Untold,
            (total, approved, true) if approved == total => Holding::Holds,
            (_, 1.., _) => Holding::Partly,
            (_, 0, true) => Holding::Fails,
            (_, 0, false) => Holding::Untold,
        };
        let statement = if signed.total == 0 {
            "No merged change that was read carries an agent's mark.".to_owned()
        } else {
            words::signed(signed, self.config, names)
        };
        let mut said = Said::new(holding, statement);
        said.evidence.extend(signed.evidence.iter().cloned());
        said
    }

    fn coverage(&self) -> Said {
        let read = &self.world.coverage;
        let holding = if read.planned == 0 { Holding::Untold } else { Holding::Holds };
        let statement = format!(
            "{} of {} requests were answered; {} were denied, {} failed and {} were skipped, each listed with what \
             would settle it.",
            read.answered,
            read.planned,
            read.denied.len(),
            read.failed.len(),
            read.skipped.len()
        );
        Said::new(holding, statement)
    }
}

fn all_pass(findings: &[&Finding], audience: Audience) -> Said {
    let tally = Tally::of(findings.iter().copied());
    let holding = match tally {
        Tally { fail: 1.., pass: 1.., .. } => Holding::Partly,
        Tally { fail: 1.., .. } => Holding::Fails,
        Tally { open: 1.., .. } | Tally { pass: 0, .. } => Holding::Untold,
        _ => Holding::Holds,
    };
    if tally.total() == 0 {
        return Said::new(Holding::Untold, "Nothing was tested that would answer this.").from(findings);
    }
    let mut statement = format!(
        "Of {}, {} without exception, {} with an exception, {} could not be told.",
        count(tally.total(), "result"),
        tally.pass,
        tally.fail,
        tally.open
    );
    let mut failed = findings.iter().filter(|finding| finding.outcome == Outcome::Fail);
    if let (Audience::Framework, Some(worst)) = (audience, failed.next()) {
        statement = format!("{statement} {}{}", worst.statement, full_stop(&worst.statement));
    }
    Said::new(holding, statement).from(findings)
}

fn kind(holding: Holding, favourable: Favourable) -> AnswerKind {
    match (holding, favourable) {
        (Holding::Holds, Favourable::Yes) | (Holding::Fails, Favourable::No) => AnswerKind::Yes,
        (Holding::Fails, Favourable::Yes) | (Holding::Holds, Favourable::No) => AnswerKind::No,
        (Holding::Partly, _) => AnswerKind::Partial,
        (Holding::Untold, _) => AnswerKind::NotDeterminable,
    }
}

fn ids(findings: &[&Finding]) -> Vec<FindingId> {
    findings.iter().map(|finding| finding.id.clone()).collect()
}

/// The one who owns all of what it rests on, if one person does.
fn owner(findings: &[&Finding]) -> Option<String> {
    let owners: BTreeSet<Option<&String>> = findings.iter().map(|finding| finding.owner.as_ref()).collect();
    match owners.into_iter().collect::<Vec<_>>().as_slice() {
        [Some(owner)] => Some((*owner).clone()),
        _ => None,
    }
}
