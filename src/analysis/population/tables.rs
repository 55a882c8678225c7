//! P01 merged changes, P02 deployments to production, P03 what went past a pull request or a rule, P04 emergencies.

use std::collections::BTreeMap;

use super::{About, Inputs, Table, change::Change, emergency::Emergency};
use crate::{
    analysis::{
        changes::attributes::Attribute,
        period::{Covered, minutes_between},
        reconcile::{Origin, Reconciliation},
    },
    model::{
        observed::{Gap, Observed},
        tier::Tier,
        trail::{PushKind, SuiteResult},
        truth::Truth,
        world::{Organization, Repository},
    },
};

pub(super) const P01: [&str; 40] = [
    "id",
    "stratum",
    "repository",
    "branch",
    "number",
    "title",
    "author",
    "author_kind",
    "agents",
    "created_at",
    "merged_at",
    "merged_by",
    "head_sha",
    "merge_sha",
    "ticket",
    "emergency",
    "review_order",
    "approved_by",
    "approved",
    "reverted_at",
    "a",
    "a_reason",
    "b",
    "b_reason",
    "c",
    "c_reason",
    "d",
    "d_reason",
    "e",
    "e_reason",
    "f",
    "f_reason",
    "g",
    "g_reason",
    "h",
    "h_reason",
    "i",
    "i_reason",
    "j",
    "j_reason",
];

const PULLS_KEPT: &str = "pull requests are kept as long as the repository";
const PUSHES_KEPT: &str = "repository activity is kept by GitHub without a stated end";
const SUITES_KEPT: &str = "rule suites reach back one month at most";
const DEPLOYMENTS_KEPT: &str = "deployments are kept until they are deleted";

/// Everything that the tables are written from.
pub(super) struct Drawn<'a> {
    pub inputs: &'a Inputs<'a>,
    pub organization: Option<&'a Organization>,
    pub repositories: &'a [&'a Repository],
    pub emergency: Option<&'a Emergency>,
    pub changes: &'a [Change],
    /// By repository and merge commit.
    pub by_commit: BTreeMap<(&'a str, &'a str), &'a Change>,
    pub accounts: &'a [Reconciliation],
}

pub fn word(held: Truth) -> &'static str {
    match held {
        Truth::True => "met",
        Truth::False => "not met",
        Truth::Unknown => "not determinable",
    }
}

impl<'a> Drawn<'a> {
    pub fn tables(&self) -> Vec<Table> {
        vec![self.merged(), self.deployed(), self.direct(), self.emergencies()]
    }

    /// The calendar of one reading, named after its repository.
    pub fn covered<T>(&self, what: &str, reading: &Observed<Vec<T>>, at: impl Fn(&T) -> &str, kept: &str) -> Covered {
        let (period, read_at) = (&self.inputs.period, self.inputs.world.run.started.as_str());
        match (reading.seen(), reading.is_whole()) {
            (_, true) => Covered::since(period, what, read_at, None, kept),
            (Some(read), false) => {
                let oldest = read.iter().map(at).min().unwrap_or(read_at);
                Covered::since(period, what, read_at, Some(oldest), kept)
            }
            (None, false) => {
                Covered::none(period, what, &reading.gap(what).map_or_else(String::new, |gap| gap.why), kept)
            }
        }
    }

