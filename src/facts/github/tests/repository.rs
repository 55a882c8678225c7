//! A repository's settings, environments, files and changes.

use serde_json::{Value, json};

use super::{Recording, told, user};
use crate::model::{
    actor::Permission,
    file::RepositoryFile,
    observed::Reading,
    pipeline::{BranchPolicy, Environment, Reviewer, SecretScope, WorkflowFile},
};

const SHOP: &str = "/repos/acme/shop";

fn at(rest: &str) -> String {
    format!("{SHOP}{rest}")
}

/// "List environments", its example.
fn environment() -> Value {
    json!({
        "id": 161088068, "name": "staging", "can_admins_bypass": false,
        "protection_rules": [
            {"id": 3736, "type": "wait_timer", "wait_timer": 30},
            {"id": 3755, "type": "required_reviewers", "prevent_self_review": true, "reviewers": [
                {"type": "User", "reviewer": user("octocat", 1)},
                {"type": "Team", "reviewer": {"id": 1, "slug": "justice-league", "name": "Justice League"}},
            ]},
            {"id": 3756, "type": "branch_policy"},
        ],
        "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true},
    })
}

fn lowered(environment: Value) -> Environment {
    let run = Recording::acme()
        .list(&at("/environments"), json!({"total_count": 1, "environments": [environment]}))
        .list(
            &at("/environments/staging/deployment-branch-policies"),
            json!({"total_count": 2, "branch_policies": [{"id": 1, "name": "release/*"}, {"id": 2, "name": "v*", "type": "tag"}]}),
        )
        .get(
            &at("/environments/staging/deployment_protection_rules"),
            json!({"total_count": 2, "custom_deployment_protection_rules": [
                {"id": 3, "enabled": true, "app": {"id": 1, "slug": "a-custom-app"}},
                {"id": 4, "enabled": false, "app": {"id": 2, "slug": "switched-off"}},
            ]}),
        )
        .list(
            &at("/environments/staging/secrets"),
            json!({"total_count": 1, "secrets": [{"name": "DB_PASSWORD", "updated_at": "2026-01-05T09:00:00Z"}]}),
        );
    run.repository().environments.members()[0].clone()
}

#[test]
fn an_environment_as_documented() {
    let environment = lowered(environment());
    assert_eq!(environment.reviewers.members().len(), 2);
    assert!(matches!(&environment.reviewers.members()[1], Reviewer::Team { slug, .. } if slug == "justice-league"));
    assert_eq!(environment.prevent_self_review.seen(), Some(&true));
    assert_eq!(environment.admins_can_bypass.seen(), Some(&false));
    assert_eq!(environment.wait_timer, 30);
    let patterns = BranchPolicy::Patterns(vec!["release/*".to_owned(), "refs/tags/v*".to_owned()]);
    assert_eq!(environment.branch_policy.seen(), Some(&patterns));
    assert_eq!(environment.custom_rules.members(), ["a-custom-app"]);
    assert_eq!(environment.secrets.members(), ["DB_PASSWORD"]);
}

#[test]
fn what_an_environment_leaves_out_is_not_known() {
    let without = |field: &str| {
        let mut value = environment();
        value.as_object_mut().unwrap().remove(field);
        lowered(value)
    };
    let needs = "denied: repository actions: read";
    assert_eq!(told(&without("can_admins_bypass").admins_can_bypass), needs);
    assert_eq!(told(&without("protection_rules").reviewers), needs);
    assert_eq!(told(&without("protection_rules").prevent_self_review), needs);
    assert_eq!(told(&without("deployment_branch_policy").branch_policy), needs);
    let mut value = environment();
    value["protection_rules"][1]["reviewers"][0]["type"] = json!("Robot");
    assert_eq!(told(&lowered(value).reviewers), "partial");
}

#[test]
fn an_ungated_environment_is_known_to_be_one() {
    let mut value = environment();
    value["protection_rules"] = json!([]);
    value["deployment_branch_policy"] = json!(null);
    let open = lowered(value.clone());
    assert_eq!((told(&open.reviewers), open.reviewers.members().len()), ("known".to_owned(), 0));
    assert_eq!(open.branch_policy.seen(), Some(&BranchPolicy::Any));
    value["deployment_branch_policy"] = json!({"protected_branches": true, "custom_branch_policies": false});
    assert_eq!(lowered(value).branch_policy.seen(), Some(&BranchPolicy::Protected));
}

