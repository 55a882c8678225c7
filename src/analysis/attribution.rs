//! Which agent had a hand in a commit or a pull request, and by which signals.
//!
//! A lower bound: the absence of a mark is not evidence of human authorship. Evidence order: account of the author,
//! session trailer, author or committer address, co-author trailer, text of the body, head branch.

use crate::{
    controls::agents::{Level, Pattern, Signature, Signatures, Trailer, noreply},
    model::{
        actor::Account,
        change::{Commit, PullRequest},
    },
};

/// One signal that names an agent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub level: Level,
    /// The signature's id.
    pub agent: String,
    /// `account`, `address`, `author_name`, `trailer`, `body`, `branch`.
    pub signal: &'static str,
    pub detail: String,
}

fn mark(agent: &Signature, level: Level, signal: &'static str, detail: impl Into<String>) -> Mark {
    Mark { level, agent: agent.id.clone(), signal, detail: detail.into() }
}

/// The marks of one commit, strongest first; empty means unknown, not human.
pub fn of_commit(signatures: &Signatures, commit: &Commit) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(agent) = commit.author.as_ref().and_then(|account| by_account(signatures, account)) {
        marks.push(mark(agent, Level::Author, "account", commit.author.as_ref().map_or("", |a| a.login.as_str())));
    }
    for address in [&commit.author_email, &commit.committer_email] {
        if let Some(agent) = by_address(signatures, address) {
            marks.push(mark(agent, own_level(agent), "address", address));
        }
    }
    for agent in &signatures.agents {
        if agent.author_suffixes.iter().any(|suffix| commit.author_name.ends_with(suffix.as_str())) {
            marks.push(mark(agent, Level::Author, "author_name", &commit.author_name));
        }
    }
    of_text(signatures, &commit.message, &mut marks);
    tidy(marks)
}

/// The marks of a pull request itself and of the commits that were read with it.
pub fn of_pull_request(signatures: &Signatures, pull: &PullRequest) -> Vec<Mark> {
    let mut marks = Vec::new();
    if let Some(account) = &pull.author
        && let Some(agent) = by_account(signatures, account)
    {
        marks.push(mark(agent, Level::Author, "account", &account.login));
    }
    of_text(signatures, &pull.body, &mut marks);
    for commit in pull.commits.members() {
        marks.extend(of_commit(signatures, commit));
    }
    if let Some((agent, alone)) = by_branch(signatures, &pull.head)
        && (alone || marks.iter().any(|mark| mark.agent == agent.id))
    {
        marks.push(mark(agent, Level::Author, "branch", &*pull.head));
    }
    tidy(marks)
}

/// The agent that names its branches like this one, and whether the name shows the agent by itself.
pub fn by_branch<'a>(signatures: &'a Signatures, branch: &str) -> Option<(&'a Signature, bool)> {
    let of = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.is_match(branch));
    signatures.agents.iter().find_map(|agent| match (of(&agent.branches), of(&agent.likely_branches)) {
        (true, _) => Some((agent, true)),
        (false, true) => Some((agent, false)),
        (false, false) => None,
    })
}

/// The agent behind an account, with apps' bot users found by their slug.
pub fn by_account<'a>(signatures: &'a Signatures, account: &Account) -> Option<&'a Signature> {
    let by_slug = |login: &str| login.strip_suffix("[bot]").and_then(|slug| signatures.by_app(slug));
    signatures.by_account(account.id, &account.login).or_else(|| by_slug(&account.login))
}

/// Reviewers and assistants do not become authors by committing a suggestion.
fn own_level(agent: &Signature) -> Level {
    match agent.kind.as_str() {
        "reviewer" | "assist" => Level::Assist,
        _ => Level::Author,
    }
}

/// Whether an address is an agent's or other automation's, not a person's.
pub(super) fn is_agent_address(signatures: &Signatures, address: &str) -> bool {
    let automation = || signatures.automations.iter().any(|known| known.email.as_deref() == Some(address));
    by_address(signatures, address).is_some() || automation()
}

/// A whole address that the catalogue knows, or a GitHub noreply address whose id *and* login it knows.
fn by_address<'a>(signatures: &'a Signatures, address: &str) -> Option<&'a Signature> {
    let known =
        signatures.agents.iter().find(|agent| agent.emails.iter().any(|mail| mail.eq_ignore_ascii_case(address)));
    known.or_else(|| match noreply(address)? {
        (Some(id), login) => signatures.by_account(id, login),
        // Three accounts share the login `Copilot`: without the id it names none.
        (None, _) => None,
    })
}

/// Whether an address is some agent's own.
pub fn is_agents_address(signatures: &Signatures, address: &str) -> bool {
    by_address(signatures, address).is_some()
}

/// Trailers anywhere in the text, any case: squash merges push them up from the end.
fn of_text(signatures: &Signatures, text: &str, marks: &mut Vec<Mark>) {
    for (key, value) in text.lines().filter_map(trailer) {
        let before = marks.len();
        for agent in &signatures.agents {
            let is = |known: &&Trailer| known.key.eq_ignore_ascii_case(key) && known.value.is_match(value);
            if let Some(known) = agent.trailers.iter().find(is) {
                marks.push(mark(agent, known.level, "trailer", &*known.key));
            }
        }
        // A trailer that some agent spells out says more than its address, which a second agent may share.
        if marks.len() == before
            && let Some((key, ordinary)) = credited(key)
            && let Some((_, rest)) = value.rsplit_once('<')
            && let Some(agent) = rest.strip_suffix('>').and_then(|address| by_address(signatures, address))
        {
            let level = if own_level(agent) == Level::Assist { Level::Assist } else { ordinary };
            marks.push(mark(agent, level, "trailer", key));
        }
    }
    for agent in &signatures.agents {
        if agent.bodies.iter().any(|pattern| pattern.is_match(text)) {
            marks.push(mark(agent, Level::Coauthor, "body", "a line that the agent writes"));
        }
    }
}

