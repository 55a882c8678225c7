//! The account and its people.

use serde_json::json;

use super::{Recording, organization, repository, told, user};
use crate::model::{
    actor::{AccountKind, Permission},
    truth::Truth,
};

#[test]
fn an_owner_sees_the_settings_and_a_member_is_denied_each() {
    let org = Recording::acme().organization();
    assert_eq!(org.base_permission.seen(), Some(&Permission::Read));
    assert_eq!(org.two_factor_required.seen(), Some(&true));
    assert_eq!(org.plan.seen().map(String::as_str), Some("team"));

    let public = json!({"login": "acme", "id": 500, "type": "Organization", "public_repos": 0});
    let org = Recording::acme().get("/orgs/acme", public).organization();
    assert_eq!(told(&org.base_permission), "denied: organization administration: read");
    assert_eq!(told(&org.two_factor_required), "denied: organization administration: read");
    assert_eq!(told(&org.plan), "denied: organization plan: read");
    assert_eq!(told(&org.repositories), "partial", "nobody said how many private repositories there are");
}

#[test]
fn a_null_setting_is_withheld_too() {
    let mut page = organization();
    page["two_factor_requirement_enabled"] = json!(null);
    let org = Recording::acme().get("/orgs/acme", page).organization();
    assert_eq!(told(&org.two_factor_required), "denied: organization administration: read");
}

#[test]
fn a_shorter_repository_list_than_github_counts_is_incomplete() {
    let mut page = organization();
    assert_eq!(told(&Recording::acme().organization().repositories), "known");
    page["total_private_repos"] = json!(2);
    let short = || Recording::acme().get("/orgs/acme", page.clone());
    assert_eq!(told(&short().organization().repositories), "partial");
    let classic =
        |login, id, scopes| short().get("/user", user(login, id)).header("x-oauth-scopes", scopes).organization();
    assert_eq!(
        told(&classic("alice", 101, "admin:org, repo").repositories),
        "known",
        "an owner's classic token sees all"
    );
    assert_eq!(told(&classic("alice", 101, "admin:org, public_repo").repositories), "partial");
    assert_eq!(told(&classic("bob", 102, "admin:org, repo").repositories), "partial", "not an owner");
}

#[test]
fn members_are_whole_only_beside_the_teams() {
    let org = Recording::acme().organization();
    assert_eq!((told(&org.members), told(&org.owners)), ("known".to_owned(), "known".to_owned()));
    for status in [403, 404] {
        let org = Recording::acme().refused("/orgs/acme/teams", status, "Not Found").organization();
        assert_eq!((told(&org.members), told(&org.owners)), ("partial".to_owned(), "partial".to_owned()));
        assert_eq!(told(&org.teams), "denied: organization members: read");
        assert_eq!(org.owners.any(|who| (who.login == "mallory").into()), Truth::Unknown);
    }
}

#[test]
fn secret_teams_are_hidden_from_members() {
    let acme =
        || Recording::acme().list("/orgs/acme/teams", json!([{"id": 1, "slug": "platform", "name": "Platform"}]));
    assert_eq!(told(&acme().organization().teams), "known");
    assert_eq!(told(&acme().get("/user", user("bob", 102)).organization().teams), "partial");
    let app = acme().refused("/user", 403, "Resource not accessible by integration").organization();
    assert_eq!(told(&app.teams), "known", "an app sees all teams");
    assert_eq!(told(&app.caller), "denied: a user's token");
}

#[test]
fn a_team_carries_its_people_and_its_grants() {
    let org = Recording::acme()
        .list("/orgs/acme/teams", json!([{"id": 1, "slug": "platform", "name": "Platform"}]))
        .list("/orgs/acme/teams/platform/members", json!([user("bob", 102)]))
        .list(
            "/orgs/acme/teams/platform/repos",
            json!([
                {"full_name": "acme/shop", "role_name": "maintain", "permissions": {"admin": false, "maintain": true, "push": true, "pull": true}},
                {"full_name": "acme/docs", "role_name": "release manager", "permissions": {"admin": false, "push": true, "pull": true}},
            ]),
        )
        .organization();
    let team = &org.teams.members()[0];
    assert_eq!(team.members.members()[0].login, "bob");
    let grants: Vec<_> = team.grants.members().iter().map(|grant| (grant.role.as_str(), grant.permission)).collect();
    assert_eq!(grants, [("maintain", Some(Permission::Maintain)), ("release manager", Some(Permission::Write))]);
}

