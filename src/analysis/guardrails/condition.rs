//! Whether an `if` asks who started the run, as far as its text tells.
//!
//! Source: GitHub docs, "Evaluate expressions in workflows and actions".

use crate::model::{
    pipeline::{Job, Step},
    truth::Truth,
};

/// Whether an `if` before the agent lets only people of the repository through when this event starts the run. What another job
/// or step decides is not told.
pub(super) fn guards(job: &Job, step: &Step, event: &str) -> Truth {
    let conditions = [job.condition.as_deref(), step.condition.as_deref()];
    Truth::any(conditions.into_iter().flatten().map(|condition| condition_guards(condition, event)))
}

/// One part of a conjunction that asks is enough; of an alternative, each part must ask.
fn condition_guards(condition: &str, event: &str) -> Truth {
    let condition = condition.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    let parts = split(condition, "&&");
    if parts.len() > 1 {
        return Truth::any(parts.into_iter().map(|part| condition_guards(part, event)));
    }
    let parts = split(condition, "||");
    if parts.len() > 1 {
        return Truth::all(parts.into_iter().map(|part| condition_guards(part, event)));
    }
    match condition.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => condition_guards(inner, event),
        None if never(condition, event) => Truth::True,
        None => asks_for_a_person(condition),
    }
}

/// Splits at an operator outside of brackets and quotes.
fn split<'a>(text: &'a str, operator: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut quoted, mut start) = (Vec::new(), 0_i32, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ if !quoted && depth == 0 && text.get(at..).is_some_and(|rest| rest.starts_with(operator)) => {
                parts.extend(text.get(start..at));
                start = at + operator.len();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// Whether a comparison cannot hold for this event, so that nobody comes through it.
fn never(comparison: &str, event: &str) -> bool {
    let named = comparison.strip_prefix("github.event_name ==").map(|name| name.trim().trim_matches('\''));
    named.is_some_and(|name| name != event)
}

fn asks_for_a_person(flat: &str) -> Truth {
    let person = [
        "github.actor ==",
        "github.actor_id ==",
        "github.triggering_actor ==",
        "github.event.sender.login ==",
        "user.login ==",
        // Setting a label or an assignee takes the triage role at least.
        "github.event.label.name ==",
        "github.event.assignee.login ==",
        "github.repository_owner",
        "github.event.pull_request.head.repo.full_name == github.repository",
        "head.repo.fork == false",
        "!github.event.pull_request.head.repo.fork",
    ];
    let listed = flat.contains("fromJSON(") && (flat.contains("github.actor") || flat.contains("user.login"));
    let associated = flat.contains("author_association")
        && !["CONTRIBUTOR", "NONE", "FIRST_TIME", "!="].iter().any(|word| flat.contains(word));
    if listed || associated || person.iter().any(|words| flat.contains(words)) {
        Truth::True
    } else if flat.contains("needs.") || flat.contains("steps.") {
        Truth::Unknown
    } else {
        Truth::False
    }
}