    pub fn gaps<'g>(&self, gaps: impl IntoIterator<Item = Option<Gap>> + 'g) -> Vec<String> {
        let told = |gap: Gap| match gap.needs {
            Some(needs) => format!("{}: {}; {needs} would settle it", gap.what, gap.why),
            None => format!("{}: {}", gap.what, gap.why),
        };
        let organisation = match self.organization {
            Some(organization) => organization.repositories.gap("the list of repositories"),
            None => self.inputs.world.forge.gap("the organisation"),
        };
        let mut all: Vec<String> = gaps.into_iter().chain([organisation]).flatten().map(told).collect();
        all.sort();
        all.dedup();
        all
    }

    fn merged(&self) -> Table {
        let rows = self.changes.iter().map(row).collect();
        let query = self.repositories.iter().flat_map(|repository| {
            super::production_branches(self.inputs.tiers, repository).into_iter().map(move |branch| {
                format!(
                    "POST /graphql Changes owner={} name={} base={branch} states=MERGED",
                    repository.name.owner(),
                    repository.name.name()
                )
            })
        });
        let calendar = self.repositories.iter().map(|repository| {
            let what = format!("merged pull requests of {}", repository.name);
            self.covered(&what, &repository.pull_requests, |pull| &pull.merged_at, PULLS_KEPT)
        });
        let gaps = self.repositories.iter().flat_map(|repository| {
            [
                repository.pull_requests.gap(format!("merged pull requests of {}", repository.name)),
                repository.branches.gap(format!("branches of {}", repository.name)),
            ]
        });
        let mut about = About::new(
            query.collect(),
            "branches of production; merged within the period",
            calendar.collect(),
            self.gaps(gaps),
        );
        for account in self.accounts.iter().filter(|account| account.complete != Truth::True) {
            let words = account.residue.iter().chain(&account.unread);
            about.gaps.extend(
                words.map(|word| format!("reconciliation of {}@{}: {word}", account.repository, account.branch)),
            );
            about.complete = about.complete.and(account.complete);
        }
        Table::new(("P01", "merged-changes", "Changes to each production branch"), &P01, rows, about)
    }

    fn deployed(&self) -> Table {
        const COLUMNS: [&str; 8] = ["id", "repository", "environment", "sha", "ref", "created_at", "creator", "change"];
        let mut rows = Vec::new();
        for repository in self.repositories {
            for deployment in Observed::members(&repository.deployments) {
                let tier = self.inputs.tiers.environment(repository, &deployment.environment).tier;
                if tier != Tier::Production || !self.inputs.period.holds(&deployment.created_at) {
                    continue;
                }
                let of = self
                    .changes
                    .iter()
                    .find(|change| change.merge_sha == deployment.sha && change.repository == repository.name.as_str());
                rows.push(vec![
                    format!("{}!{}", repository.name, deployment.id),
                    repository.name.to_string(),
                    deployment.environment.clone(),
                    deployment.sha.clone(),
                    deployment.git_ref.clone(),
                    deployment.created_at.clone(),
                    deployment.creator.as_ref().map_or_else(String::new, |by| by.login.clone()),
                    of.map_or_else(String::new, |change| change.id.clone()),
                ]);
            }
        }
        let query = self.repositories.iter().map(|one| format!("GET /repos/{}/deployments", one.name)).collect();
        let calendar = self.repositories.iter().map(|one| {
            self.covered(&format!("deployments of {}", one.name), &one.deployments, |d| &d.created_at, DEPLOYMENTS_KEPT)
        });
        let gaps = self.repositories.iter().map(|one| one.deployments.gap(format!("deployments of {}", one.name)));
        let about = About::new(
            query,
            "environments of production; created within the period",
            calendar.collect(),
            self.gaps(gaps),
        );
        Table::new(("P02", "production-deployments", "Deployments to production"), &COLUMNS, rows, about)
    }

    fn direct(&self) -> Table {
        const COLUMNS: [&str; 9] =
            ["id", "kind", "repository", "branch", "sha", "at", "actor", "forced_away", "statement"];
        let mut rows = Vec::new();
        for account in self.accounts {
            for entry in &account.entries {
                let (kind, at, actor, statement) = match &entry.origin {
                    Origin::Direct { actor, at, forced: false } => ("direct_push", at, actor.as_deref(), ""),
                    Origin::Direct { actor, at, forced: true } => ("force_push", at, actor.as_deref(), ""),
                    Origin::Residue { why } => ("residue", &entry.committed_at, None, why.as_str()),
                    Origin::Claimed { .. } => {
                        ("residue", &entry.committed_at, None, "only its headline names a pull request")
                    }
                    Origin::PullRequest { .. } if entry.forced_away => {
                        ("removed", &entry.committed_at, None, "removed from the branch by a force push")
                    }
                    Origin::PullRequest { .. } => continue,
                };
                rows.push(vec![
                    format!("{}@{}", account.repository, entry.sha),
                    kind.to_owned(),
                    account.repository.clone(),
                    account.branch.clone(),
                    entry.sha.clone(),
                    at.clone(),
                    actor.unwrap_or_default().to_owned(),
                    if entry.forced_away { "yes" } else { "no" }.to_owned(),
                    statement.to_owned(),
                ]);
            }
        }
        for repository in self.repositories {
            rows.extend(self.bypasses(repository));
        }
        let query = self.repositories.iter().flat_map(|one| {
            [
                format!("GET /repos/{}/activity", one.name),
                format!("GET /repos/{}/rulesets/rule-suites?rule_suite_result=bypass", one.name),
            ]
        });
        let calendar = self.repositories.iter().flat_map(|one| {
            let suites = format!("bypasses of {}", one.name);
            let back_to = crate::analysis::period::days_before(&self.inputs.world.run.started, 30);
            let suites = match one.trail.bypasses.is_whole() {
                true => Covered::since(
                    &self.inputs.period,
                    suites,
                    &self.inputs.world.run.started,
                    Some(&back_to),
                    SUITES_KEPT,
                ),
                false => self.covered(&suites, &one.trail.bypasses, |suite| &suite.at, SUITES_KEPT),
            };
            [self.covered(&format!("pushes of {}", one.name), &one.trail.pushes, |push| &push.at, PUSHES_KEPT), suites]
        });
        let gaps = self.repositories.iter().flat_map(|one| {
            [
                one.trail.pushes.gap(format!("pushes of {}", one.name)),
                one.trail.bypasses.gap(format!("bypasses of {}", one.name)),
                one.lines.gap(format!("commits of {}", one.name)),
            ]
        });
        let about = About::new(
            query.collect(),
            "branches of production; within the period",
            calendar.collect(),
            self.gaps(gaps),
        );
        Table::new(
            ("P03", "direct-pushes-and-bypasses", "Direct pushes, bypasses and force pushes"),
            &COLUMNS,
            rows,
            about,
        )
    }

    fn bypasses(&self, repository: &'a Repository) -> Vec<Vec<String>> {
        let suites = Observed::members(&repository.trail.bypasses).iter();
        let inside = suites.filter(|suite| suite.result == SuiteResult::Bypass && self.inputs.period.holds(&suite.at));
        let row = |suite: &crate::model::trail::RuleSuite| {
            let broke = suite.evaluations.members().iter().filter(|rule| !rule.passed).map(|rule| rule.rule.as_str());
            vec![
                format!("{}~{}", repository.name, suite.id),
                "bypass".to_owned(),
                repository.name.to_string(),
                suite.git_ref.trim_start_matches("refs/heads/").to_owned(),
                suite.after.clone(),
                suite.at.clone(),
                suite.actor.clone().unwrap_or_default(),
                "no".to_owned(),
                format!("broke {}", broke.collect::<Vec<_>>().join(", ")),
            ]
        };
        let mut rows: Vec<Vec<String>> = inside.map(row).collect();
        let forced = Observed::members(&repository.trail.pushes).iter().filter(|push| {
            matches!(push.kind, PushKind::ForcePush | PushKind::Deletion) && self.inputs.period.holds(&push.at)
        });
        let branches = super::production_branches(self.inputs.tiers, repository);
        for push in forced {
            let branch = push.git_ref.trim_start_matches("refs/heads/");
            if branches.iter().any(|name| name == branch) {
                let kind = if push.kind == PushKind::ForcePush { "force_push" } else { "deletion" };
                rows.push(vec![
                    format!("{}^{}", repository.name, push.id),
                    kind.to_owned(),
                    repository.name.to_string(),
                    branch.to_owned(),
                    push.after.clone(),
                    push.at.clone(),
                    push.actor.as_ref().map_or_else(String::new, |by| by.login.clone()),
                    "no".to_owned(),
                    format!("replaced {}", push.before),
                ]);
            }
        }
        rows
    }

    fn emergencies(&self) -> Table {
        const COLUMNS: [&str; 11] = [
            "id",
            "documented",
            "repository",
            "change",
            "rule",
            "ticket",
            "who",
            "at",
            "minutes_open",
            "looked_at_after",
            "within_days",
        ];
        let mut rows: Vec<Vec<String>> = self
            .changes
            .iter()
            .filter_map(|change| Some(self.documented(change, change.emergency.as_ref()?)))
            .collect();
        for repository in self.repositories {
            for suite in Observed::members(&repository.trail.bypasses) {
                let change = self.by_commit.get(&(repository.name.as_str(), suite.after.as_str()));
                let covered = change.is_some_and(|change| change.emergency.is_some());
                if covered || suite.result != SuiteResult::Bypass || !self.inputs.period.holds(&suite.at) {
                    continue;
                }
                let who = suite.actor.clone().unwrap_or_default();
                let rule = match self.emergency {
                    None => "no [emergency] rule is stated".to_owned(),
                    Some(rule) if !rule.may(&who) => format!("{who} is not among those who may"),
                    Some(_) => "no change that the rule covers".to_owned(),
                };
                let id = format!("{}~{}", repository.name, suite.id);
                let blank = String::new;
                rows.push(vec![
                    id,
                    "no".to_owned(),
                    repository.name.to_string(),
                    blank(),
                    rule,
                    blank(),
                    who,
                    suite.at.clone(),
                    blank(),
                    blank(),
                    blank(),
                ]);
            }
        }
        let query = vec!["rows of P01 that [emergency] covers, and bypasses of P03 that it does not".to_owned()];
        let gaps = self.repositories.iter().flat_map(|one| {
            [
                one.pull_requests.gap(format!("merged pull requests of {}", one.name)),
                one.trail.bypasses.gap(format!("bypasses of {}", one.name)),
            ]
        });
        let mut gaps = self.gaps(gaps);
        if self.emergency.is_none() {
            gaps.push("ambit.toml states no [emergency] rule, so every bypass is undocumented".to_owned());
        }
        let about = About::new(query, "within the period", Vec::new(), gaps);
        Table::new(("P04", "emergency-changes", "Emergency changes"), &COLUMNS, rows, about)
    }

    fn documented(&self, change: &Change, rule: &str) -> Vec<String> {
        let approved = change.approved() == Truth::True;
        let looked = change.looked_at_after.clone().or_else(|| change.approved_at.clone().filter(|_| approved));
        let allowed = self.emergency.and_then(|rule| rule.review_within_days);
        let within = match (&looked, allowed) {
            (_, None) => "no limit stated".to_owned(),
            (None, Some(_)) => "no".to_owned(),
            (Some(at), Some(days)) => {
                let minutes = minutes_between(&change.merged_at, at).unwrap_or(0);
                if minutes <= days * 24 * 60 { "yes" } else { "no" }.to_owned()
            }
        };
        let open = minutes_between(&change.created_at, &change.merged_at).map_or_else(String::new, |m| m.to_string());
        vec![
            change.id.clone(),
            "yes".to_owned(),
            change.repository.clone(),
            change.id.clone(),
            rule.to_owned(),
            change.ticket.clone(),
            change.merged_by.clone(),
            change.merged_at.clone(),
            open,
            looked.unwrap_or_default(),
            within,
        ]
    }
}

fn row(change: &Change) -> Vec<String> {
    let mut cells = vec![
        change.id.clone(),
        change.stratum().as_str().to_owned(),
        change.repository.clone(),
        change.branch.clone(),
        change.number.to_string(),
        change.title.clone(),
        change.author.clone(),
        change.kind.as_str().to_owned(),
        change.agents.join("; "),
        change.created_at.clone(),
        change.merged_at.clone(),
        change.merged_by.clone(),
        change.head_sha.clone(),
        change.merge_sha.clone(),
        change.ticket.clone(),
        change.emergency.clone().unwrap_or_default(),
        change.order.to_owned(),
        change.signed.join("; "),
        word(change.approved()).to_owned(),
        change.reverted_at.clone().unwrap_or_default(),
    ];
    for attribute in Attribute::ALL {
        let judged = change.get(attribute);
        cells.push(word(judged.held).to_owned());
        cells.push(judged.reason.clone());
    }
    cells
}
