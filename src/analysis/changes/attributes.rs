//! Attributes A to J of a merged change: what an auditor tests on each item of the population.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    approval::{self, Approvals, Judged, ReviewOrder},
    author::Author,
    history::{Deployed, History},
    persons::Persons,
};
use crate::{
    controls::agents::Signatures,
    model::{change::PullRequest, observed::Observed, truth::Truth},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Attribute {
    /// A ticket or intent was named before the merge.
    A,
    /// The author's identity and kind are known.
    B,
    /// An independent person approved.
    C,
    /// Such an approval stood on the final head when it was merged.
    D,
    /// Required checks were green on that head before the merge.
    E,
    /// It is known who merged, and no rule was bypassed.
    F,
    /// What was deployed is what was merged.
    G,
    /// Another person approved the use of the environment.
    H,
    /// The same commit was on staging before it was in production.
    I,
    /// No rollback and no incident refers to it.
    J,
}

impl Attribute {
    pub const ALL: [Attribute; 10] = [
        Attribute::A,
        Attribute::B,
        Attribute::C,
        Attribute::D,
        Attribute::E,
        Attribute::F,
        Attribute::G,
        Attribute::H,
        Attribute::I,
        Attribute::J,
    ];

    /// The letter in lower case, as columns are called.
    pub fn letter(self) -> &'static str {
        match self {
            Attribute::A => "a",
            Attribute::B => "b",
            Attribute::C => "c",
            Attribute::D => "d",
            Attribute::E => "e",
            Attribute::F => "f",
            Attribute::G => "g",
            Attribute::H => "h",
            Attribute::I => "i",
            Attribute::J => "j",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Attribute::A => "a ticket was named before the merge",
            Attribute::B => "the author's identity and kind are known",
            Attribute::C => "an independent person approved",
            Attribute::D => "that approval stood on the final head when it was merged",
            Attribute::E => "required checks were green on that head before the merge",
            Attribute::F => "it is known who merged, and no rule was bypassed",
            Attribute::G => "what was deployed is what was merged",
            Attribute::H => "another person approved the environment",
            Attribute::I => "the same commit was on staging first",
            Attribute::J => "no rollback and no incident refers to it",
        }
    }
}

/// Who is who, for judging changes.
#[derive(Clone, Copy)]
pub struct Judges<'a> {
    pub signatures: &'a Signatures,
    pub persons: &'a Persons,
}

/// A change with everything that was judged of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    pub author: Author,
    pub order: ReviewOrder,
    /// Logins of persons whose approval stood on the final head.
    pub signed: Vec<String>,
    /// In the order of [`Attribute::ALL`].
    pub attributes: [Judged; 10],
}

impl Tested {
    pub fn get(&self, attribute: Attribute) -> &Judged {
        let [a, b, c, d, e, f, g, h, i, j] = &self.attributes;
        match attribute {
            Attribute::A => a,
            Attribute::B => b,
            Attribute::C => c,
            Attribute::D => d,
            Attribute::E => e,
            Attribute::F => f,
            Attribute::G => g,
            Attribute::H => h,
            Attribute::I => i,
            Attribute::J => j,
        }
    }

    /// Whether an independent person approved the final head before the merge: C and D.
    pub fn approved(&self) -> Truth {
        self.get(Attribute::C).held.and(self.get(Attribute::D).held)
    }
}

/// Tests one merged change against what else its repository shows.
pub fn test(judges: Judges<'_>, history: &History<'_>, pull: &PullRequest) -> Tested {
    let Judges { signatures, persons } = judges;
    let author = Author::of(signatures, persons, pull);
    let Approvals { independent, in_time, signed } = approval::judge(signatures, persons, pull);
    let deployed = history.deployed(pull);
    let attributes = [
        intent(pull),
        author.judged(pull),
        independent,
        in_time,
        checks(history, pull),
        merged(judges, history, pull),
        deployment(&deployed),
        history.environment_approval(judges, pull, &deployed),
        history.staging_first(&deployed),
        history.aftermath(pull),
    ];
    Tested { order: approval::order(signatures, persons, pull), author, signed, attributes }
}

/// `#12`, `acme/shop#12`, `ABC-12`, or the address of an issue.
static TICKET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s(\[:/])([\w.-]+/[\w.-]+#\d+|#\d+|[A-Z][A-Z0-9]+-\d+|https?://\S+/(?:issues|browse)/\S+)").ok()
});

