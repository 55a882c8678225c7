//! The text of a first `ambit.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    base::foreign::plain,
    model::{
        agent::{Agent, AgentKind},
        tier::{Tier, TierBasis},
    },
    render::words::count,
    report::Assessment,
};

const HEAD: &str = "\
# What only management can say. Everything in this file stands in Ambit's report as an assertion.
# What it leaves unmapped, or what facts contradict, is judged as production. Every key: docs/configuration.md
";

/// Kinds of things in the order of the tables, and the key under `[tiers.<tier>]` that maps each.
const KINDS: [(&str, &str); 4] =
    [("branch", "branches"), ("environment", "environments"), ("account", "accounts"), ("resource", "resources")];

/// What the file will say.
#[derive(Debug, Default)]
pub struct Draft {
    pub organisation: Option<String>,
    /// By tier, then by key; each an entry of the list.
    mapped: BTreeMap<(Tier, &'static str), BTreeSet<String>>,
    pub unmapped: Vec<Unmapped>,
    pub agents: Vec<Proposed>,
}

/// A thing that nothing maps, and the tier that a person gave it.
#[derive(Debug)]
pub struct Unmapped {
    pub kind: &'static str,
    pub subject: String,
    pub tier: Option<Tier>,
}

/// An agent that the run shows.
#[derive(Debug)]
pub struct Proposed {
    pub name: String,
    kind: &'static str,
    acts_as: Vec<String>,
    pub owner: Option<String>,
}

impl Draft {
    /// Proposes what names and tags show. What management asserted before is proposed again.
    pub fn of(assessment: &Assessment) -> Draft {
        let mut draft = Draft {
            organisation: assessment.branding.organisation.clone(),
            agents: assessment.agents.iter().filter_map(proposed).collect(),
            ..Draft::default()
        };
        for row in &assessment.tiers {
            let Some((kind, key)) = KINDS.into_iter().find(|(kind, _)| *kind == row.kind) else { continue };
            let subject = pattern(kind, row.subject.raw());
            match row.basis {
                TierBasis::Unmapped => draft.unmapped.push(Unmapped { kind, subject, tier: None }),
                _ => {
                    draft.mapped.entry((row.tier, key)).or_default().insert(subject);
                }
            }
        }
        draft
    }

    /// What was put in, in one line.
    pub fn summary(&self) -> String {
        let open = self.unmapped.iter().filter(|one| one.tier.is_none()).count();
        let mapped: usize = self.mapped.values().map(BTreeSet::len).sum::<usize>() + self.unmapped.len() - open;
        format!(
            "{} mapped to tiers, {} left to map, {}",
            count(mapped, "thing"),
            count(open, "thing"),
            count(self.agents.len(), "agent")
        )
    }

    pub fn text(&self) -> String {
        let mut out = HEAD.to_owned();
        self.tiers(&mut out);
        self.agents(&mut out);
        out.push_str(PEOPLE);
        out.push_str(SOC2);
        match &self.organisation {
            Some(organisation) => out.push_str(&format!("\n[branding]\norganisation = {}\n", quoted(organisation))),
            None => out.push_str("\n# [branding]\n# organisation = \"Acme\"\n"),
        }
        out
    }

    fn tiers(&self, out: &mut String) {
        let mut mapped = self.mapped.clone();
        for one in &self.unmapped {
            let key = KINDS.into_iter().find(|(kind, _)| *kind == one.kind).map(|(_, key)| key);
            if let (Some(tier), Some(key)) = (one.tier, key) {
                mapped.entry((tier, key)).or_default().insert(one.subject.clone());
            }
        }
        if mapped.is_empty() {
            out.push_str(TIERS);
        }
        for tier in Tier::ALL {
            let lists: Vec<_> = mapped.iter().filter(|((of, _), _)| *of == tier).collect();
            if lists.is_empty() {
                continue;
            }
            out.push_str(&format!("\n[tiers.{tier}]\n"));
            for ((_, key), subjects) in lists {
                let entries: String = subjects.iter().map(|subject| format!("    {},\n", quoted(subject))).collect();
                out.push_str(&format!("{key} = [\n{entries}]\n"));
            }
        }
        let open: Vec<&Unmapped> = self.unmapped.iter().filter(|one| one.tier.is_none()).collect();
        if !open.is_empty() {
            out.push_str("\n# Nothing maps these; they are judged as production until a tier above lists them.\n");
        }
        for one in open {
            out.push_str(&format!("#   {} {}\n", one.kind, plain(&quoted(&one.subject))));
        }
    }

