//! How a ruleset stood before ("Get repository ruleset history"): whether the control was in force all period.

use serde_json::Value;

use super::{
    super::{
        answer::{Reader, each, listed},
        changes, paths,
        shape::{number, text},
    },
    bypass, enforcement, rules_of,
};
use crate::model::{
    observed::Observed,
    rules::{RulesetState, RulesetVersion},
};

/// The versions of the ruleset at `path`, newest first, back to the one that was in force when the period began.
pub(super) fn history(reader: &Reader<'_>, path: &str) -> Observed<Vec<RulesetVersion>> {
    let since = changes::since(reader);
    let versions = each(reader.list(&paths::history(path, None)).observed(), |item| {
        Some((
            number(item, "version_id")?,
            item.get("actor").and_then(|actor| number(actor, "id")),
            text(item, "updated_at")?,
        ))
    });
    versions.and_then(|mut versions| {
        versions.sort_by(|a, b| (&b.2, b.0).cmp(&(&a.2, a.0)));
        let wanted = wanted(versions.iter().map(|(_, _, at)| at.as_str()), since);
        let read = versions.into_iter().take(wanted).map(|(id, actor_id, at)| {
            let state = reader.object(&paths::history(path, Some(id))).observed();
            RulesetVersion { id, actor_id, at, state: state.and_then(|version| state_of(&version, path)) }
        });
        listed(read.collect(), true, Vec::new())
    })
}

/// How many of the versions, newest first, cover the period: those inside it and the one before. Without a period, two: the
/// one in force and what it replaced.
pub fn wanted<'a>(newest_first: impl Iterator<Item = &'a str>, since: Option<&str>) -> usize {
    let inside = since.map_or(1, |since| newest_first.take_while(|at| *at >= since).count());
    inside + 1
}

fn state_of(version: &Value, path: &str) -> Observed<RulesetState> {
    match version.get("state").filter(|state| state.is_object()) {
        Some(state) => Observed::known(
            RulesetState {
                enforcement: enforcement(text(state, "enforcement")),
                bypass: bypass(state, path),
                rules: rules_of(state, path),
            },
            Vec::new(),
        ),
        None => Observed::failed("the version holds no state", Vec::new()),
    }
}