/// The first ticket that title, branch or body name.
pub fn ticket(pull: &PullRequest) -> Option<String> {
    let pattern = TICKET.as_ref()?;
    let found = [&pull.title, &pull.head, &pull.body].into_iter().find_map(|text| pattern.captures(text));
    Some(found?.get(1)?.as_str().to_owned())
}

fn intent(pull: &PullRequest) -> Judged {
    let late = pull.edited_at.as_ref().filter(|at| **at > pull.merged_at);
    match (ticket(pull), late) {
        (Some(ticket), None) => Judged::new(true, format!("names {ticket}")),
        (Some(ticket), Some(at)) => {
            Judged::new(Truth::Unknown, format!("names {ticket}; its text was rewritten at {at}, after the merge"))
        }
        (None, _) => Judged::new(false, "no ticket is named in title, branch or text"),
    }
}

fn checks(history: &History<'_>, pull: &PullRequest) -> Judged {
    let required = history.required_checks(pull.base.as_str());
    let Some(ran) = pull.checks.seen() else {
        let why = pull.checks.gap("checks").map_or_else(String::new, |gap| gap.why);
        let none_required = required.seen().is_some_and(Vec::is_empty) && required.is_whole();
        let also = if none_required { "; none is required" } else { "" };
        return Judged::new(Truth::Unknown, format!("checks on the head not read: {why}{also}"));
    };
    let in_time = |name: &str| {
        let of = ran.iter().filter(|check| check.name == name);
        of.clone().count() > 0
            && of.into_iter().all(|check| check.green() && check.at.as_ref().is_some_and(|at| *at <= pull.merged_at))
    };
    let Some(required) = required.seen() else {
        return Judged::new(Truth::Unknown, "which checks are required was not read");
    };
    if required.is_empty() {
        let green = ran.iter().filter(|check| in_time(&check.name)).count();
        let all = green == ran.len() && green > 0 && pull.checks.is_whole();
        return Judged::new(
            all,
            format!("no check is required; {green} of {} that ran were green before the merge", ran.len()),
        );
    }
    let missing: Vec<&str> = required.iter().map(String::as_str).filter(|name| !in_time(name)).collect();
    match (missing.as_slice(), pull.checks.is_whole()) {
        ([], _) => Judged::new(true, format!("{} of {0} required checks were green", required.len())),
        (missing, true) => Judged::new(false, format!("not green before the merge: {}", missing.join(", "))),
        (missing, false) => {
            Judged::new(Truth::Unknown, format!("not among the checks that were read: {}", missing.join(", ")))
        }
    }
}

fn merged(judges: Judges<'_>, history: &History<'_>, pull: &PullRequest) -> Judged {
    let Some(by) = &pull.merged_by else { return Judged::new(Truth::Unknown, "who merged is not shown") };
    let kind = match judges.persons.no_person(judges.signatures, by) {
        Some(why) => format!(" ({})", why.trim_start_matches("is ")),
        None => String::new(),
    };
    let who = format!("merged by {}{kind}", by.login);
    match history.bypassed(pull.merge_sha.as_deref(), &pull.merged_at) {
        Truth::True => Judged::new(false, format!("{who}, past a rule that it broke")),
        Truth::False => Judged::new(true, who),
        Truth::Unknown => Judged::new(Truth::Unknown, format!("{who}; bypasses of that time were not read")),
    }
}

fn deployment(deployed: &Deployed<'_>) -> Judged {
    match deployed {
        Deployed::Same(deployment) => Judged::new(true, format!("deployed to {} as merged", deployment.environment)),
        Deployed::Within(deployment) => {
            let sha: String = deployment.sha.chars().take(10).collect();
            Judged::new(true, format!("deployed to {} within {sha}", deployment.environment))
        }
        Deployed::Not => Judged::new(false, "no recorded deployment to production holds it"),
        Deployed::Untold(why) => Judged::new(Truth::Unknown, *why),
    }
}

/// How each approval was given, where the audit log tells it: with which kind of credential.
pub fn credential(
    audit: &Observed<Vec<crate::model::trail::AuditEntry>>,
    repository: &str,
    login: &str,
    at: Option<&str>,
) -> Option<String> {
    let near = |entry: &&crate::model::trail::AuditEntry| {
        entry.action == "pull_request_review.submit"
            && entry.actor.as_deref() == Some(login)
            && entry.repository.as_ref().is_some_and(|name| name.as_str() == repository)
            && at.is_some_and(|at| at.get(..16) == entry.at.get(..16))
    };
    audit.members().iter().find(near).and_then(|entry| entry.credential.clone())
}