#[test]
fn installations_keep_their_permissions_or_make_the_list_incomplete() {
    let app = json!({
        "id": 770, "app_id": 77, "app_slug": "claude", "repository_selection": "all", "permissions": {"contents": "write"},
        "events": ["push"], "suspended_at": null, "created_at": "2026-01-05T09:00:00Z",
    });
    let mut nameless = app.clone();
    nameless.as_object_mut().unwrap().remove("permissions");
    let listed = |apps: serde_json::Value| {
        let body = json!({"total_count": apps.as_array().unwrap().len(), "installations": apps});
        Recording::acme().list("/orgs/acme/installations", body).organization().installations
    };
    let known = listed(json!([app]));
    assert!(known.members()[0].may_write("contents") && known.members()[0].repositories.is_none());
    assert_eq!(told(&listed(json!([app, nameless]))), "partial", "permissions left out are not none");

    let mut selected = app.clone();
    selected["repository_selection"] = json!("selected");
    let selected = listed(json!([selected]));
    assert!(told(selected.members()[0].repositories.as_ref().unwrap()).starts_with("not collected"));
}

#[test]
fn refusals_name_what_they_need() {
    let path = "/orgs/acme/installations";
    let denied = |recording: Recording| told(&recording.organization().installations);
    let refused = |status, message| Recording::acme().refused(path, status, message);
    assert_eq!(
        denied(refused(403, "Resource not accessible by integration")),
        "denied: organization administration: read"
    );
    assert_eq!(denied(refused(404, "Not Found")), "denied: organization administration: read");
    assert_eq!(
        denied(
            refused(403, "Resource not accessible").header("x-accepted-github-permissions", "organization_plan=read")
        ),
        "denied: organization plan: read",
        "GitHub's own word counts more than our table"
    );
    assert_eq!(
        denied(refused(403, "Resource protected by organization SAML enforcement. You must grant your token access.")),
        "denied: single sign-on authorisation of the token"
    );
    assert_eq!(denied(refused(401, "Bad credentials")), "denied: a valid token");
    assert_eq!(denied(refused(500, "Server Error")), "failed: HTTP 500: Server Error");
    assert_eq!(
        denied(refused(403, "Upgrade to GitHub Team to see this.")),
        "unavailable: Upgrade to GitHub Team to see this."
    );
}

#[test]
fn the_audit_log_is_unavailable_below_enterprise_and_denied_on_it() {
    let path = "/orgs/acme/audit-log";
    let told = |recording: Recording| told(&recording.organization().trail.audit_log);
    assert!(told(Recording::acme().refused(path, 404, "Not Found")).starts_with("unavailable: "));
    let mut page = organization();
    page["plan"]["name"] = json!("enterprise");
    let enterprise = || Recording::acme().get("/orgs/acme", page.clone());
    assert_eq!(told(enterprise().refused(path, 404, "Not Found")), "denied: organization administration: read");
    let read = enterprise()
        .list(path, json!([{"action": "org.add_member", "@timestamp": 1}]))
        .next("/orgs/acme/audit-log?after=x&per_page=100");
    assert_eq!(told(read), "partial", "more entries were not read");
}

#[test]
fn a_list_is_whole_only_to_its_last_page() {
    let first = first("/orgs/acme/members");
    let page = |n: u64| format!("/organizations/500/members?page={n}&per_page=100");
    let two = || first().next(&page(2));
    assert_eq!(told(&two().organization().members), "partial");
    let whole = two().get(&page(2), json!([user("carol", 103)])).organization();
    assert_eq!((told(&whole.members), whole.members.members().len()), ("known".to_owned(), 3));
    assert_eq!(told(&two().refused(&page(2), 502, "Server Error").organization().members), "partial");
    let circle = two().get(&page(2), json!([])).next(&super::first_page("/orgs/acme/members"));
    assert_eq!(told(&circle.organization().members), "partial");
}

fn first(path: &'static str) -> impl Fn() -> Recording {
    move || Recording::acme().list(path, json!([user("alice", 101), user("bob", 102)]))
}