/// Trailers that credit whoever stands in them, and with how much.
fn credited(key: &str) -> Option<(&'static str, Level)> {
    const CREDITS: [(&str, Level); 3] =
        [("Co-authored-by", Level::Coauthor), ("Generated-by", Level::Coauthor), ("Assisted-by", Level::Assist)];
    CREDITS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(key))
}

/// `Key: value` with a key of letters, digits and dashes, quoted (`> `, `* `, `- `) or not.
pub(super) fn trailer(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim_start_matches(['>', '*', '-', ' ', '\t']).split_once(':')?;
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    plain.then_some((key, value.trim()))
}

/// One mark an agent and signal, the strongest, in a fixed order.
fn tidy(mut marks: Vec<Mark>) -> Vec<Mark> {
    marks.sort();
    marks.dedup_by(|later, earlier| later.agent == earlier.agent && later.signal == earlier.signal);
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(name: &str, email: &str, message: &str) -> Commit {
        Commit {
            sha: "0".repeat(40),
            author_name: name.to_owned(),
            author_email: email.to_owned(),
            author: None,
            committer_email: "noreply@github.com".to_owned(),
            message: message.to_owned(),
            authored_at: "2026-01-01T00:00:00Z".to_owned(),
        }
    }

    /// Who each commit is said to be by; the traps are people and addresses that only look like agents.
    #[test]
    fn finds_marks_and_avoids_the_traps() {
        let signatures = Signatures::built_in().unwrap();
        for (case, expected) in [
            (
                commit(
                    "Ann",
                    "ann@acme.example",
                    "Fix\n\nCo-Authored-By: Claude Opus 4.8 (1M context) <noreply@anthropic.com>",
                ),
                Some(("claude-code", Level::Coauthor)),
            ),
            (
                commit(
                    "Ann",
                    "ann@acme.example",
                    "a\n\nCO-AUTHORED-BY: Claude <noreply@anthropic.com>\n\nmore text after it\n",
                ),
                Some(("claude-code", Level::Coauthor)),
            ),
            (
                commit("Copilot", "198982749+Copilot@users.noreply.github.com", "x"),
                Some(("github-copilot-cloud-agent", Level::Author)),
            ),
            (
                commit("claude[bot]", "41898282+claude[bot]@users.noreply.github.com", "x"),
                Some(("claude-github-app", Level::Author)),
            ),
            (commit("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com", "x"), None),
            (commit("Claudio Rossi", "claudio@acme.example", "x"), None),
            (commit("Dev", "someone@anthropic.com", "x"), None),
            (commit("claude", "81847+claude@users.noreply.github.com", "x"), None),
            (commit("Ann (aider)", "ann@acme.example", "x"), Some(("aider", Level::Author))),
            (commit("Ann", "ann@acme.example", "Use Claude to write docs"), None),
            (
                commit(
                    "Ann",
                    "ann@acme.example",
                    "x\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
                ),
                Some(("github-copilot-code-review", Level::Assist)),
            ),
            (
                commit("Ann", "ann@acme.example", "x\n\nCo-authored-by: Codex <noreply@openai.com>"),
                Some(("openai-codex", Level::Coauthor)),
            ),
            (commit("Ann", "ann@acme.example", "x\n\nCo-authored-by: Bob <bob@openai.com>"), None),
            (
                commit(
                    "Ann",
                    "ann@acme.example",
                    "x\n\nCo-authored-by: Copilot Autofix powered by AI <175728472+Copilot@users.noreply.github.com>",
                ),
                Some(("github-copilot-autofix", Level::Assist)),
            ),
            (commit("Ann", "ann@acme.example", "Add export\n\nRequested by: finance"), None),
            (commit("Ann", "ann@acme.example", "x\n\nCo-authored-by: Codex <codex@example.com>"), None),
            (
                commit("Ann", "ann@acme.example", "x\n\nCo-authored-by: Copilot <Copilot@users.noreply.github.com>"),
                None,
            ),
            (commit("gpt-5-codex", "ann@acme.example", "x"), None),
            (commit("Claude Opus 4.8", "ann@acme.example", "x"), None),
            (commit("Ann", "ann@acme.example", "x\n\nClaude-Session: agreed on Tuesday"), None),
            (
                commit("Ann", "ann@acme.example", "x\n\nGenerated-by: GitHub Copilot <copilot@github.com>"),
                Some(("github-copilot-cli", Level::Coauthor)),
            ),
            (
                commit("Ann", "ann@acme.example", "x\n\nAssisted-by: Claude:claude-opus-4-8"),
                Some(("claude-code", Level::Assist)),
            ),
            (
                commit("Ann", "ann@acme.example", "x\n\nReplit-Commit-Author: Agent"),
                Some(("replit-agent", Level::Coauthor)),
            ),
        ] {
            let marks = of_commit(&signatures, &case);
            let first = marks.first().map(|mark| (mark.agent.as_str(), mark.level));
            assert_eq!(first, expected, "{} <{}> {:?}", case.author_name, case.author_email, case.message);
        }
    }
}
