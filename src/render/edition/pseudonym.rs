//! Names that mean the same thing throughout one run and nothing outside it. The join map is never written.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::{
    base::foreign,
    model::id::AgentId,
    report::{Assessment, HopKind, TierRow},
};

/// Every name of a run, by the text that a sentence may hold.
pub(super) struct Pseudonyms {
    agents: BTreeMap<AgentId, String>,
    subjects: BTreeMap<String, String>,
    /// Longest first, so that `shop-prod-eu` is not replaced as `shop-prod`.
    spoken: Vec<(String, String)>,
}

impl Pseudonyms {
    pub(super) fn of(full: &Assessment) -> Pseudonyms {
        let seed = full.run.id.as_str();
        let agents = numbered(seed, "agent", full.agents.iter().map(|agent| agent.id.as_str()).collect());
        let subjects = subjects(seed, full);
        let mut spoken = BTreeMap::new();
        for (class, names) in spoken_names(full) {
            spoken.extend(numbered(seed, class, names.iter().map(String::as_str).collect()));
        }
        spoken.extend(subjects.clone());
        for agent in &full.agents {
            if let Some(pseudonym) = agents.get(agent.id.as_str()) {
                let names = agent.acts_as.iter().chain([&agent.name]).map(|name| foreign::plain(name.raw()));
                spoken.extend(names.chain([agent.id.to_string()]).map(|name| (name, pseudonym.clone())));
            }
        }
        let mut spoken: Vec<(String, String)> = spoken.into_iter().filter(|(name, _)| name.len() > 1).collect();
        spoken.sort_by_key(|(name, _)| std::cmp::Reverse((name.len(), name.clone())));
        Pseudonyms {
            agents: agents.into_iter().map(|(id, pseudonym)| (AgentId::new(id), pseudonym)).collect(),
            subjects,
            spoken,
        }
    }

    pub(super) fn agent(&self, id: &AgentId) -> String {
        self.agents.get(id).cloned().unwrap_or_else(|| "an agent".to_owned())
    }

    pub(super) fn subject(&self, row: &TierRow) -> String {
        self.subjects.get(row.subject.raw()).cloned().unwrap_or_else(|| format!("a {}", row.kind))
    }

    /// A sentence without names: known ones become pseudonyms, and whatever still looks like an ARN, an account, an
    /// address, a mention or a repository is withheld.
    pub(super) fn scrub(&self, text: &str) -> String {
        let mut text = foreign::plain(text);
        for (name, pseudonym) in &self.spoken {
            text = replace_word(&text, name, pseudonym);
        }
        text.split_inclusive(' ').map(withhold).collect()
    }
}

/// `class 1`, `class 2` … in an order that tells nothing about the names but is the same each time.
fn numbered(seed: &str, class: &str, names: BTreeSet<&str>) -> BTreeMap<String, String> {
    let mut shuffled: Vec<_> =
        names.into_iter().map(|name| (Sha256::digest(format!("{seed}\0{name}")), name)).collect();
    shuffled.sort();
    shuffled.into_iter().enumerate().map(|(at, (_, name))| (name.to_owned(), format!("{class} {}", at + 1))).collect()
}

fn subjects(seed: &str, full: &Assessment) -> BTreeMap<String, String> {
    let mut kinds: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &full.tiers {
        kinds.entry(row.kind.as_str()).or_default().insert(row.subject.raw());
    }
    kinds.into_iter().flat_map(|(kind, names)| numbered(seed, kind, names)).collect()
}

/// Names that may stand in a sentence, by what they are.
fn spoken_names(full: &Assessment) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut names: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let mut add = |class, name: &str| {
        names.entry(class).or_default().insert(foreign::plain(name));
    };
    for path in &full.paths {
        add("resource", path.resource.raw());
        add("resource", path.resource_name.raw());
        if let Some((_, short)) = path.resource_name.raw().rsplit_once(' ') {
            add("resource", short);
        }
        path.humans.who.iter().for_each(|who| add("person", who.raw()));
        for node in path.hops.iter().flat_map(|hop| [&hop.from, &hop.to]) {
            let class = match node.kind {
                HopKind::Public | HopKind::Agent => continue,
                HopKind::Person => "person",
                HopKind::Resource => "resource",
                HopKind::Ref => "branch",
                _ => "step",
            };
            add(class, node.name.raw());
            if let (Some((_, short)), HopKind::Principal | HopKind::Runner | HopKind::Secret | HopKind::Resource) =
                (node.name.raw().rsplit_once(' '), node.kind)
            {
                add(class, short);
            }
        }
    }
    for owner in full.agents.iter().filter_map(|agent| agent.owner.as_ref()) {
        add("person", &owner.person);
        owner.approved_by.iter().for_each(|by| add("person", by));
    }
    full.answers.iter().filter_map(|answer| answer.owner.as_ref()).for_each(|owner| add("person", owner));
    full.findings.iter().filter_map(|finding| finding.owner.as_ref()).for_each(|owner| add("person", owner));
    full.findings.iter().filter_map(|finding| finding.accepted.as_ref()).for_each(|accepted| {
        add("person", &accepted.owner);
        add("person", &accepted.approver);
    });
    names
}

/// `name` replaced where it stands as a word of its own.
fn replace_word(text: &str, name: &str, pseudonym: &str) -> String {
    let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(name) {
        let inside = before.chars().next_back().or_else(|| out.chars().next_back()).is_some_and(joins)
            || after.chars().next().is_some_and(joins);
        out.push_str(before);
        out.push_str(if inside { name } else { pseudonym });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// One word with its space: withheld when it looks like a name of the judged systems.
fn withhold(word: &str) -> String {
    let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
    let account = core.len() == 12 && core.bytes().all(|b| b.is_ascii_digit());
    if core.starts_with("arn:") || core.contains('@') || account || repository(core) {
        word.replace(core, "[withheld]")
    } else {
        word.to_owned()
    }
}

/// `owner/name`, with or without more behind it; not `and/or` in plain words, which hold no digit, dash or dot.
fn repository(core: &str) -> bool {
    core.split_once('/').is_some_and(|(owner, rest)| {
        !owner.is_empty()
            && (rest.contains('/') || core.contains(['-', '_', '.', ':']) || rest.chars().any(char::is_numeric))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_are_replaced() {
        assert_eq!(
            replace_word("ben approved; benjamin, ben-x and ben.", "ben", "person 1"),
            "person 1 approved; benjamin, ben-x and person 1."
        );
    }

    #[test]
    fn what_looks_like_a_name_is_withheld() {
        let names = Pseudonyms { agents: BTreeMap::new(), subjects: BTreeMap::new(), spoken: Vec::new() };
        assert_eq!(
            names.scrub("see arn:aws:s3:::x, 491820013377, @eve and acme/shop-api. 24/7 and/or CC6.1"),
            "see [withheld], [withheld], [withheld] and [withheld]. [withheld] and/or CC6.1"
        );
    }

    #[test]
    fn numbers_do_not_follow_the_alphabet_and_stay() {
        let names = || ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter().collect();
        let first = numbered("run-1", "person", names());
        assert_eq!(first, numbered("run-1", "person", names()));
        assert_ne!(first, numbered("run-2", "person", names()));
    }
}
