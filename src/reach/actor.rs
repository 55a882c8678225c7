//! What an agent may do on a repository, by the identity it acts under.

use crate::{
    analysis::{agents::Identity, rules::RefActor},
    model::{
        actor::{Account, AccountKind, Installation, Permission, Team},
        id::EvidenceId,
        observed::{Gap, Observed, Reading},
        pipeline::{Job, Workflow},
        truth::Truth,
        world::{Organization, Repository},
    },
};

/// GitHub's own app behind `GITHUB_TOKEN` (its numeric id, as bypass lists name it).
const ACTIONS_APP: u64 = 15368;

/// An agent on one repository.
#[derive(Debug, Clone)]
pub struct Standing {
    pub actor: RefActor,
    /// Whether it may push at all.
    pub writes: Truth,
    /// Whether it may change files under `.github/workflows/`.
    pub edits_workflows: Truth,
    pub dispatches: Truth,
    /// Pushes with `GITHUB_TOKEN` start no workflow.
    pub pushes_start_workflows: bool,
    /// It may rewrite the protection itself, so protection holds nobody else.
    pub rewrites_rules: bool,
    /// The login whose approval would be the agent's own.
    pub own_login: Option<String>,
    pub because: String,
    pub evidence: Vec<EvidenceId>,
    pub gaps: Vec<Gap>,
}

/// The standing of an identity; `None` when it has no business on the repository.
pub fn standing(organization: &Organization, repository: &Repository, identity: &Identity) -> Option<Standing> {
    match identity {
        Identity::App(app) => app_standing(organization, repository, app),
        Identity::Account(account) => account_standing(organization, repository, account),
        // A job's token is limited to its own repository.
        Identity::Job { repository: own, workflow, job } if *own == repository.name => {
            let file = repository.workflow(workflow)?;
            let job = file.jobs.iter().find(|candidate| candidate.id == *job)?;
            Some(job_standing(repository, file, job))
        }
        Identity::Unseen { why } => Some(unseen_standing(repository, why)),
        Identity::Job { .. } | Identity::Principal(_) => None,
    }
}

fn app_standing(organization: &Organization, repository: &Repository, app: &Installation) -> Option<Standing> {
    if app.suspended {
        return None;
    }
    let selected = match &app.repositories {
        None => Truth::True,
        Some(list) => list.any(|name| (*name == repository.name).into()),
    };
    if selected == Truth::False {
        return None;
    }
    let writes = app.may_write("contents");
    let admin = app.may_write("administration");
    let permission = match (admin, writes) {
        (true, true) => Permission::Admin,
        (_, true) => Permission::Write,
        _ => Permission::Read,
    };
    let gap = app.repositories.as_ref().and_then(|list| list.gap(format!("repositories of app {}", app.slug)));
    Some(Standing {
        actor: RefActor {
            login: format!("{}[bot]", app.slug),
            app: Some((app.app_id, app.slug.clone())),
            user_id: None,
            permission,
            organization_owner: false,
            unseen: false,
            teams: Some(Vec::new()),
        },
        writes: Truth::from(writes).and(selected),
        edits_workflows: app.may_write("workflows").into(),
        dispatches: app.may_write("actions").into(),
        pushes_start_workflows: true,
        rewrites_rules: admin,
        own_login: None,
        because: if writes {
            format!("app {} is installed with contents: write", app.slug)
        } else {
            format!("app {} is installed without contents: write", app.slug)
        },
        evidence: organization.installations.evidence.clone(),
        gaps: gap.into_iter().collect(),
    })
}