#[test]
fn a_total_above_what_came_makes_a_list_incomplete() {
    let body = |total: u64| json!({"total_count": total, "runners": [{"id": 1, "name": "a", "status": "online", "labels": []}]});
    let runners =
        |total| told(&Recording::acme().list("/orgs/acme/actions/runners", body(total)).organization().runners);
    assert_eq!((runners(1), runners(2)), ("known".to_owned(), "partial".to_owned()));
    let odd = Recording::acme().list("/orgs/acme/actions/runners", json!("nothing")).organization();
    assert_eq!(told(&odd.runners), "failed: the answer is no list");
}

#[test]
fn a_person_has_no_organisation_and_owns_alone() {
    let person = || {
        Recording::new()
            .refused("/orgs/acme", 404, "Not Found")
            .get("/users/acme", user("acme", 7))
            .get("/user", user("stranger", 8))
            .list("/users/acme/repos?type=owner", json!([repository("shop", 2001)]))
    };
    let org = person().organization();
    assert!(!org.is_organization);
    assert_eq!(org.owners.members()[0].login, "acme");
    assert_eq!((told(&org.members), told(&org.teams)), ("absent".to_owned(), "absent".to_owned()));
    assert_eq!(told(&org.repositories), "partial", "private repositories are not listed to a stranger");
    let own =
        person().get("/user", user("acme", 7)).list("/user/repos?affiliation=owner", json!([repository("shop", 2001)]));
    assert_eq!(told(&own.organization().repositories), "known");
    assert!(person().coverage().denied.is_empty(), "a person without an organisation's page is no denial");
}

#[test]
fn an_organisation_that_hides_its_page_keeps_its_repositories() {
    let hidden = Recording::acme().refused("/orgs/acme", 403, "Forbidden");
    let org = hidden.organization();
    assert_eq!((org.id, org.repositories.members().len()), (500, 1));
    assert_eq!(told(&org.two_factor_required), "denied: any credential");
    let unknown = Recording::new().refused("/orgs/acme", 404, "Not Found").refused("/users/acme", 404, "Not Found");
    assert!(told(&unknown.lowered()).starts_with("denied"));
}

#[test]
fn unknown_account_types_survive() {
    let mut robot = user("robot", 9);
    robot["type"] = json!("Android");
    let org = Recording::acme().list("/orgs/acme/members", json!([robot])).organization();
    assert_eq!(org.members.members()[0].kind, AccountKind::Other("Android".to_owned()));
}

#[test]
fn coverage_names_every_call_that_was_not_answered() {
    let run = Recording::acme()
        .refused("/orgs/acme/teams", 403, "Resource not accessible by integration")
        .refused("/repos/acme/shop/branches/main/protection", 404, "Branch not protected")
        .refused("/repos/acme/shop/actions/permissions", 500, "Server Error")
        .cut_off();
    let coverage = run.coverage();
    let denied: Vec<_> = coverage.denied.iter().map(|row| (row.what.as_str(), row.needs.as_deref())).collect();
    assert_eq!(denied, [("GET /orgs/acme/teams", Some("github organization members: read")); 2]);
    assert_eq!(coverage.failed[0].what, "GET /repos/acme/shop/actions/permissions");
    assert_eq!(coverage.skipped.last().unwrap().what, "the rest of the run");
    assert_eq!(coverage.planned, coverage.answered + coverage.denied.len() + coverage.failed.len());
    let org = run.organization();
    assert_eq!(told(&org.subject_template), "not collected: the run was cut off before it was asked");
}

#[test]
fn archived_repositories_are_listed_and_skipped() {
    let mut old = repository("old", 2009);
    old["archived"] = json!(true);
    let run = Recording::acme().list("/orgs/acme/repos", json!([old]));
    assert!(told(&run.repository().branches).contains("archived"));
    assert_eq!(run.coverage().skipped[0].what, "acme/old");
}

#[test]
fn a_named_repository_that_is_not_shown_leaves_the_list_open() {
    let scoped = |run: Recording| run.scope("acme/shop").scope("acme/gone");
    let run = Recording::acme().get("/repos/acme/shop", repository("shop", 2001)).refused(
        "/repos/acme/gone",
        404,
        "Not Found",
    );
    let org = scoped(run).organization();
    assert_eq!((told(&org.repositories), org.repositories.members().len()), ("partial".to_owned(), 1));
}
