//! Every merged agent change was approved by another person.
//!
//! Fails for a repository in which a merged change with an agent's mark has no approval on its final commit by a person other than its author, its
//! co-authors and the one whose agent wrote it. An agent's approval is not independent. This is operation, not design: it looks at
//! what happened.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::changes::{self, approval::Approvals},
    model::{change::PullRequest, observed::Gap, truth::Truth},
};

check!(
    agent_change_unreviewed,
    "gates",
    "Every merged agent change was approved by another person",
    High,
    ApprovalBypass,
    "changes_reviewed"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        sheet.members(name, &format!("merged pull requests of {name}"), &repository.pull_requests);
        let mut by_agents = 0;
        let mut unread = Vec::new();
        let mut missed = Vec::new();
        for (pull, approvals) in changes::by_agents(sight.signatures, sight.persons, &[repository]) {
            by_agents += 1;
            match approvals.hold() {
                Truth::True => {}
                Truth::False => missed.push(pull.number),
                Truth::Unknown => unread.push(gap(name, pull, &approvals)),
            }
        }
        let evidence = &repository.pull_requests.evidence;
        if !missed.is_empty() {
            let list: Vec<String> = missed.iter().take(10).map(|number| format!("#{number}")).collect();
            let statement = format!(
                "{} of {by_agents} merged agent changes in {name} had no independent human approval: {}",
                missed.len(),
                list.join(", ")
            );
            sheet.fail(name, statement, evidence).fix(
                "require_pull_request_review",
                &[("approvals", "one"), ("branch", &repository.default_branch), ("repository", name)],
            );
        } else if !unread.is_empty() {
            sheet.unknown(name, format!("whether agent changes in {name} were approved could not be told"), unread);
        } else if by_agents > 0 {
            sheet.pass(
                name,
                format!("{by_agents} of {by_agents} merged agent changes in {name} had an independent human approval"),
                evidence,
            );
        } else if repository.pull_requests.is_whole() {
            sheet.not_applicable(name, format!("no merged change of {name} carries an agent's mark"), evidence);
        }
    }
}

/// Why it cannot be told whether a change was approved.
fn gap(name: &str, pull: &PullRequest, approvals: &Approvals) -> Gap {
    let what = format!("reviews of {name}#{}", pull.number);
    let told = [&approvals.independent, &approvals.in_time];
    let why = told.into_iter().find(|judged| judged.held == Truth::Unknown).map_or("", |judged| &judged.reason);
    let read = pull.reviews.gap(&what).or_else(|| pull.commits.gap(&what));
    read.unwrap_or_else(|| Gap { what, why: why.to_owned(), needs: None, evidence: pull.reviews.evidence.clone() })
}