fn account_standing(organization: &Organization, repository: &Repository, account: &Account) -> Option<Standing> {
    let owner = organization.owners.any(|owner| (owner.id == account.id).into());
    let (permission, because, evidence, gaps) = account_permission(organization, repository, account, owner);
    let writes = match permission {
        Some(permission) => Truth::from(permission >= Permission::Write),
        None => Truth::Unknown,
    };
    if writes == Truth::False && repository.private && permission == Some(Permission::None) {
        return None;
    }
    let level = permission.unwrap_or(Permission::Write);
    Some(Standing {
        actor: RefActor {
            login: account.login.clone(),
            app: None,
            user_id: Some(account.id),
            permission: level,
            organization_owner: owner == Truth::True,
            unseen: false,
            teams: teams_of(&organization.teams, account),
        },
        writes,
        // A person's own credential pushes whatever that person may push; what a token is limited to cannot be read.
        edits_workflows: Truth::True,
        dispatches: Truth::True,
        pushes_start_workflows: true,
        rewrites_rules: level == Permission::Admin,
        own_login: Some(account.login.clone()),
        because,
        evidence,
        gaps,
    })
}

type Judged = (Option<Permission>, String, Vec<EvidenceId>, Vec<Gap>);

/// The best permission that was read; `None` when a grant that was not read could be better than what was.
fn account_permission(organization: &Organization, repository: &Repository, account: &Account, owner: Truth) -> Judged {
    if owner == Truth::True {
        let because = format!("{} owns the organisation", account.login);
        return (Some(Permission::Admin), because, organization.owners.evidence.clone(), Vec::new());
    }
    let own = repository.collaborators.members().iter().find(|collaborator| collaborator.account.id == account.id);
    let direct = own.map(|collaborator| collaborator.permission.unwrap_or(Permission::Write));
    let member = organization.members.any(|member| (member.id == account.id).into());
    let base = organization.base_permission.seen().copied().filter(|_| member != Truth::False);
    let (by_team, team_gaps) = team_permission(organization, repository, account);
    let best = direct.into_iter().chain(base).chain(by_team).max();
    let mut evidence = repository.collaborators.evidence.clone();
    evidence.extend(organization.base_permission.evidence.iter().cloned());
    let gaps: Vec<Gap> = [
        repository.collaborators.gap(format!("collaborators of {}", repository.name)),
        organization.base_permission.gap("base permission of members".to_owned()),
    ]
    .into_iter()
    .flatten()
    .chain(team_gaps)
    .collect();
    match best {
        Some(permission) if permission >= Permission::Write || gaps.is_empty() => (
            Some(permission),
            format!("{} has {} on {}", account.login, word(permission), repository.name),
            evidence,
            Vec::new(),
        ),
        None if gaps.is_empty() => (
            Some(Permission::None),
            format!("{} has no access to {}", account.login, repository.name),
            evidence,
            Vec::new(),
        ),
        _ => (None, format!("what {} may do on {} could not be read", account.login, repository.name), evidence, gaps),
    }
}

/// What the account's teams may do, and what of that was not read.
fn team_permission(
    organization: &Organization,
    repository: &Repository,
    account: &Account,
) -> (Option<Permission>, Vec<Gap>) {
    let mut gaps: Vec<Gap> = organization.teams.gap("teams of the organisation").into_iter().collect();
    let mut best = None;
    for team in organization.teams.members() {
        let member = team.members.any(|member| (member.id == account.id).into());
        if member == Truth::False {
            continue;
        }
        gaps.extend(team.members.gap(format!("members of team {}", team.slug)));
        gaps.extend(team.grants.gap(format!("repositories of team {}", team.slug)));
        let grants =
            team.grants.members().iter().filter(|grant| grant.repository == repository.name && member == Truth::True);
        best = grants.map(|grant| grant.permission.unwrap_or(Permission::Write)).chain(best).max();
    }
    (best, gaps)
}

fn word(permission: Permission) -> &'static str {
    match permission {
        Permission::None => "no permission",
        Permission::Read => "read",
        Permission::Triage => "triage",
        Permission::Write => "write",
        Permission::Maintain => "maintain",
        Permission::Admin => "admin",
    }
}