    fn agents(&self, out: &mut String) {
        if self.agents.is_empty() {
            out.push_str(AGENT);
        }
        for agent in &self.agents {
            let acts_as: Vec<String> = agent.acts_as.iter().map(|one| quoted(one)).collect();
            out.push_str(&format!(
                "\n[[agent]]\nname = {}\nkind = \"{}\"\nacts_as = [{}]\n",
                quoted(&agent.name),
                agent.kind,
                acts_as.join(", ")
            ));
            match &agent.owner {
                Some(owner) => out.push_str(&format!("owner = {}\n", quoted(owner))),
                None => out.push_str("# owner = \"\"          # who answers for it; without one it is a finding\n"),
            }
            out.push_str("# approved_by = \"\"\n# approved_on = \"2026-01-31\"\n# last_review = \"2026-01-31\"\n");
        }
    }
}

/// An agent as `[[agent]]` names it. A person's own agent needs no entry, the person answers; one in a workflow is named by
/// the repository that holds the workflow.
fn proposed(agent: &Agent) -> Option<Proposed> {
    let kind = match agent.kind {
        AgentKind::App | AgentKind::Stated => "app",
        AgentKind::BotUser => "bot",
        AgentKind::CloudPrincipal => "principal",
        AgentKind::Workflow | AgentKind::Person => return None,
    };
    let bare = |text: &str| text.trim_start_matches("app:").trim_start_matches("github:").to_owned();
    Some(Proposed {
        name: agent.name.raw().to_owned(),
        kind,
        acts_as: agent.acts_as.iter().map(|one| bare(one.raw())).filter(|one| !one.trim().is_empty()).collect(),
        owner: agent.owner.as_ref().map(|owner| owner.person.clone()),
    })
}

/// `acme/shop production` of the report is `acme/shop@production` in a pattern; other kinds stand as they are.
fn pattern(kind: &str, subject: &str) -> String {
    match subject.split_once(' ') {
        Some((repository, name)) if kind == "environment" => format!("{repository}@{name}"),
        _ => subject.to_owned(),
    }
}

/// A TOML string, whatever stands in it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

const TIERS: &str = r#"
# [tiers.production]
# branches = ["main", "acme/shop@release/*"]     # a branch, in all repositories or in one
# environments = ["production"]                  # GitHub environments
# accounts = ["111122223333"]                    # AWS accounts
# resources = ["*-prod"]                         # names or ARNs
# tags = { env = ["prod"] }                      # tags of AWS resources

# [tiers.sandbox]
# branches = ["acme/docs@*"]
"#;

const AGENT: &str = r#"
# [[agent]]
# name = "Claude"
# kind = "app"                                   # app, bot, workflow, person, principal
# acts_as = ["claude"]                           # an app's slug, a login, a workflow's path, a role's ARN
# owner = "alice"
# approved_by = "carol"
# approved_on = "2026-01-31"
# last_review = "2026-01-31"
"#;

const PEOPLE: &str = r#"
# Accounts that are one person: without it, two accounts count as two humans.
# [people.alice]
# name = "Alice Archer"
# accounts = ["github:alice"]
"#;

const SOC2: &str = r#"
# [soc2]
# categories = ["security", "availability"]
# type = 2
# from = "2026-01-01"
# to = "2026-12-31"
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::config::Config;

    fn draft() -> Draft {
        Draft {
            organisation: Some("Acme \"East\"\n[scope]".to_owned()),
            mapped: BTreeMap::from([((Tier::Production, "branches"), BTreeSet::from(["acme/shop@main".to_owned()]))]),
            unmapped: vec![
                Unmapped { kind: "resource", subject: "arn:aws:s3:::x\ny = 1".to_owned(), tier: None },
                Unmapped { kind: "environment", subject: "acme/shop@eu".to_owned(), tier: Some(Tier::Staging) },
            ],
            agents: vec![Proposed {
                name: "Claude".to_owned(),
                kind: "app",
                acts_as: vec!["claude".to_owned()],
                owner: None,
            }],
        }
    }

    #[test]
    fn what_is_written_reads_back_as_it_was_meant_whatever_names_hold() {
        let text = draft().text();
        let config = Config::parse("ambit.toml", text.as_bytes()).unwrap();
        assert_eq!(config.branding.organisation.as_deref(), Some("Acme \"East\"\n[scope]"));
        assert_eq!(config.tiers[&Tier::Production].branches[0].value.to_string(), "acme/shop@main");
        assert_eq!(config.tiers[&Tier::Staging].environments[0].value.to_string(), "acme/shop@eu");
        assert!(!config.tiers.values().any(|rules| !rules.resources.is_empty()), "left unmapped: {text}");
        assert_eq!((config.agents[0].name.as_str(), config.agents[0].owner.as_deref()), ("Claude", None));
        assert_eq!(draft().summary(), "2 things mapped to tiers, 1 thing left to map, 1 agent");
    }

    #[test]
    fn an_empty_draft_is_a_file_of_examples_that_hold_once_the_mark_is_taken_off() {
        let text = Draft::default().text();
        let empty = Config::parse("ambit.toml", text.as_bytes()).unwrap();
        assert!(empty.tiers.is_empty() && empty.agents.is_empty() && empty.soc2.is_none());
        let examples: String = text
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with('[') || line.contains(" = "))
            .map(|line| format!("{line}\n"))
            .collect();
        let config =
            Config::parse("ambit.toml", examples.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{examples}"));
        assert_eq!((config.tiers.len(), config.agents.len(), config.people.len()), (2, 1, 1));
        assert!(config.soc2.is_some());
    }
}
