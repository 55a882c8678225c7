//! The organisation, or the personal account: people, teams, apps, and what holds for all repositories.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    actions,
    answer::{Reader, each, field, unless},
    paths, repository,
    shape::{account, number, repo_name, role, strings, text},
    trail,
};
use crate::model::{
    actor::{Account, AccountKind, Installation, Permission, Team, TeamGrant},
    id::RepoName,
    observed::Observed,
    pipeline::OrgSecret,
    rules::RuleSource,
    trail::OrganizationTrail,
    world::Organization,
};

/// An account of either kind, with all that hangs on it. `wanted` narrows the repositories; empty means all.
pub(super) fn organization(reader: &Reader<'_>, login: &str, wanted: &[RepoName]) -> Observed<Organization> {
    let org = reader.object(&paths::org(login, "")).observed();
    if let Some((id, login)) = org.seen().and_then(|value| Some((number(value, "id")?, text(value, "login")?))) {
        return Observed::known(of_organization(reader, &login, id, &org, wanted), org.evidence);
    }
    let user = reader.object(&paths::user(login)).observed();
    match user.seen().and_then(account) {
        Some(owner) if owner.kind == AccountKind::User => {
            Observed::known(of_person(reader, owner, wanted), user.evidence)
        }
        // GitHub says that it exists and hides the rest.
        Some(owner) => Observed::known(of_organization(reader, &owner.login, owner.id, &org, wanted), user.evidence),
        None => hidden_organization(reader, login, &org, wanted),
    }
}

/// An organisation whose page is refused while its repositories are shown.
fn hidden_organization(
    reader: &Reader<'_>,
    login: &str,
    org: &Observed<Value>,
    wanted: &[RepoName],
) -> Observed<Organization> {
    let repos = reader.list(&paths::org(login, "/repos")).observed();
    let owner = repos.members().iter().find_map(|repo| repo.get("owner"));
    match owner.and_then(|owner| Some((number(owner, "id")?, text(owner, "login")?))) {
        Some((id, login)) => Observed::known(of_organization(reader, &login, id, org, wanted), repos.evidence),
        None => org.as_ref().and_then(|_| Observed::failed("the answer names no organisation", Vec::new())),
    }
}

fn of_organization(
    reader: &Reader<'_>,
    login: &str,
    id: u64,
    org: &Observed<Value>,
    wanted: &[RepoName],
) -> Organization {
    let path = paths::org(login, "");
    let caller = caller(reader);
    let people = People::read(reader, login, &caller);
    let secrets = actions::org_secrets(reader, login);
    let expected = if owns_all(reader, &caller, &people.owners) { Some(0) } else { expected(org) };
    let repositories = repository::repositories(reader, &paths::org(login, "/repos"), expected, &secrets, wanted);
    // A team's repositories are listed as far as the credential sees them, like all others.
    let whole = repositories.is_whole();
    let selected = |secret: OrgSecret| OrgSecret { repositories: unless(secret.repositories, whole), ..secret };
    let secrets = secrets.map(|secrets| secrets.into_iter().map(selected).collect());
    let seen = |team: Team| Team { grants: unless(team.grants, whole), ..team };
    let plan = field(org, &path, "plan", |plan| text(plan, "name"));
    Organization {
        login: login.to_owned(),
        id,
        is_organization: true,
        base_permission: field(org, &path, "default_repository_permission", |value| Permission::parse(value.as_str()?)),
        two_factor_required: field(org, &path, "two_factor_requirement_enabled", Value::as_bool),
        members: people.members,
        owners: people.owners,
        teams: people.teams.map(|teams| teams.into_iter().map(seen).collect()),
        installations: installations(reader, login),
        runners: actions::runners(reader, &paths::org(login, "/actions/runners")),
        subject_template: actions::subject_template(
            reader,
            &paths::org(login, "/actions/oidc/customization/sub"),
            RuleSource::Organization,
        ),
        workflow_defaults: actions::workflow_defaults(reader, &paths::org(login, "/actions/permissions/workflow")),
        trail: trail::of_organization(reader, login, &plan),
        repositories,
        plan,
        secrets,
        caller,
    }
}