#[test]
fn secrets_come_from_three_places_and_one_unread_place_leaves_them_open() {
    let secret =
        |name: &str| json!({"total_count": 1, "secrets": [{"name": name, "updated_at": "2026-01-05T09:00:00Z"}]});
    let run = || {
        Recording::acme()
            .list(&at("/actions/secrets"), secret("REPO"))
            .list(&at("/environments"), json!({"total_count": 1, "environments": [environment()]}))
            .list(&at("/environments/staging/secrets"), secret("ENV"))
            .list(
                "/orgs/acme/actions/secrets",
                json!({"total_count": 3, "secrets": [
                    {"name": "ALL", "visibility": "all"}, {"name": "OTHERS", "visibility": "selected"}, {"name": "PRIVATE", "visibility": "private"},
                ]}),
            )
            .list("/orgs/acme/actions/secrets/OTHERS/repositories", json!({"total_count": 1, "repositories": [{"id": 1, "full_name": "acme/other"}]}))
    };
    let secrets = run().repository().secrets;
    let names: Vec<_> = secrets.members().iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!((told(&secrets), names), ("known".to_owned(), vec!["REPO", "ALL", "PRIVATE", "ENV"]));
    assert!(
        secrets
            .members()
            .iter()
            .any(|secret| matches!(&secret.scope, SecretScope::Environment(e) if e.as_str() == "staging"))
    );

    let denied = run().refused(&at("/actions/secrets"), 403, "Resource not accessible").repository().secrets;
    assert_eq!((told(&denied), denied.members().len()), ("partial".to_owned(), 3));

    let blind = run().refused("/orgs/acme/actions/secrets", 403, "Resource not accessible");
    let seen = blind.list(&at("/actions/organization-secrets"), secret("SEEN")).repository().secrets;
    assert_eq!(seen.members().iter().filter(|secret| secret.scope == SecretScope::Organization).count(), 1);
}

#[test]
fn subject_templates_and_settings() {
    let run = Recording::acme()
        .get(&at("/actions/oidc/customization/sub"), json!({"use_default": false, "include_claim_keys": ["repo", "context"], "use_immutable_subject": true, "sub_claim_prefix": "repo:acme@500/shop@2001"}))
        .get("/orgs/acme/actions/oidc/customization/sub", json!({"include_claim_keys": ["repo", "job_workflow_ref"]}))
        .get(&at("/actions/permissions"), json!({"enabled": true, "allowed_actions": "selected", "selected_actions_url": "https://api.github.com/x"}))
        .get(&at("/actions/permissions/workflow"), json!({"default_workflow_permissions": "write", "can_approve_pull_request_reviews": true}));
    let shop = run.repository();
    assert_eq!(shop.subject_template.seen().unwrap().prefix.as_deref(), Some("repo:acme@500/shop@2001"));
    assert_eq!(run.organization().subject_template.seen().unwrap().claim_keys, ["repo", "job_workflow_ref"]);
    assert_eq!(shop.actions.seen().unwrap().sha_pinning_required, None);
    assert!(shop.workflow_defaults.seen().unwrap().can_approve_reviews);
    let odd = Recording::acme().get(&at("/actions/permissions/workflow"), json!({})).repository();
    assert_eq!(told(&odd.workflow_defaults), "failed: the answer lacks a default");
}

#[test]
fn collaborators_and_keys() {
    let mut bob = user("bob", 102);
    bob["role_name"] = json!("write");
    bob["permissions"] = json!({"admin": false, "push": true, "pull": true});
    let shop = Recording::acme()
        .list(&at("/collaborators?affiliation=direct"), json!([bob]))
        .list(&at("/keys"), json!([{"id": 1, "key": "ssh-rsa AAA", "title": "octocat@octomac", "read_only": false, "created_at": "2014-12-10T15:53:42Z", "last_used": null}]))
        .repository();
    assert_eq!(shop.collaborators.members()[0].permission, Some(Permission::Write));
    assert!(!shop.deploy_keys.members()[0].read_only);
}

fn tree(entries: &[(&str, &str, &str)]) -> Value {
    let entry =
        |(path, kind, sha): &(&str, &str, &str)| json!({"path": path, "type": kind, "sha": sha, "mode": "100644"});
    json!({"sha": "9fb0", "truncated": false, "tree": entries.iter().map(entry).collect::<Vec<_>>()})
}

