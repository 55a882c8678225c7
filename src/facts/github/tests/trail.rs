//! What was done and what keeps the record, from GitHub's documented answers.

use serde_json::{Value, json};

use super::{Recording, told, user};
use crate::{
    evidence::{Answer, GITHUB_JSON, first_page},
    facts::github::{changes::SINCE, paths, rules::history::wanted, trail},
    model::{
        id::RepoName,
        rules::Enforcement,
        trail::{PushKind, SuiteResult},
    },
};

const FILE: &str = ".github/workflows/deploy.yml";

/// A repository from which something is deployed: an environment that asks for a reviewer, and a workflow that uses it.
fn shop() -> Recording {
    Recording::acme()
        .get("/repos/acme/shop/git/trees/main", json!({"tree": [{"path": ".github", "type": "tree", "sha": "t"}]}))
        .get(
            "/repos/acme/shop/git/trees/t?recursive=1",
            json!({"tree": [{"path": "workflows/deploy.yml", "type": "blob"}, {"path": "workflows/ci.yml", "type": "blob"}]}),
        )
        .file(&format!("/repos/acme/shop/contents/{FILE}"), "on: push\njobs: {d: {runs-on: ubuntu-latest, environment: production, steps: []}}")
        .file("/repos/acme/shop/contents/.github/workflows/ci.yml", "on: push\njobs: {t: {runs-on: ubuntu-latest, steps: []}}")
        .list(
            "/repos/acme/shop/environments",
            json!({"total_count": 1, "environments": [{"name": "production", "can_admins_bypass": false, "deployment_branch_policy": null,
                "protection_rules": [{"type": "required_reviewers", "prevent_self_review": true, "reviewers": [{"type": "User", "reviewer": user("alice", 101)}]}]}]}),
        )
        .list("/repos/acme/shop/hooks", json!([]))
}

fn activity(id: u64, kind: &str, at: &str) -> Value {
    json!({"id": id, "node_id": "x", "before": "0", "after": "1", "ref": "refs/heads/main", "timestamp": at,
        "activity_type": kind, "actor": user("bob", 102)})
}

const MONTH: &str = "/repos/acme/shop/activity?time_period=month";

#[test]
fn every_kind_of_push_is_kept_and_a_gone_account_is_nobody() {
    let mut gone = activity(2, "a_kind_of_tomorrow", "2026-11-02T00:00:00Z");
    gone["actor"] = Value::Null;
    let read = shop().list(MONTH, json!([activity(3, "force_push", "2026-11-03T00:00:00Z"), gone])).repository();
    let pushes = read.trail.pushes.members();
    assert_eq!(
        pushes.iter().map(|push| &push.kind).collect::<Vec<_>>(),
        [&PushKind::ForcePush, &PushKind::Other("a_kind_of_tomorrow".to_owned())]
    );
    assert_eq!(pushes[0].actor.as_ref().unwrap().login, "bob");
    assert!(pushes[1].actor.is_none() && read.trail.pushes.is_whole());
    assert_eq!(
        told(&shop().refused(MONTH, 404, "Not Found").repository().trail.pushes),
        "denied: repository contents: read"
    );
}

#[test]
fn a_period_is_whole_once_something_older_was_read() {
    let path = paths::activity(&RepoName::from("acme/shop"), Some("2026-11-02"));
    let rows = json!([activity(3, "push", "2026-11-03T00:00:00Z"), activity(2, "push", "2026-11-01T00:00:00Z")]);
    let shop = || shop().setting(SINCE, "2026-11-02T00:00:00Z");
    let cut = shop().list(&path, rows).next("/repos/acme/shop/activity?after=x").repository();
    assert_eq!((told(&cut.trail.pushes), cut.trail.pushes.members().len()), ("known".to_owned(), 1));
    let short = shop()
        .list(&path, json!([activity(3, "push", "2026-11-03T00:00:00Z")]))
        .next("/repos/acme/shop/activity?after=x")
        .repository();
    assert_eq!(told(&short.trail.pushes), "partial", "the period may go on behind the page that was not read");
}

