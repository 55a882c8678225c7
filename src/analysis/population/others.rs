//! P05 identities, P08 changes of settings, P09 approvals of environments, P11 incidents, P13 access reviews, P14 agents'
//! apps, and the list of repositories itself.

use std::collections::BTreeMap;

use super::{About, Table, tables::Drawn};
use crate::{
    analysis::{attribution, period::Covered},
    model::{
        actor::{Account, Permission},
        observed::Observed,
        tier::Tier,
        trail::AuditEntry,
        world::{Organization, Repository},
    },
};

const AUDIT_KEPT: &str = "the audit log reaches back 180 days; Git events 7 days";

/// Audit-log actions that change a guardrail, by the part before the first dot.
const GUARDRAILS: [&str; 8] = [
    "protected_branch",
    "repository_ruleset",
    "environment",
    "workflows",
    "repository_branch_protection_evaluation",
    "org_ruleset",
    "oidc_subject_claim_customization",
    "required_workflow",
];

impl Drawn<'_> {
    pub fn others(&self) -> Vec<Table> {
        vec![
            self.identities(),
            self.settings(),
            self.approvals(),
            self.incidents(),
            self.reviews(),
            self.apps(),
            self.repository_list(),
        ]
    }

    fn identities(&self) -> Table {
        const COLUMNS: [&str; 6] = ["id", "repository", "identity", "kind", "permission", "through"];
        let mut rows = Vec::new();
        for repository in self.repositories {
            let name = repository.name.as_str();
            let mut add = |identity: &str, kind: &str, permission: &str, through: String| {
                let id = format!("{name} {identity} {through}");
                rows.push([&id, name, identity, kind, permission, &through].map(str::to_owned).to_vec());
            };
            for one in repository.collaborators.members() {
                if let Some(permission) = writes(one.permission) {
                    add(&one.account.login, kind(self, &one.account), permission, format!("direct, role {}", one.role));
                }
            }
            for key in repository.deploy_keys.members().iter().filter(|key| !key.read_only) {
                add(&format!("deploy key {}", key.id), "deploy_key", "write", format!("key {}", key.title));
            }
            if repository.workflow_defaults.seen().is_some_and(|defaults| defaults.default_permissions == "write") {
                add("GITHUB_TOKEN", "workflow_token", "write", "default of the repository".to_owned());
            }
            if let Some(organization) = self.organization {
                self.of_organization(organization, repository, &mut add);
            }
        }
        let query = self.repositories.iter().flat_map(|one| {
            ["collaborators?affiliation=direct", "keys", "actions/permissions/workflow"]
                .map(|rest| format!("GET /repos/{}/{rest}", one.name))
        });
        let gaps = self.repositories.iter().flat_map(|one| {
            [
                one.collaborators.gap(format!("collaborators of {}", one.name)),
                one.deploy_keys.gap(format!("deploy keys of {}", one.name)),
                one.workflow_defaults.gap(format!("default of the workflow token of {}", one.name)),
            ]
        });
        let organisation = self.organization.into_iter().flat_map(|organization| {
            [
                organization.owners.gap("owners"),
                organization.teams.gap("teams"),
                organization.installations.gap("app installations"),
                organization.base_permission.gap("the base permission of members"),
                organization.members.gap("members"),
            ]
        });
        let mut gaps = self.gaps(gaps.chain(organisation).collect::<Vec<_>>());
        gaps.push("personal access tokens are not listed: each acts with its owner's rights".to_owned());
        let at = Covered::since(
            &self.inputs.period,
            "identities, as of the run",
            &self.inputs.world.run.started,
            Some(&self.inputs.world.run.started),
            "today's state; not what held before",
        );
        let about = About::new(query.collect(), "write, maintain or admin; as of the run", vec![at], gaps);
        Table::new(
            ("P05", "identities", "Identities that can write to or administer repositories in scope"),
            &COLUMNS,
            rows,
            about,
        )
    }

    fn of_organization(
        &self,
        organization: &Organization,
        repository: &Repository,
        add: &mut impl FnMut(&str, &str, &str, String),
    ) {
        for owner in organization.owners.members() {
            add(&owner.login, kind(self, owner), "admin", "owner of the organisation".to_owned());
        }
        if let Some(permission) = writes(organization.base_permission.seen().copied()) {
            for member in organization.members.members() {
                add(&member.login, kind(self, member), permission, "base permission of members".to_owned());
            }
        }
        for team in organization.teams.members() {
            let granted = team.grants.members().iter().find(|grant| grant.repository == repository.name);
            let Some(permission) = granted.and_then(|grant| writes(grant.permission)) else { continue };
            for member in team.members.members() {
                add(&member.login, kind(self, member), permission, format!("team {}", team.slug));
            }
        }
        for app in organization.installations.members().iter().filter(|app| !app.suspended) {
            let reaches = app
                .repositories
                .as_ref()
                .is_none_or(|named| named.seen().is_none_or(|names| names.contains(&repository.name)));
            let rights: Vec<&str> = ["contents", "workflows", "administration"]
                .into_iter()
                .filter(|permission| app.may_write(permission))
                .collect();
            if reaches && !rights.is_empty() {
                let agent = self.inputs.judges.signatures.by_app(&app.slug).is_some();
                let permission = if rights.contains(&"administration") { "admin" } else { "write" };
                add(
                    &format!("app {}", app.slug),
                    if agent { "agent_app" } else { "app" },
                    permission,
                    format!("installation, {}", rights.join(" and ")),
                );
            }
        }
    }

    fn settings(&self) -> Table {
        const COLUMNS: [&str; 7] = ["id", "at", "repository", "what", "action", "actor", "credential"];
        let mut rows: Vec<Vec<String>> =
            self.audit(|entry| GUARDRAILS.iter().any(|family| entry.action.split('.').next() == Some(family)));
        for repository in self.repositories {
            for ruleset in repository.rulesets.members() {
                for version in ruleset.history.members().iter().filter(|version| self.inputs.period.holds(&version.at))
                {
                    rows.push(vec![
                        format!("{} ruleset {} version {}", repository.name, ruleset.id, version.id),
                        version.at.clone(),
                        repository.name.to_string(),
                        format!("ruleset {}", ruleset.name),
                        "ruleset.version".to_owned(),
                        version.actor_id.map_or_else(String::new, |id| format!("account {id}")),
                        String::new(),
                    ]);
                }
            }
        }
        let mut query = self.audit_query();
        query.extend(self.repositories.iter().map(|one| format!("GET /repos/{}/rulesets/<id>/history", one.name)));
        let mut calendar = vec![self.audit_covered()];
        let mut gaps = Vec::new();
        for repository in self.repositories {
            for ruleset in repository.rulesets.members() {
                let what = format!("history of ruleset {} of {}", ruleset.name, repository.name);
                if ruleset.history.is_whole() {
                    calendar.push(Covered::since(
                        &self.inputs.period,
                        what,
                        &self.inputs.world.run.started,
                        None,
                        "180 days",
                    ));
                } else {
                    gaps.push(ruleset.history.gap(format!("{what}: in force at the run, not shown in between")));
                }
            }
            gaps.push(repository.rulesets.gap(format!("rulesets of {}", repository.name)));
        }
        let mut gaps = self.gaps(gaps);
        gaps.push("changes of trust and IAM policies are not listed: their record is CloudTrail's".to_owned());
        let about =
            About::new(query, "rules, environments, workflows and OIDC subjects; within the period", calendar, gaps);
        Table::new(
            ("P08", "guardrail-changes", "Changes to rulesets, environments, workflows, trust and IAM policies"),
            &COLUMNS,
            rows,
            about,
        )
    }

    fn approvals(&self) -> Table {
        const COLUMNS: [&str; 9] =
            ["id", "repository", "environment", "state", "by", "kind", "run_started_by", "sha", "run_at"];
        let judges = self.inputs.judges;
        let mut rows = Vec::new();
        for repository in self.repositories {
            for run in Observed::members(&repository.trail.runs).iter().filter(|run| self.inputs.period.holds(&run.at))
            {
                for approval in run.approvals.members() {
                    for environment in &approval.environments {
                        if self.inputs.tiers.environment(repository, environment.as_str()).tier != Tier::Production {
                            continue;
                        }
                        let starter = run.triggered_by.as_ref().or(run.actor.as_ref());
                        rows.push(vec![
                            format!("{} run {} {} {}", repository.name, run.id, environment, approval.by.login),
                            repository.name.to_string(),
                            environment.to_string(),
                            approval.state.clone(),
                            approval.by.login.clone(),
                            judges.persons.no_person(judges.signatures, &approval.by).unwrap_or("person").to_owned(),
                            starter.map_or_else(String::new, |by| by.login.clone()),
                            run.sha.clone(),
                            run.at.clone(),
                        ]);
                    }
                }
            }
        }
        let query = self
            .repositories
            .iter()
            .flat_map(|one| ["", "/<id>/approvals"].map(|rest| format!("GET /repos/{}/actions/runs{rest}", one.name)));
        let calendar = self.repositories.iter().map(|one| {
            self.covered(
                &format!("runs of {}", one.name),
                &one.trail.runs,
                |run| &run.at,
                "runs are kept 90 days by default, 400 at most",
            )
        });
        let gaps = self.repositories.iter().flat_map(|one| {
            let unread = one
                .trail
                .runs
                .members()
                .iter()
                .find_map(|run| run.approvals.gap(format!("approvals of run {} of {}", run.id, one.name)));
            [one.trail.runs.gap(format!("runs of {}", one.name)), unread]
        });
        let about = About::new(
            query.collect(),
            "environments of production; runs within the period",
            calendar.collect(),
            self.gaps(gaps),
        );
        Table::new(("P09", "environment-approvals", "Approvals of production environments"), &COLUMNS, rows, about)
    }

    fn incidents(&self) -> Table {
        const COLUMNS: [&str; 7] = ["id", "title", "started_at", "detected_at", "resolved_at", "agent", "change"];
        let given = self.inputs.incidents;
        let inside =
            given.seen().into_iter().flat_map(|list| &list.all).filter(|one| self.inputs.period.holds(&one.started_at));
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let rows = inside
            .map(|one| {
                vec![
                    one.id.clone(),
                    one.title.clone(),
                    one.started_at.clone(),
                    text(&one.detected_at),
                    text(&one.resolved_at),
                    text(&one.agent),
                    text(&one.change),
                ]
            })
            .collect();
        let about = self.handed_in("--incidents FILE", "started within the period", given.gap("incidents"));
        Table::new(("P11", "incidents", "Alerts and incidents that touch agents"), &COLUMNS, rows, about)
    }

    fn reviews(&self) -> Table {
        const COLUMNS: [&str; 5] = ["id", "scope", "reviewed_at", "reviewer", "outcome"];
        let given = self.inputs.reviews;
        let inside = given.members().iter().filter(|one| self.inputs.period.holds(&one.reviewed_at));
        let rows = inside
            .map(|one| {
                vec![
                    one.id.clone(),
                    one.scope.clone(),
                    one.reviewed_at.clone(),
                    one.reviewer.clone(),
                    one.outcome.clone(),
                ]
            })
            .collect();
        let about = self.handed_in("--reviews FILE", "done within the period", given.gap("access reviews"));
        Table::new(("P13", "access-reviews", "Access reviews performed"), &COLUMNS, rows, about)
    }

    /// Of a list that a person hands in: that it is all cannot be shown, only that it was given.
    fn handed_in(&self, flag: &str, filter: &str, gap: Option<crate::model::observed::Gap>) -> About {
        let mut gaps = self.gaps([gap]);
        gaps.push("a list that management hands in; nothing read shows that it is all".to_owned());
        About::new(vec![flag.to_owned()], filter, Vec::new(), gaps)
    }

    fn apps(&self) -> Table {
        const COLUMNS: [&str; 8] = ["id", "at", "what", "app", "agent", "permissions", "actor", "credential"];
        let signatures = self.inputs.judges.signatures;
        let mut rows = Vec::new();
        let installed = self.organization.map(|organization| organization.installations.members()).unwrap_or_default();
        for app in installed {
            let permissions: BTreeMap<&str, &str> =
                app.permissions.iter().map(|(name, level)| (name.as_str(), level.as_str())).collect();
            let permissions = permissions.iter().map(|(name, level)| format!("{name}={level}")).collect::<Vec<_>>();
            rows.push(vec![
                format!("installation {}", app.id),
                app.created_at.clone().unwrap_or_default(),
                if app.suspended { "installed, suspended" } else { "installed" }.to_owned(),
                app.slug.clone(),
                signatures.by_app(&app.slug).map_or_else(|| "no known agent".to_owned(), |agent| agent.id.clone()),
                permissions.join(" "),
                String::new(),
                String::new(),
            ]);
        }
        for entry in self.audit_entries(|entry| entry.action.starts_with("integration_installation")) {
            let app = entry.target.clone().unwrap_or_default();
            rows.push(vec![
                entry.id.clone(),
                entry.at.clone(),
                entry.action.clone(),
                app.clone(),
                signatures.by_app(&app).map_or_else(String::new, |agent| agent.id.clone()),
                String::new(),
                entry.actor.clone().unwrap_or_default(),
                entry.credential.clone().unwrap_or_default(),
            ]);
        }
        let mut query = vec!["GET /orgs/<organisation>/installations".to_owned()];
        query.extend(self.audit_query());
        let gaps = self.organization.map(|organization| organization.installations.gap("app installations"));
        let about = About::new(
            query,
            "installed at the run; changes within the period",
            vec![self.audit_covered()],
            self.gaps(gaps),
        );
        Table::new(
            ("P14", "agent-apps", "Agents and apps installed and changes of their permissions"),
            &COLUMNS,
            rows,
            about,
        )
    }

    fn repository_list(&self) -> Table {
        const COLUMNS: [&str; 6] = ["id", "state", "visibility", "default_branch", "production_branches", "excluded"];
        let all = self.inputs.world.repositories();
        let row = |one: &Repository| {
            let excluded = self.inputs.config.excluded(one.name.as_str());
            vec![
                one.name.to_string(),
                if one.archived { "archived" } else { "active" }.to_owned(),
                if one.private { "private" } else { "public" }.to_owned(),
                one.default_branch.clone(),
                super::production_branches(self.inputs.tiers, one).join("; "),
                excluded.map_or_else(String::new, |exclude| exclude.reason.clone()),
            ]
        };
        let mut rows: Vec<Vec<String>> = all.iter().map(row).collect();
        for entry in self.audit_entries(|entry| {
            matches!(
                entry.action.as_str(),
                "repo.create" | "repo.archived" | "repo.transfer" | "repo.destroy" | "repo.unarchived"
            )
        }) {
            let name = entry.repository.as_ref().map_or_else(String::new, ToString::to_string);
            rows.push(vec![
                name,
                format!("{} at {} by {}", entry.action, entry.at, entry.actor.clone().unwrap_or_default()),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ]);
        }
        let mut query = vec!["GET /orgs/<organisation>/repos".to_owned()];
        query.extend(self.audit_query());
        let about = About::new(query, "all that the credential sees", vec![self.audit_covered()], self.gaps([]));
        Table::new(
            ("repositories", "repositories", "Repositories: created, archived, transferred, excluded"),
            &COLUMNS,
            rows,
            about,
        )
    }

    fn audit_entries(&self, wanted: impl Fn(&AuditEntry) -> bool) -> Vec<&AuditEntry> {
        let log = self.organization.map(|organization| organization.trail.audit_log.members()).unwrap_or_default();
        log.iter().filter(|entry| self.inputs.period.holds(&entry.at) && wanted(entry)).collect()
    }

    fn audit(&self, wanted: impl Fn(&AuditEntry) -> bool) -> Vec<Vec<String>> {
        let row = |entry: &AuditEntry| {
            vec![
                entry.id.clone(),
                entry.at.clone(),
                entry.repository.as_ref().map_or_else(String::new, ToString::to_string),
                entry.target.clone().unwrap_or_default(),
                entry.action.clone(),
                entry.actor.clone().unwrap_or_default(),
                entry.credential.clone().unwrap_or_default(),
            ]
        };
        self.audit_entries(wanted).into_iter().map(row).collect()
    }

    fn audit_query(&self) -> Vec<String> {
        vec!["GET /orgs/<organisation>/audit-log, or an owner's export by --audit-log FILE".to_owned()]
    }

    fn audit_covered(&self) -> Covered {
        match self.organization {
            Some(organization) => {
                self.covered("audit log", &organization.trail.audit_log, |entry| &entry.at, AUDIT_KEPT)
            }
            None => Covered::none(&self.inputs.period, "audit log", "the organisation was not read", AUDIT_KEPT),
        }
    }
}

fn writes(permission: Option<Permission>) -> Option<&'static str> {
    match permission? {
        Permission::Admin => Some("admin"),
        Permission::Maintain => Some("maintain"),
        Permission::Write => Some("write"),
        Permission::None | Permission::Read | Permission::Triage => None,
    }
}

fn kind(drawn: &Drawn<'_>, account: &Account) -> &'static str {
    let judges = drawn.inputs.judges;
    if attribution::by_account(judges.signatures, account).is_some() {
        "agent"
    } else if judges.persons.no_person(judges.signatures, account).is_some() {
        "machine"
    } else {
        "person"
    }
}
