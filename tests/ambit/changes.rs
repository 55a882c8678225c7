//! `ambit changes` against GitHub in the test process, on the samples, and against a shell.

mod hostile;

use std::{collections::BTreeMap, path::Path, process::Command};

use ambit::{
    analysis::{
        changes::{attributes::Judges, incidents::Incidents, persons::Persons},
        period::Period,
        population::{self, Inputs, Populations},
        reconcile::{Origin, Reconciliation},
        tiers::Tiers,
    },
    base::{
        clock::{Clock, ManualClock},
        secret::Secret,
    },
    collect::{
        Unwatched,
        github::{
            self, Plan,
            client::{Client, Credential, Source},
        },
        wire::{Settings, Wire},
    },
    controls::{agents::Signatures, config::Config},
    evidence::{End, GithubSource, Header, Scope, Store},
    facts::{self, github::changes::SINCE},
    model::{observed::Observed, truth::Truth, world::World},
    render::changes as rendered,
};
use serde_json::{Value, json};

use crate::github_fake::{Fake, Scenario};

const CONFIG: &str = "[soc2]\ncategories = [\"security\"]\ntype = 2\nfrom = \"2026-10-01\"\nto = \"2026-10-31\"\n";

fn sha(letter: char) -> String {
    letter.to_string().repeat(40)
}

/// One commit of a branch, as GraphQL shows it.
fn commit(at: char, parent: char, day: u32) -> Value {
    json!({
        "oid": sha(at), "committedDate": format!("2026-10-{day:02}T10:00:00Z"), "messageHeadline": format!("Change {at}"),
        "parents": [{"oid": sha(parent)}],
    })
}

fn push(id: u64, kind: &str, before: char, after: char, day: u32) -> Value {
    let url = "https://api.github.com/users/bob";
    let actor = json!({
        "login": "bob", "id": 102, "node_id": "U_102", "avatar_url": url, "events_url": url, "followers_url": url,
        "following_url": url, "gists_url": url, "gravatar_id": null, "html_url": url, "organizations_url": url,
        "received_events_url": url, "repos_url": url, "site_admin": false, "starred_url": url, "subscriptions_url": url,
        "type": "User", "url": url,
    });
    json!({
        "id": id, "node_id": "P", "before": sha(before), "after": sha(after), "ref": "refs/heads/main",
        "timestamp": format!("2026-10-{day:02}T10:00:00Z"), "activity_type": kind, "actor": actor,
    })
}

/// `acme/shop` with a main of merges 1 to 3, where `pushes` are what GitHub recorded and `line` is main, newest first.
fn scenario(pushes: Vec<Value>, line: Vec<Value>, gone: Option<(char, Vec<Value>)>) -> Scenario {
    let mut scenario = Scenario::reach();
    scenario.patch("/repos/acme/shop/activity".to_owned(), Value::Array(pushes));
    let shop = scenario.graphql.repositories.get_mut("acme/shop").unwrap();
    let mut before = commit('9', '8', 1);
    before["committedDate"] = json!("2026-09-01T10:00:00Z");
    let quiet = |name: &str| (name.to_owned(), json!([before]));
    let mut commits = serde_json::Map::from_iter([quiet("develop"), quiet("release/1.0")]);
    commits.insert("main".to_owned(), Value::Array(line));
    if let Some((start, line)) = gone {
        commits.insert(sha(start), Value::Array(line));
    }
    shop["commits"] = Value::Object(commits);
    let pulls = shop["pullRequests"].as_array_mut().unwrap();
    pulls.truncate(3);
    for (pull, at) in pulls.iter_mut().zip(['a', 'b', 'c']) {
        pull["mergeCommit"] = json!({"oid": sha(at)});
    }
    scenario
}

