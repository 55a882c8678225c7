//! What the organisation calls an emergency change: `[emergency]` of `ambit.toml`.

use std::collections::BTreeMap;

use crate::{
    controls::config::Config,
    model::{change::PullRequest, world::Organization},
};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emergency {
    labels: Vec<String>,
    /// Logins in lower case, with what makes them one that may: `actor`, or the team.
    actors: BTreeMap<String, String>,
    pub review_within_days: Option<i64>,
}

impl Emergency {
    /// The rule with the members of its teams, as far as those were read; `None` where there is none.
    pub fn of(config: &Config, organization: Option<&Organization>) -> Option<Emergency> {
        let rule = config.emergency.as_ref()?;
        let mut actors = BTreeMap::new();
        for at in &rule.actors {
            actors.insert(at.value.trim_start_matches("github:").to_lowercase(), "actor".to_owned());
        }
        let teams = organization.map(|organization| organization.teams.members()).unwrap_or_default();
        for team in teams.iter().filter(|team| rule.teams.iter().any(|at| at.value.eq_ignore_ascii_case(&team.slug))) {
            for member in team.members.members() {
                actors.entry(member.login.to_lowercase()).or_insert_with(|| format!("team {}", team.slug));
            }
        }
        Some(Emergency {
            labels: rule.labels.iter().map(|at| at.value.to_lowercase()).collect(),
            actors,
            review_within_days: rule.review_within_days,
        })
    }

    /// What makes a change an emergency: its label where labels are named, else who merged it.
    pub fn applies(&self, pull: &PullRequest) -> Option<String> {
        let label = pull.labels.iter().find(|label| self.labels.contains(&label.to_lowercase()));
        if !self.labels.is_empty() {
            return label.map(|label| format!("label {label}"));
        }
        let by = pull.merged_by.as_ref()?;
        self.actors.get(&by.login.to_lowercase()).map(|why| format!("{why} {}", by.login))
    }

    /// Whether this login is one of those that may.
    pub fn may(&self, login: &str) -> bool {
        self.actors.is_empty() || self.actors.contains_key(&login.to_lowercase())
    }
}