/// A personal account: one owner, no teams, nothing above its repositories.
fn of_person(reader: &Reader<'_>, owner: Account, wanted: &[RepoName]) -> Organization {
    let caller = caller(reader);
    let own = caller.seen().is_some_and(|caller| caller.id == owner.id);
    let user = reader.object(&paths::user(&owner.login)).observed();
    let none = || user.evidence.clone();
    let secrets = Observed::absent(none());
    // Only the owner's own token lists private repositories.
    let (path, expected) = match own {
        true => (paths::OWN_REPOS.to_owned(), Some(0)),
        false => (paths::user_repos(&owner.login), None),
    };
    Organization {
        login: owner.login.clone(),
        id: owner.id,
        is_organization: false,
        plan: field(&user, &paths::user(&owner.login), "plan", |plan| text(plan, "name")),
        base_permission: Observed::known(Permission::None, none()),
        members: Observed::absent(none()),
        owners: Observed::known(vec![owner], none()),
        teams: Observed::absent(none()),
        installations: Observed::not_collected("GitHub lists a personal account's apps to no token, only to its owner"),
        runners: Observed::absent(none()),
        subject_template: Observed::absent(none()),
        workflow_defaults: Observed::absent(none()),
        two_factor_required: Observed::absent(none()),
        trail: OrganizationTrail::unread("a personal account has no audit log that an API shows"),
        repositories: repository::repositories(reader, &path, expected, &secrets, wanted),
        secrets,
        caller,
    }
}

/// Who the token is. An app installation is nobody ("Resource not accessible by integration").
fn caller(reader: &Reader<'_>) -> Observed<Account> {
    reader.object(paths::USER).observed().and_then(|value| match account(&value) {
        Some(account) => Observed::known(account, Vec::new()),
        None => Observed::failed("the answer names no account", Vec::new()),
    })
}

/// Whether no repository can be hidden: a classic token of an owner with the scope `repo` reaches whatever the owner does.
/// A fine-grained token has no scopes, and may be narrowed to some repositories.
fn owns_all(reader: &Reader<'_>, caller: &Observed<Account>, owners: &Observed<Vec<Account>>) -> bool {
    let answer = reader.log.pages(reader.scope, paths::USER);
    let scopes = answer.records.last().and_then(|record| record.header("x-oauth-scopes")).unwrap_or_default();
    let owner = caller.seen().is_some_and(|caller| owners.members().contains(caller));
    owner && scopes.split(',').any(|scope| scope.trim() == "repo")
}

/// How many repositories there are, as GitHub tells owners: what a list must reach to be whole.
fn expected(org: &Observed<Value>) -> Option<u64> {
    let org = org.seen()?;
    let internal = number(org, "total_internal_repos").unwrap_or(0);
    Some(number(org, "public_repos")? + number(org, "total_private_repos")? + internal)
}

struct People {
    members: Observed<Vec<Account>>,
    owners: Observed<Vec<Account>>,
    teams: Observed<Vec<Team>>,
}

impl People {
    /// To a stranger GitHub lists the public members and says nothing of the rest; the teams it lists only to those who may
    /// see all members, which makes them the witness. Secret teams it shows to owners and their own members, and to apps.
    fn read(reader: &Reader<'_>, login: &str, caller: &Observed<Account>) -> People {
        let teams = reader.list(&paths::org(login, "/teams")).observed();
        let insider = teams.seen().is_some();
        let people = |path: &str| {
            let listed = each(reader.list(&paths::org(login, path)).observed(), account);
            unless(listed, insider)
        };
        let owners = people("/members?role=admin");
        let secret_teams_shown = match caller.seen() {
            Some(caller) => owners.members().contains(caller),
            None => true,
        };
        let teams = each(teams, |item| team(reader, login, item));
        People { members: people("/members"), owners, teams: unless(teams, secret_teams_shown) }
    }
}

fn team(reader: &Reader<'_>, login: &str, item: &Value) -> Option<Team> {
    let slug = text(item, "slug")?;
    Some(Team {
        id: number(item, "id")?,
        members: each(reader.list(&paths::team(login, &slug, "/members")).observed(), account),
        grants: each(reader.list(&paths::team(login, &slug, "/repos")).observed(), grant),
        slug,
    })
}

fn grant(item: &Value) -> Option<TeamGrant> {
    let (role, permission) = role(item);
    Some(TeamGrant { repository: repo_name(item)?, permission, role })
}

fn installations(reader: &Reader<'_>, login: &str) -> Observed<Vec<Installation>> {
    each(reader.list(&paths::org(login, "/installations")).observed(), installation)
}

fn installation(item: &Value) -> Option<Installation> {
    let permissions = item.get("permissions")?.as_object()?;
    let levels = permissions.iter().filter_map(|(name, level)| Some((name.clone(), level.as_str()?.to_owned())));
    Some(Installation {
        id: number(item, "id")?,
        app_id: number(item, "app_id")?,
        slug: text(item, "app_slug").unwrap_or_default(),
        permissions: levels.collect::<BTreeMap<_, _>>(),
        events: strings(item, "events"),
        repositories: match text(item, "repository_selection").as_deref() {
            Some("all") => None,
            _ => Some(Observed::not_collected(
                "GitHub tells an app's selected repositories only to that app and in the browser",
            )),
        },
        suspended: item.get("suspended_at").is_some_and(|at| !at.is_null()),
        created_at: text(item, "created_at"),
    })
}