#[test]
fn a_repository_that_nothing_follows_is_not_asked() {
    let quiet = Recording::acme()
        .get("/repos/acme/shop/git/trees/main", json!({"tree": []}))
        .list("/repos/acme/shop/actions/workflows", json!({"total_count": 0, "workflows": []}))
        .list("/repos/acme/shop/environments", json!({"total_count": 0, "environments": []}));
    let unread = quiet.repository().trail;
    assert_eq!(told(&unread.pushes), "not collected: not asked", "a webhook may follow a push, and they were not read");
    let quiet = Recording::acme()
        .get("/repos/acme/shop/git/trees/main", json!({"tree": []}))
        .list("/repos/acme/shop/actions/workflows", json!({"total_count": 0, "workflows": []}))
        .list("/repos/acme/shop/environments", json!({"total_count": 0, "environments": []}))
        .list("/repos/acme/shop/hooks", json!([]));
    assert!(told(&quiet.repository().trail.pushes).starts_with("not collected: nothing follows a push"));
}

fn suite(id: u64, repository: &str) -> Value {
    json!({"id": id, "actor_name": "claude[bot]", "before_sha": "0", "after_sha": "1", "ref": "refs/heads/main",
        "repository_name": repository, "pushed_at": "2026-11-10T00:00:00Z", "result": "bypass"})
}

#[test]
fn bypasses_come_from_the_organisation_or_else_from_the_repository() {
    let detail = json!({"id": 1, "rule_evaluations": [
        {"rule_source": {"type": "ruleset", "id": 42, "name": "main"}, "enforcement": "active", "result": "fail", "rule_type": "pull_request"},
        {"rule_source": {"type": "protected_branch"}, "enforcement": "active", "result": "pass", "rule_type": "deletion"}]});
    let all = paths::org_bypasses("acme");
    let own = paths::bypasses(&RepoName::from("acme/shop"));
    let shop = || shop().get("/repos/acme/shop/rulesets/rule-suites/1", detail.clone());
    let read = shop().list(&all, json!([suite(1, "shop"), suite(2, "infra")])).repository().trail.bypasses;
    let one = &read.members()[0];
    assert_eq!((read.members().len(), one.id, &one.result), (1, 1, &SuiteResult::Bypass));
    let lines: Vec<_> =
        one.evaluations.members().iter().map(|line| (line.ruleset_id, line.rule.as_str(), line.passed)).collect();
    assert_eq!(lines, [(Some(42), "pull_request", false), (None, "deletion", true)]);
    let read =
        shop().refused(&all, 403, "Resource not accessible").list(&own, json!([suite(1, "acme/shop")])).repository();
    assert_eq!(read.trail.bypasses.members().len(), 1);
    let denied = shop().refused(&all, 404, "Not Found").refused(&own, 404, "Not Found").repository();
    assert_eq!(told(&denied.trail.bypasses), "denied: repository administration: read");
    let long = shop().setting(SINCE, "2026-01-01T00:00:00Z").list(&all, json!([])).repository();
    assert_eq!(told(&long.trail.bypasses), "partial", "GitHub keeps one month of them");
}

#[test]
fn runs_of_deploying_workflows_with_what_their_reviewers_said() {
    let run = |id: u64, file: &str| {
        json!({"id": id, "path": format!("{file}@main"), "event": "push", "head_branch": "main", "head_sha": "1",
        "created_at": "2026-11-10T00:00:00Z", "conclusion": "success", "actor": user("bob", 102), "triggering_actor": user("carol", 103)})
    };
    let runs = json!({"total_count": 2, "workflow_runs": [run(1, FILE), run(2, ".github/workflows/ci.yml")]});
    let approvals = json!([{"environments": [{"name": "production"}], "state": "approved", "user": user("alice", 101), "comment": "go"}]);
    let shop = || shop().list("/repos/acme/shop/actions/runs", runs.clone());
    let read = shop().get("/repos/acme/shop/actions/runs/1/approvals", approvals).repository().trail.runs;
    assert_eq!((told(&read), read.members().len()), ("known".to_owned(), 2));
    assert!(read.members()[1].approvals.is_whole(), "a workflow without an environment asks nobody");
    let one = &read.members()[0];
    assert_eq!((one.workflow.as_str(), one.triggered_by.as_ref().unwrap().login.as_str()), (FILE, "carol"));
    assert_eq!(one.approvals.members()[0].by.login, "alice");
    assert_eq!(told(&shop().repository().trail.runs.members()[0].approvals), "not collected: not asked");
}