fn collected(scenario: Scenario) -> (World, Vec<String>) {
    let fake = Fake::start(scenario);
    let config = Config::parse("ambit.toml", CONFIG.as_bytes()).unwrap();
    let world = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let clock = ManualClock::shared("2026-11-25T03:00:00Z".parse().unwrap());
        let scope = Scope::new("github");
        let mut header = Header::new(clock.now(), "test");
        header.repositories = vec!["acme/shop".to_owned()];
        header.settings.insert(SINCE.to_owned(), "2026-10-01".to_owned());
        header.github = vec![GithubSource { scope: scope.clone(), base: fake.url(), identity: "test".to_owned() }];
        let store = Store::in_memory().await.unwrap();
        let writer = store.start(header.with_id()).await.unwrap();
        let wire = Wire::live(writer.clone(), Settings::default(), clock.clone()).unwrap();
        let credential = Credential::Token(Secret::new("ghp_admin"));
        let client = Client::new(wire, Source { scope, base: fake.url(), credential }).unwrap();
        let plan = Plan::new(None, &["acme/shop".to_owned()], &config);
        github::collect(&client, &plan, &Unwatched).await.unwrap();
        writer.end(End { at: clock.now(), complete: true, why: None }).await.unwrap();
        facts::world(&store.load(writer.id()).await.unwrap())
    });
    (world, fake.violations())
}

fn drawn(world: &World) -> Populations {
    let config = Config::parse("ambit.toml", CONFIG.as_bytes()).unwrap();
    let (signatures, persons) = (Signatures::built_in().unwrap(), Persons::of(&config));
    population::all(&Inputs {
        world,
        config: &config,
        judges: Judges { signatures: &signatures, persons: &persons },
        tiers: &Tiers::new(&config, &[]),
        period: Period::parse("2026-10-01", "2026-10-31").unwrap(),
        incidents: &Observed::known(Incidents::default(), Vec::new()),
        reviews: &Observed::known(Vec::new(), Vec::new()),
    })
}

fn main_of(populations: &Populations) -> &Reconciliation {
    populations.accounts.iter().find(|account| account.branch == "main").unwrap()
}

fn straight() -> (Vec<Value>, Vec<Value>) {
    let pushes =
        vec![push(3, "pr_merge", 'b', 'c', 3), push(2, "pr_merge", 'a', 'b', 2), push(1, "pr_merge", '9', 'a', 1)];
    let line = vec![commit('c', 'b', 3), commit('b', 'a', 2), commit('a', '9', 1)];
    (pushes, line)
}

#[test]
fn merges_alone_reconcile_without_residue_from_the_wire_on() {
    let (pushes, line) = straight();
    let (world, violations) = collected(scenario(pushes, line, None));
    assert!(violations.is_empty(), "{violations:?}");
    let populations = drawn(&world);
    let account = main_of(&populations);
    assert_eq!(account.complete, Truth::True, "{account:#?}");
    assert_eq!(account.counts().by_pull_request, 3);
}

#[test]
fn a_hidden_direct_push_is_found() {
    let (mut pushes, _) = straight();
    pushes[0] = push(3, "pr_merge", 'd', 'c', 4);
    let line = vec![commit('c', 'd', 4), commit('d', 'b', 3), commit('b', 'a', 2), commit('a', '9', 1)];
    let (world, _) = collected(scenario(pushes, line, None));
    let populations = drawn(&world);
    let account = main_of(&populations);
    assert_eq!(account.complete, Truth::False);
    let hidden: Vec<&str> = account
        .entries
        .iter()
        .filter(|entry| matches!(entry.origin, Origin::Residue { .. }))
        .map(|entry| entry.sha.as_str())
        .collect();
    assert_eq!(hidden, [sha('d')]);
    let p03 = populations.tables.iter().find(|table| table.id == "P03").unwrap();
    assert!(p03.rows.iter().any(|row| row[0] == format!("acme/shop@{}", sha('d'))), "{:?}", p03.rows);
}

#[test]
fn a_commit_that_a_force_push_removed_stays_in() {
    let (mut pushes, line) = straight();
    pushes[0] = push(3, "pr_merge", 'b', 'c', 6);
    pushes.insert(0, push(5, "force_push", 'e', 'b', 5));
    pushes.insert(0, push(4, "push", 'b', 'e', 4));
    let gone = vec![commit('e', 'b', 4), commit('b', 'a', 2), commit('a', '9', 1)];
    let (world, violations) = collected(scenario(pushes, line, Some(('e', gone))));
    assert!(violations.is_empty(), "{violations:?}");
    let populations = drawn(&world);
    let account = main_of(&populations);
    let away: Vec<&str> = account.entries.iter().filter(|e| e.forced_away).map(|e| e.sha.as_str()).collect();
    assert_eq!(away, [sha('e')], "{account:#?}");
    assert_eq!(account.complete, Truth::True, "{account:#?}");
}