/// `None` when a team's members were not read and could include the account.
fn teams_of(teams: &Observed<Vec<Team>>, account: &Account) -> Option<Vec<(u64, String)>> {
    if !teams.is_whole() {
        return None;
    }
    let mut own = Vec::new();
    for team in teams.members() {
        match team.members.any(|member| (member.id == account.id).into()) {
            Truth::True => own.push((team.id, team.slug.clone())),
            Truth::Unknown => return None,
            Truth::False => {}
        }
    }
    Some(own)
}

/// `GITHUB_TOKEN` of a job: its permissions are the job's, else the workflow's, else the repository's default.
fn job_standing(repository: &Repository, workflow: &Workflow, job: &Job) -> Standing {
    let level = |name: &str| workflow.token_writes(Some(job), name);
    let default = repository.workflow_defaults.holds(Truth::Unknown, |d| (d.default_permissions == "write").into());
    let writes = level("contents").map_or(default, Truth::from);
    let gap = if level("contents").is_none() {
        repository.workflow_defaults.gap(format!("default token permissions of {}", repository.name))
    } else {
        None
    };
    Standing {
        actor: RefActor {
            login: "github-actions[bot]".to_owned(),
            app: Some((ACTIONS_APP, "github-actions".to_owned())),
            user_id: None,
            permission: if writes == Truth::False { Permission::Read } else { Permission::Write },
            organization_owner: false,
            unseen: false,
            teams: Some(Vec::new()),
        },
        writes,
        edits_workflows: Truth::False,
        dispatches: level("actions").map_or(default, Truth::from),
        pushes_start_workflows: false,
        rewrites_rules: false,
        own_login: None,
        because: format!("job {} of {} holds a token of its own", job.id, workflow.path),
        evidence: workflow.evidence.clone(),
        gaps: gap.into_iter().collect(),
    }
}

fn unseen_standing(repository: &Repository, why: &str) -> Standing {
    Standing {
        actor: RefActor {
            login: "an unlisted app".to_owned(),
            app: None,
            user_id: None,
            permission: Permission::Write,
            organization_owner: false,
            unseen: true,
            teams: None,
        },
        writes: Truth::Unknown,
        edits_workflows: Truth::Unknown,
        dispatches: Truth::Unknown,
        pushes_start_workflows: true,
        rewrites_rules: false,
        own_login: None,
        because: why.to_owned(),
        evidence: Vec::new(),
        gaps: vec![Gap {
            what: format!("rights on {}", repository.name),
            why: why.to_owned(),
            needs: None,
            evidence: Vec::new(),
        }],
    }
}

/// People who may approve a pull request: accounts of type User with write. `None` where not all were read.
pub fn approvers(organization: &Organization, repository: &Repository) -> Option<Vec<Account>> {
    let teams = &organization.teams;
    let whole = repository.collaborators.is_whole()
        && organization.owners.is_whole()
        && base_is_known(organization)
        && teams.is_whole()
        && teams.members().iter().all(|team| team.members.is_whole() && team.grants.is_whole());
    if !whole {
        return None;
    }
    let writes = |permission: Option<Permission>| permission.is_none_or(|p| p >= Permission::Write);
    let mut accounts: Vec<Account> = organization.owners.members().to_vec();
    accounts
        .extend(repository.collaborators.members().iter().filter(|c| writes(c.permission)).map(|c| c.account.clone()));
    if organization.base_permission.seen().is_some_and(|base| *base >= Permission::Write) {
        accounts.extend(organization.members.members().iter().cloned());
    }
    for team in teams.members() {
        if team.grants.members().iter().any(|grant| grant.repository == repository.name && writes(grant.permission)) {
            accounts.extend(team.members.members().iter().cloned());
        }
    }
    accounts.retain(|account| account.kind == AccountKind::User);
    accounts.sort();
    accounts.dedup();
    Some(accounts)
}

fn base_is_known(organization: &Organization) -> bool {
    match &organization.base_permission.reading {
        Reading::Known { value, .. } => *value < Permission::Write || organization.members.is_whole(),
        Reading::Absent => true,
        _ => false,
    }
}