#[test]
fn a_ruleset_has_its_history() {
    let listed = json!([{"id": 42, "name": "main", "source_type": "Repository", "source": "acme/shop", "enforcement": "active"}]);
    let body =
        json!({"id": 42, "name": "main", "enforcement": "active", "bypass_actors": [], "rules": [], "conditions": {}});
    let versions = json!([{"version_id": 1, "updated_at": "2026-01-01T00:00:00Z", "actor": {"id": 101}},
        {"version_id": 2, "updated_at": "2026-10-01T00:00:00Z", "actor": {"id": 102}}]);
    let shop = |state: Value| {
        shop()
            .list("/repos/acme/shop/rulesets?includes_parents=true", listed.clone())
            .get("/repos/acme/shop/rulesets/42", body.clone())
            .list("/repos/acme/shop/rulesets/42/history", versions.clone())
            .get("/repos/acme/shop/rulesets/42/history/1", json!({"version_id": 1, "state": state}))
    };
    let history = |recording: Recording| recording.repository().rulesets.members()[0].history.clone();
    let read = history(shop(json!({"enforcement": "evaluate", "rules": []})));
    assert_eq!(read.members().iter().map(|version| version.id).collect::<Vec<_>>(), [2, 1]);
    let old = read.members()[1].state.seen().unwrap();
    assert_eq!(old.enforcement, Enforcement::Evaluate);
    assert!(told(&old.bypass).starts_with("denied"), "a version that leaves its bypass list out withholds it");
    assert!(told(&history(shop(json!(null))).members()[1].state).starts_with("failed"));
    let newest = ["2026-10-01", "2026-06-01", "2026-01-01"];
    assert_eq!(wanted(newest.into_iter(), None), 2);
    assert_eq!(wanted(newest.into_iter(), Some("2026-05-01")), 3, "and the one in force when it began");
}

#[test]
fn a_webhook_keeps_no_path_that_may_hold_a_secret() {
    let hook = json!([{"id": 1, "name": "web", "active": true, "events": ["push"],
        "config": {"url": "https://user:pw@hooks.example.com/T0/secret?token=x", "content_type": "json", "insecure_ssl": "0", "secret": "********"}}]);
    let hooks = shop().list("/repos/acme/shop/hooks", hook).repository().trail.webhooks;
    let one = &hooks.members()[0];
    assert_eq!((one.host.as_str(), one.signed, one.verifies_tls), ("https://hooks.example.com", true, true));
}

#[test]
fn streams_need_the_enterprises_name() {
    let told_of = |recording: Recording| told(&recording.organization().trail.streams);
    assert_eq!(told_of(Recording::acme()), "not collected: the enterprise was not named (--enterprise)");
    let streams = json!([{"id": 1, "stream_type": "Amazon S3", "enabled": true, "paused_at": null}]);
    assert_eq!(
        told_of(
            Recording::acme()
                .setting(trail::ENTERPRISE, "acme-inc")
                .get("/enterprises/acme-inc/audit-log/streams", streams)
        ),
        "known"
    );
}

#[test]
fn an_exported_audit_log_says_what_it_holds() {
    let line = |id: &str, at: i64| {
        format!(
            "{{\"@timestamp\":{at},\"action\":\"repo.create\",\"actor\":\"alice\",\"_document_id\":\"{id}\",\"repo\":\"acme/shop\"}}"
        )
    };
    let (old, new) = (line("a", 1_790_000_000_000), line("b", 1_794_000_000_000));
    let exported = |text: String| {
        let mut recording =
            Recording::acme().refused("/orgs/acme/audit-log", 404, "Not Found").get("/audit.json", Value::Null);
        let (record, body) = recording.records.last_mut().unwrap();
        record.service = "file".to_owned();
        record.operation = trail::audit::FILE.to_owned();
        record.key = None;
        let Answer::Response(response) = &mut record.answer else { panic!("no response") };
        response.body = Some(crate::base::digest::Digest::of(text.as_bytes()));
        *body = text.into_bytes();
        recording.organization().trail.audit_log
    };
    for text in [format!("{old}\n{new}\n"), format!("[{old},{new},{new}]")] {
        let read = exported(text);
        let ids: Vec<_> = read.members().iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(
            (told(&read), ids),
            ("partial".to_owned(), vec!["b", "a"]),
            "newest first, each once, and maybe not all"
        );
    }
    assert!(told(&exported("not json".to_owned())).starts_with("failed: line 1 of the audit log is no JSON"));
    let page = first_page(&paths::audit_log("acme"));
    let over_api =
        Recording::acme().answered(&page, GITHUB_JSON, 200, format!("[{new}]")).organization().trail.audit_log;
    assert_eq!(told(&over_api), "known");
    assert_eq!(over_api.members()[0].at, "2026-11-06T21:20:00Z");
}
