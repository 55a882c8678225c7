//! The binary against GitHub in the test process: killed at any request and resumed, it records the facts of an unbroken
//! run; and the short run of an owner joins the run of a reader.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use ambit::{evidence::Store, facts};
use proptest::prelude::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::faults::without_evidence;
use crate::github_fake::{Fake, Scenario};

fn ambit(folder: &TempDir, token: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ambit"));
    command.current_dir(folder.path()).env_clear().env("GITHUB_TOKEN", token).stdin(Stdio::null());
    command
}

fn collect(folder: &TempDir, fake: &Fake, token: &str, store: &str, more: &[&str]) -> Command {
    let mut command = ambit(folder, token);
    let url = fake.url();
    command.args(["collect", "--org", "acme", "--no-aws", "--github-api", &url, "--store", store]).args(more);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn done(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}");
    told
}

fn facts(store: &Path) -> Value {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let store = Store::open(store).await.unwrap();
        let log = store.load(&store.newest_complete().await.unwrap()).await.unwrap();
        without_evidence(serde_json::to_value(facts::world(&log).forge).unwrap())
    })
}

/// A fake that takes its time, so that requests are in the air when the blow falls.
fn slow() -> Fake {
    let fake = Fake::start(Scenario::reach());
    fake.fault(json!({"match": ".", "times": 100_000, "delay_ms": 2}));
    fake
}

#[test]
fn a_run_killed_at_any_request_goes_on_to_the_same_facts() {
    let folder = tempfile::tempdir().unwrap();
    let calm = slow();
    done(&collect(&folder, &calm, "ghp_admin", "calm", &[]).output().unwrap());
    let (expected, asked) = (facts(&folder.path().join("calm")), calm.log().len());
    let mut rng = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut point = |span: usize| usize::try_from(rng.next_u32()).unwrap() % span;
    let mut kills = 0;
    for round in 0..4 {
        let (fake, store) = (slow(), format!("killed-{round}"));
        let mut started = false;
        loop {
            let more: &[&str] = if started { &["--resume"] } else { &[] };
            let mut child = collect(&folder, &fake, "ghp_admin", &store, more).spawn().unwrap();
            let blow = fake.log().len() + 1 + point(asked / 2);
            let limit = Instant::now() + Duration::from_secs(60);
            while child.try_wait().unwrap().is_none() && fake.log().len() < blow && Instant::now() < limit {
                std::thread::sleep(Duration::from_millis(1));
            }
            started = true;
            if child.try_wait().unwrap().is_some() {
                done(&child.wait_with_output().unwrap());
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            kills += 1;
        }
        assert!(facts(&folder.path().join(&store)) == expected, "round {round}");
        fake.assert_no_violations();
    }
    println!("killed {kills} times in 4 runs of {asked} requests");
    assert!(kills >= 4, "{kills}");
}

#[test]
fn an_owner_hands_over_a_short_run_and_less_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(Scenario::reach());
    done(&collect(&folder, &fake, "ghs_least", "reader", &[]).output().unwrap());
    done(&collect(&folder, &fake, "ghp_admin", "owner", &["--only", "privileged"]).output().unwrap());
    done(&ambit(&folder, "").args(["merge", "reader", "owner", "--store", "joined"]).output().unwrap());
    let open = |store: &str| facts(&folder.path().join(store)).to_string().matches("\"denied\"").count();
    assert!(open("joined") < open("reader") / 2, "{} of {} are still denied", open("joined"), open("reader"));
    // `unknown       119 of 156 findings, over 53 checks`
    let unknown = |store: &str| -> usize {
        let doctor = ambit(&folder, "").args(["doctor", "--store", store]).output().unwrap();
        let told = String::from_utf8(doctor.stdout).unwrap();
        let line = told.lines().find_map(|line| line.trim().strip_prefix("unknown ")).expect(&told);
        line.split_whitespace().next().unwrap().parse().unwrap()
    };
    assert!(unknown("joined") < unknown("reader"), "{} of {}", unknown("joined"), unknown("reader"));
    fake.assert_no_violations();
}