fn with_files() -> Recording {
    Recording::acme()
        .get(
            &at("/git/trees/main"),
            tree(&[(".github", "tree", "g1"), ("CLAUDE.md", "blob", "c1"), ("src", "tree", "s1")]),
        )
        .get(
            &at("/git/trees/g1?recursive=1"),
            tree(&[("workflows", "tree", "w1"), ("workflows/ci.yml", "blob", "w2"), ("CODEOWNERS", "blob", "o1")]),
        )
        .file(&at("/contents/.github/CODEOWNERS"), "* @acme/platform\n")
        .file(&at("/contents/CLAUDE.md"), "Be careful.\n")
        .file(&at("/contents/.github/workflows/ci.yml"), "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: []}}\n")
        .list(
            &at("/actions/workflows"),
            json!({"total_count": 2, "workflows": [
                {"id": 1, "name": "ci", "path": ".github/workflows/ci.yml", "state": "disabled_manually"},
                {"id": 2, "name": "Copilot", "path": "dynamic/copilot-swe-agent/copilot", "state": "active"},
            ]}),
        )
}

#[test]
fn files_of_the_default_branch() {
    let shop = with_files().repository();
    assert_eq!(shop.codeowners.seen().map(String::as_str), Some("* @acme/platform\n"));
    let claude = &shop.agent_files.members()[0];
    assert_eq!((claude.path.as_str(), claude.text.seen().map(String::as_str)), ("CLAUDE.md", Some("Be careful.\n")));
    let states = shop.workflows.members().iter().map(|file| match file {
        WorkflowFile::Parsed(workflow) => (workflow.path.as_str(), workflow.state.as_deref()),
        WorkflowFile::Unreadable { path, .. } => (path.as_str(), None),
    });
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            (".github/workflows/ci.yml", Some("disabled_manually")),
            ("dynamic/copilot-swe-agent/copilot", Some("active"))
        ]
    );
}

#[test]
fn unread_files_are_not_missing_files() {
    let hidden = with_files().refused(&at("/git/trees/main"), 404, "Not Found").repository();
    for reading in [told(&hidden.codeowners), told(&hidden.agent_files), told(&hidden.workflows)] {
        assert_eq!(reading, "denied: repository contents: read");
    }
    let below = with_files().refused(&at("/git/trees/g1?recursive=1"), 502, "Server Error").repository();
    assert_eq!(
        (told(&below.workflows), told(&below.codeowners)),
        ("partial".to_owned(), "failed: not all of the tree was read".to_owned())
    );
    let mut cut = tree(&[("CLAUDE.md", "blob", "c1")]);
    cut["truncated"] = json!(true);
    assert_eq!(told(&with_files().get(&at("/git/trees/main"), cut).repository().workflows), "partial");
    let empty = with_files().refused(&at("/git/trees/main"), 409, "Git Repository is empty.").repository();
    assert_eq!((told(&empty.workflows), told(&empty.codeowners)), ("absent".to_owned(), "absent".to_owned()));
    let none = with_files().get(&at("/git/trees/main"), tree(&[("src", "tree", "s1")])).repository();
    assert_eq!((told(&none.workflows), told(&none.codeowners)), ("known".to_owned(), "absent".to_owned()));
}

#[test]
fn a_workflow_that_may_not_be_read_stays_in_the_list() {
    let path = at("/contents/.github/workflows/ci.yml");
    let refused = with_files().answered(
        &path,
        super::super::paths::RAW,
        403,
        json!({"message": "Resource not accessible"}).to_string(),
    );
    let shop = refused.repository();
    let WorkflowFile::Unreadable { why, .. } = &shop.workflows.members()[0] else { panic!("parsed") };
    assert_eq!(why, "denied: needs github repository contents: read");
}

/// GraphQL's shape for one merged pull request.
fn pull(number: u64, updated: &str) -> Value {
    json!({
        "number": number, "title": "Change", "body": "", "createdAt": "2026-05-01T09:00:00Z", "updatedAt": updated,
        "mergedAt": updated, "baseRefName": "main", "headRefName": "claude/x", "headRefOid": "a1",
        "author": {"__typename": "Bot", "login": "claude", "databaseId": 209825114}, "mergedBy": null, "mergeCommit": {"oid": "m1"},
        "labels": {"nodes": [{"name": "ai"}]},
        "reviews": {"totalCount": 1, "nodes": [{"state": "APPROVED", "submittedAt": updated, "author": {"__typename": "User", "login": "carol", "databaseId": 103}, "commit": {"oid": "a1"}}]},
        "commits": {"totalCount": 2, "nodes": [{"commit": {"oid": "a1", "message": "Change\n\nCo-Authored-By: Claude <noreply@anthropic.com>", "authoredDate": updated, "author": {"name": "bob", "email": "bob@acme.test", "user": {"login": "bob", "databaseId": 102}}, "committer": {"email": "noreply@github.com"}}}]},
    })
}

