//! What merged changes show: who approved, and whether that person was independent.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::attribution,
    controls::agents::Signatures,
    model::{
        actor::{Account, AccountKind},
        change::{PullRequest, Review},
        observed::Observed,
        truth::Truth,
        world::Repository,
    },
};

/// Whether a person other than the authors approved the final commit. Not the author, no author or co-author of its commits,
/// no agent, and not dismissed: the last word of each reviewer counts.
pub fn independent_approval(signatures: &Signatures, pull: &PullRequest) -> Truth {
    let involved = involved(pull);
    let found = approvers(signatures, pull).iter().any(|login| !involved.contains(&login.to_ascii_lowercase()));
    match (found, pull.reviews.is_whole()) {
        (true, _) => Truth::True,
        (false, true) => Truth::False,
        (false, false) => Truth::Unknown,
    }
}

/// People whose last review approves the final commit, and who are no agent.
fn approvers(signatures: &Signatures, pull: &PullRequest) -> Vec<String> {
    let mut last: BTreeMap<&str, (&Review, &Account)> = BTreeMap::new();
    for review in pull.reviews.members() {
        // A later comment does not withdraw an approval ("About pull request reviews").
        if review.state != "COMMENTED"
            && let Some(author) = &review.author
        {
            last.insert(&author.login, (review, author));
        }
    }
    let counts = |(review, author): &&(&Review, &Account)| {
        let final_commit = review.commit.as_ref().is_none_or(|commit| *commit == pull.head_sha);
        let in_time = review.submitted_at.as_ref().is_none_or(|at| *at <= pull.merged_at);
        let person = author.kind == AccountKind::User && attribution::by_account(signatures, author).is_none();
        review.state == "APPROVED" && final_commit && in_time && person
    };
    last.values().filter(counts).map(|(_, author)| author.login.clone()).collect()
}

/// Logins that wrote any part of the change, in lower case.
fn involved(pull: &PullRequest) -> BTreeSet<String> {
    let mut logins: BTreeSet<String> = pull.author.iter().map(|author| author.login.to_ascii_lowercase()).collect();
    for commit in pull.commits.members() {
        logins.extend(commit.author.iter().map(|author| author.login.to_ascii_lowercase()));
        for line in commit.message.lines() {
            let mail = line.to_ascii_lowercase().strip_prefix("co-authored-by:").and_then(|rest| {
                let address = rest.rsplit_once('<')?.1.strip_suffix('>')?.to_owned();
                address.strip_suffix("@users.noreply.github.com").map(str::to_owned)
            });
            logins.extend(mail.map(|local| local.split_once('+').map_or(local.clone(), |(_, login)| login.to_owned())));
        }
    }
    logins
}

/// Who signed agent changes: persons with their counts, of all merged changes that carry an agent's mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedOff {
    pub persons: Vec<(String, usize)>,
    pub total: usize,
}

pub fn sign_off(signatures: &Signatures, repositories: &[&Repository]) -> SignedOff {
    let mut persons: BTreeMap<String, usize> = BTreeMap::new();
    let mut total = 0;
    for pull in repositories.iter().flat_map(|repository| Observed::members(&repository.pull_requests)) {
        if attribution::of_pull_request(signatures, pull).is_empty() {
            continue;
        }
        total += 1;
        for login in approvers(signatures, pull) {
            *persons.entry(login).or_default() += 1;
        }
    }
    let mut persons: Vec<(String, usize)> = persons.into_iter().collect();
    persons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    SignedOff { persons, total }
}
