//! Every merged agent change was approved by another person.
//!
//! Fails for a repository in which a merged change with an agent's mark has no approval on its final commit by a person other than its author, its
//! co-authors and the one whose agent wrote it. An agent's approval is not independent. This is operation, not design: it looks at
//! what happened.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::{attribution, changes},
    model::truth::Truth,
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
        let pulls = sheet.members(name, &format!("merged pull requests of {name}"), &repository.pull_requests);
        let mut by_agents = 0;
        let mut unread = Vec::new();
        let mut missed = Vec::new();
        for pull in pulls.iter().filter(|pull| !attribution::of_pull_request(sight.signatures, pull).is_empty()) {
            by_agents += 1;
            match changes::independent_approval(sight.signatures, pull) {
                Truth::True => {}
                Truth::False => missed.push(pull.number),
                Truth::Unknown => unread.extend(pull.reviews.gap(format!("reviews of {name}#{}", pull.number))),
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