fn connection(nodes: Value, next: Option<&str>) -> Value {
    json!({"data": {"repository": {"pullRequests": {
        "totalCount": 9, "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next}, "nodes": nodes,
    }}}})
}

#[test]
fn a_merged_pull_request_with_its_people() {
    let run = Recording::acme().changes("main", None, connection(json!([pull(3, "2026-05-03T10:00:00Z")]), None));
    let pulls = run.repository().pull_requests;
    assert_eq!(told(&pulls), "known");
    let pull = &pulls.members()[0];
    assert_eq!(pull.author.as_ref().unwrap().login, "claude[bot]", "REST and GraphQL name a bot alike");
    assert_eq!(pull.merged_by, None);
    assert_eq!((told(&pull.reviews), told(&pull.commits)), ("known".to_owned(), "partial".to_owned()));
    assert_eq!(pull.commits.members()[0].author.as_ref().unwrap().login, "bob");
}

#[test]
fn pages_join_and_a_period_ends_the_population() {
    let pulls = |run: Recording| run.repository().pull_requests;
    let first =
        || Recording::acme().changes("main", None, connection(json!([pull(3, "2026-05-03T10:00:00Z")]), Some("c1")));
    assert_eq!(told(&pulls(first())), "partial");
    let second =
        || first().changes("main", Some("c1"), connection(json!([pull(2, "2026-04-30T10:00:00Z")]), Some("c2")));
    assert_eq!((told(&pulls(second())), pulls(second()).members().len()), ("partial".to_owned(), 2));
    let period = pulls(second().setting("pull_requests_since", "2026-05-01"));
    assert_eq!((told(&period), period.members().len()), ("known".to_owned(), 1));
    let last = second().changes("main", Some("c2"), connection(json!([pull(1, "2026-04-01T10:00:00Z")]), None));
    let last = pulls(last);
    assert_eq!((told(&last), last.members().len()), ("known".to_owned(), 3));
}

#[test]
fn a_page_that_was_too_much_is_replaced_by_a_smaller_one() {
    let too_much =
        json!({"data": null, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Resource limits exceeded"}]});
    let failed = || Recording::acme().changes("main", None, too_much.clone());
    assert_eq!(told(&failed().repository().pull_requests), "failed: Resource limits exceeded");
    let again = failed().changes("main", None, connection(json!([pull(3, "2026-05-03T10:00:00Z")]), None));
    assert_eq!(told(&again.repository().pull_requests), "known");
}

#[test]
fn every_null_in_graphql_is_a_denial() {
    let forbidden =
        |path: Value| json!([{"type": "FORBIDDEN", "path": path, "message": "Resource not accessible by integration"}]);
    let needs = "denied: repository pull requests: read";
    for body in [
        json!({"data": {"repository": null}}),
        json!({"data": {"repository": null}, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}]}),
        json!({"data": {"repository": {"pullRequests": null}}}),
        json!({"data": {"repository": {"pullRequests": null}}, "errors": forbidden(json!(["repository", "pullRequests"]))}),
    ] {
        let run = Recording::acme().changes("main", None, body.clone());
        assert_eq!(told(&run.repository().pull_requests), needs, "{body}");
        assert_eq!(run.coverage().denied[0].what, "POST /graphql Changes acme/shop main");
    }
    let mut hidden = pull(3, "2026-05-03T10:00:00Z");
    hidden["reviews"] = json!(null);
    let run = Recording::acme().changes("main", None, connection(json!([hidden, null]), None));
    let pulls = run.repository().pull_requests;
    assert!(matches!(pulls.reading, Reading::Known { complete: false, .. }), "a null among the nodes is a hidden one");
    assert_eq!(told(&pulls.members()[0].reviews), needs);
}

