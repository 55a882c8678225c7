//! Which changes were taken back by another: GitHub's revert button and `git revert` both say so in the text.

use std::collections::BTreeMap;

use crate::model::change::PullRequest;

/// A merged pull request that takes another one back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revert {
    pub number: u64,
    /// When it was merged, RFC 3339.
    pub at: String,
}

/// Reverts within one repository, by what they name; the earliest counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reverts {
    by_number: BTreeMap<u64, Revert>,
    by_commit: BTreeMap<String, Revert>,
}

impl Reverts {
    pub fn of_all<'a>(repository: &str, pulls: impl IntoIterator<Item = &'a PullRequest>) -> Reverts {
        let mut reverts = Reverts::default();
        for pull in pulls {
            reverts.add(repository, pull);
        }
        reverts
    }

    /// Notes what a pull request says that it takes back.
    pub fn add(&mut self, repository: &str, pull: &PullRequest) {
        let revert = Revert { number: pull.number, at: pull.merged_at.clone() };
        let texts =
            std::iter::once(pull.body.as_str()).chain(pull.commits.members().iter().map(|c| c.message.as_str()));
        for line in texts.flat_map(str::lines) {
            match named(repository, line) {
                Some(Named::Number(number)) => keep(&mut self.by_number, number, &revert),
                Some(Named::Commit(sha)) => keep(&mut self.by_commit, sha.to_owned(), &revert),
                None => {}
            }
        }
    }

    /// The first change that takes this one back.
    pub fn of(&self, pull: &PullRequest) -> Option<&Revert> {
        let commits = pull.commits.members().iter().map(|commit| commit.sha.as_str()).chain(pull.merge_sha.as_deref());
        let by_commit = commits.filter_map(|sha| self.by_commit.get(sha));
        self.by_number
            .get(&pull.number)
            .into_iter()
            .chain(by_commit)
            .filter(|revert| revert.at > pull.merged_at)
            .min_by(|a, b| a.at.cmp(&b.at))
    }
}

fn keep<K: Ord>(found: &mut BTreeMap<K, Revert>, key: K, revert: &Revert) {
    let old = found.entry(key).or_insert_with(|| revert.clone());
    if revert.at < old.at {
        *old = revert.clone();
    }
}

enum Named<'a> {
    Number(u64),
    Commit(&'a str),
}

/// `Reverts acme/shop#12`, `Reverts #12`, `This reverts commit 1a2b….`
fn named<'a>(repository: &str, line: &'a str) -> Option<Named<'a>> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("This reverts commit ") {
        let sha = rest.split(|c: char| !c.is_ascii_hexdigit()).next().unwrap_or_default();
        return (sha.len() == 40).then_some(Named::Commit(sha));
    }
    let (place, number) = line.strip_prefix("Reverts ")?.split_once('#')?;
    let here = place.is_empty() || place.eq_ignore_ascii_case(repository);
    let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().ok().filter(|_| here).map(Named::Number)
}
