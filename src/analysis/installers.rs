//! Who installed which app, by the organisation's audit log.
//!
//! Source: GitHub docs, "Audit log events for your organization": `integration_installation.create` and `.destroy`, with the
//! app's name in `integration`.

use std::collections::BTreeMap;

use crate::model::trail::AuditEntry;

/// The last installation of an app that nobody has undone since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installed<'a> {
    /// A login; `None` where the entry names nobody.
    pub by: Option<&'a str>,
    /// RFC 3339, UTC.
    pub at: &'a str,
}

/// By the slug of the app. Entries stand newest first.
pub fn installed(log: &[AuditEntry]) -> BTreeMap<String, Installed<'_>> {
    let mut last: BTreeMap<String, Option<Installed<'_>>> = BTreeMap::new();
    for entry in log {
        let Some(app) = entry.target.as_deref() else { continue };
        let state = match entry.action.as_str() {
            "integration_installation.create" => Some(Installed { by: entry.actor.as_deref(), at: &entry.at }),
            "integration_installation.destroy" => None,
            _ => continue,
        };
        last.entry(slug(app)).or_insert(state);
    }
    last.into_iter().filter_map(|(app, state)| Some((app, state?))).collect()
}

/// An app's name as GitHub writes it in addresses: `Claude for GitHub` is `claude-for-github`.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: &str, action: &str, actor: &str, app: &str) -> AuditEntry {
        AuditEntry {
            at: at.to_owned(),
            id: at.to_owned(),
            action: format!("integration_installation.{action}"),
            actor: Some(actor.to_owned()),
            repository: None,
            target: Some(app.to_owned()),
            credential: None,
        }
    }

    #[test]
    fn the_last_word_on_an_app_counts() {
        let log = [
            entry("2026-05-01", "destroy", "carol", "Cursor"),
            entry("2026-04-01", "create", "bob", "Claude for GitHub"),
            entry("2026-03-01", "repositories_added", "dave", "Devin"),
            entry("2026-02-01", "create", "alice", "Cursor"),
            entry("2026-01-01", "create", "alice", "claude-for-github"),
        ];
        let claude = Installed { by: Some("bob"), at: "2026-04-01" };
        assert_eq!(installed(&log), BTreeMap::from([("claude-for-github".to_owned(), claude)]));
    }
}