fn bytes(world: &World) -> BTreeMap<String, Vec<u8>> {
    let run = rendered::Run { id: "r", read_at: "2026-11-25T03:00:00Z" };
    let files = rendered::write(&drawn(world), run).unwrap();
    files.into_iter().map(|(folder, file)| (format!("{folder}/{}", file.file_name), file.bytes)).collect()
}

fn turn<T>(list: &mut Observed<Vec<T>>, by: usize) {
    if let ambit::model::observed::Reading::Known { value, .. } = &mut list.reading {
        let by = by.checked_rem(value.len()).unwrap_or(0);
        value.rotate_left(by);
        if by % 2 == 1 {
            value.reverse();
        }
    }
}

/// The order in which GitHub pages its lists decides nothing.
#[test]
fn lists_in_another_order_change_no_byte() {
    let (pushes, line) = straight();
    let (world, _) = collected(scenario(pushes, line, None));
    let expected = bytes(&world);
    proptest::proptest!(proptest::test_runner::Config::with_cases(12), |(by in 1_usize..7)| {
        let mut turned = world.clone();
        let ambit::model::observed::Reading::Known { value: organization, .. } = &mut turned.forge.reading else { panic!() };
        turn(&mut organization.trail.audit_log, by);
        turn(&mut organization.installations, by);
        turn(&mut organization.repositories, by);
        let ambit::model::observed::Reading::Known { value: repositories, .. } = &mut organization.repositories.reading else { panic!() };
        for repository in repositories {
            turn(&mut repository.pull_requests, by);
            turn(&mut repository.deployments, by);
            turn(&mut repository.trail.pushes, by);
            turn(&mut repository.trail.bypasses, by);
            turn(&mut repository.trail.runs, by);
            turn(&mut repository.lines, by);
            turn(&mut repository.branches, by);
            turn(&mut repository.collaborators, by);
        }
        proptest::prop_assert_eq!(&bytes(&turned), &expected);
    });
}