#[test]
fn a_repository_without_environments_had_no_deployments() {
    let none = Recording::acme().list(&at("/environments"), json!({"total_count": 0, "environments": []}));
    assert_eq!(told(&none.repository().deployments), "known");
    let deployment = json!({"id": 1, "sha": "a84d88e7", "ref": "topic-branch", "task": "deploy", "environment": "production", "creator": user("octocat", 1), "created_at": "2012-07-20T01:19:13Z"});
    let some = Recording::acme()
        .list(&at("/environments"), json!({"total_count": 1, "environments": [environment()]}))
        .get(&at("/deployments?per_page=100"), json!([deployment]));
    assert_eq!(some.repository().deployments.members()[0].creator.as_ref().unwrap().login, "octocat");
}

#[test]
fn a_renamed_repository_is_followed() {
    let moved = Recording::acme()
        .refused(&at("/actions/permissions"), 301, "Moved Permanently")
        .get(&at("/actions/permissions"), json!({}));
    let mut run = moved;
    run = run
        .answered(&at("/actions/permissions"), super::GITHUB_JSON, 301, "{}".to_owned())
        .next("/repositories/2001/actions/permissions");
    let run = run.get("/repositories/2001/actions/permissions", json!({"enabled": false}));
    assert!(!run.repository().actions.seen().unwrap().enabled);
}

/// The same files as in [`with_files`], as GraphQL tells them.
fn head() -> Value {
    let blob = |text: &str| json!({"text": text, "isBinary": false, "isTruncated": false});
    let workflow = "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: []}}\n";
    let entry = |name: &str, kind: &str| json!({"name": name, "type": kind, "oid": "o1", "object": {}});
    let mut workflows = entry("workflows", "tree");
    workflows["object"] = json!({"entries": [entry("ci.yml", "blob")]});
    let mut ci = entry("ci.yml", "blob");
    ci["object"] = blob(workflow);
    json!({
        "nameWithOwner": "acme/shop",
        "root": {"entries": [entry(".github", "tree"), entry("CLAUDE.md", "blob"), entry("docs", "tree")]},
        "github": {"entries": [workflows, entry("CODEOWNERS", "blob")]},
        "workflows": {"entries": [ci]},
        "ownersGithub": blob("* @acme/platform\n"), "ownersRoot": null, "ownersDocs": null,
        "text_434c415544452e6d64": blob("Be careful.\n"), "text_4147454e54532e6d64": null,
    })
}

fn with_head(node: &Value) -> Recording {
    Recording::acme().heads(json!({"data": {"r0": node}}))
}

#[test]
fn one_graphql_answer_tells_what_many_rest_answers_tell() {
    let (rest, graphql) = (with_files().repository(), with_head(&head()).repository());
    assert_eq!(graphql.codeowners.seen(), rest.codeowners.seen());
    let texts = |files: &[RepositoryFile]| {
        let text = |file: &RepositoryFile| (file.path.clone(), file.text.seen().cloned());
        files.iter().map(text).collect::<Vec<_>>()
    };
    assert_eq!(texts(graphql.agent_files.members()), texts(rest.agent_files.members()));
    let jobs = |files: &[WorkflowFile]| match &files[0] {
        WorkflowFile::Parsed(workflow) => (workflow.path.clone(), workflow.jobs.clone()),
        WorkflowFile::Unreadable { why, .. } => panic!("{why}"),
    };
    assert_eq!(jobs(graphql.workflows.members()), jobs(rest.workflows.members()));
    assert!(graphql.workflows.is_whole());

    let mut bare = head();
    bare["github"] = json!({"entries": []});
    assert_eq!(told(&with_head(&bare).repository().codeowners), "absent", "`docs/` is there and holds none");
}

#[test]
fn a_head_that_proves_nothing_is_left_to_rest() {
    for field in ["root", "github"] {
        let mut node = head();
        node[field] = json!(null);
        let shop = with_files().heads(json!({"data": {"r0": node}})).repository();
        assert_eq!(shop.codeowners.seen().map(String::as_str), Some("* @acme/platform\n"), "{field}");
        let nothing = with_head(&node).repository();
        assert!(told(&nothing.workflows).starts_with("not collected"), "{field}");
    }
    let mut cut = head();
    cut["workflows"]["entries"][0]["object"]["isTruncated"] = json!(true);
    assert_eq!(told(&with_head(&cut).repository().workflows), "partial", "half a file is not a file");
    let refused = with_head(&json!(null)).coverage();
    assert_eq!(refused.denied[0].what, "POST /graphql Heads acme/shop and others");
}