fn ambit(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambit"));
    let output = command.current_dir(folder).env_clear().args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_sealed_sample_is_what_a_shell_draws() {
    let folder = tempfile::tempdir().unwrap();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/acme-before/store").display().to_string();
    let (code, told, said) =
        ambit(folder.path(), &["changes", "--store", &store, "--from", "2026-05-01", "--to", "2026-12-31"]);
    assert_eq!(code, 0, "{said}");
    assert!(told.contains("P01") && told.contains("Every item tested"), "{told}");
    let (_, _, said) = ambit(folder.path(), &["changes", "sample", "--nonce", "n1"]);
    assert!(said.contains("is not sealed"), "{said}");
    let (code, sealed, said) = ambit(folder.path(), &["changes", "seal"]);
    assert_eq!(code, 0, "{said}");
    assert!(sealed.ends_with("  SHA256SUMS\n"), "{sealed}");
    let (code, _, said) =
        ambit(folder.path(), &["changes", "--store", &store, "--from", "2026-05-01", "--to", "2026-12-31"]);
    assert_eq!(code, 1);
    assert!(said.contains("is sealed"), "{said}");
    let (code, told, said) = ambit(folder.path(), &["changes", "sample", "--nonce", "n1", "--size", "2"]);
    assert_eq!(code, 0, "{said}");
    let dir = folder.path().join("ambit-changes");
    let record: Value = serde_json::from_slice(&std::fs::read(dir.join("sample/sample.json")).unwrap()).unwrap();
    assert_eq!(record["seeded_by"], "auditor");
    let mut compared = 0;
    for stratum in record["strata"].as_array().unwrap() {
        let line = stratum["shell"].as_str().unwrap();
        let Ok(shell) = Command::new("sh").current_dir(&dir).args(["-c", line]).output() else {
            println!("skipped: no sh");
            return;
        };
        let drawn: String = stratum["selected"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| format!("{} {}\n", item["digest"].as_str().unwrap(), item["id"].as_str().unwrap()))
            .collect();
        assert_eq!(String::from_utf8(shell.stdout).unwrap(), drawn, "{line}");
        if !drawn.is_empty() {
            assert!(told.contains(line), "{told}");
            compared += 1;
        }
    }
    assert!(compared > 0, "{told}");
    std::fs::write(dir.join("strata/agent.ids"), "acme/shop#999\n").unwrap();
    let (code, _, said) = ambit(folder.path(), &["changes", "sample", "--nonce", "n2"]);
    assert_eq!(code, 1);
    assert!(said.contains("is not what was sealed"), "{said}");
}

#[test]
fn a_clone_is_accounted_for_without_a_run() {
    let clone = crate::repository::Repository::new();
    for message in ["Begin", "=HYPERLINK(\"x\")\u{1b}[2J by hand", "Add it (#2)"] {
        clone.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }
    let dir = clone.path().display().to_string();
    let period = ["--from", "2000-01-01", "--to", "2099-12-31"];
    let (code, told, said) = ambit(clone.path(), &[&["changes", "clone", &dir], &period[..]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(told.contains("3 first-parent commits: 1 claimed by pull requests, 2 unexplained"), "{told}");
    assert!(told.contains("by hand") && !told.contains('\u{1b}'), "{told}");
    let (code, _, said) =
        ambit(clone.path(), &["changes", "clone", &dir, "--from", "2026-02-30", "--to", "2026-03-01"]);
    assert_eq!(code, 1);
    assert!(said.contains("`2026-02-30` is no date"), "{said}");
    let (code, _, said) = ambit(clone.path(), &["changes", "--clone", "shop"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("OWNER/NAME=DIR"), "{said}");
}

/// The highest resident memory of this process so far, in MiB, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// A measurement, not a limit: `cargo test --release --test ambit -- --ignored --nocapture fifty_thousand`.
#[test]
#[ignore = "a measurement"]
fn fifty_thousand_changes() {
    let (pushes, line) = straight();
    let (mut world, _) = collected(scenario(pushes, line, None));
    let ambit::model::observed::Reading::Known { value: organization, .. } = &mut world.forge.reading else { panic!() };
    let ambit::model::observed::Reading::Known { value: repositories, .. } = &mut organization.repositories.reading
    else {
        panic!()
    };
    let repository = &mut repositories[0];
    let mut pull = repository.pull_requests.members()[0].clone();
    pull.head = "x".to_owned();
    let id = |n: u64| format!("{n:040x}");
    let all = |n: u64| {
        let mut one = pull.clone();
        (one.number, one.merge_sha) = (n, Some(id(n)));
        one
    };
    let mut push = repository.trail.pushes.members()[0].clone();
    let mut lines = repository.lines.members()[0].clone();
    lines.start = "main".to_owned();
    let commit = lines.commits[0].clone();
    let mut recorded = Vec::new();
    lines.commits.clear();
    for n in (1..=50_000_u64).rev() {
        push.id = n;
        push.at = format!("2026-10-{:02}T{:02}:{:02}:{:02}Z", 1 + n / 2000, n / 100 % 20, n % 60, n / 60 % 60);
        (push.before, push.after) = (id(n - 1), id(n));
        recorded.push(push.clone());
        let mut one = commit.clone();
        (one.sha, one.parent, one.committed_at) = (id(n), Some(id(n - 1)), push.at.clone());
        lines.commits.push(one);
    }
    recorded.sort_by(|a, b| a.at.cmp(&b.at));
    for (n, push) in (1_u64..).zip(&mut recorded) {
        push.id = n;
        (push.before, push.after) = (id(n - 1), id(n));
    }
    repository.pull_requests = Observed::known((1..=50_000).map(all).collect(), Vec::new());
    repository.trail.pushes = Observed::known(recorded, Vec::new());
    repository.lines = Observed::known(vec![lines], Vec::new());
    let before = peak();
    let started = std::time::Instant::now();
    let populations = drawn(&world);
    let took = started.elapsed();
    let files = rendered::write(&populations, rendered::Run { id: "r", read_at: "2026-11-25T03:00:00Z" }).unwrap();
    let size: usize = files.iter().map(|(_, file)| file.bytes.len()).sum();
    println!(
        "{} changes drawn in {took:?}, written in {:?}, {} MiB of files; peak {before:?} MiB before, {:?} MiB after",
        populations.changes.len(),
        started.elapsed() - took,
        size >> 20,
        peak()
    );
    assert_eq!(populations.changes.len(), 50_000);
    assert_eq!(main_of(&populations).counts().by_pull_request, 50_000);
}
