//! The wire and the store, against servers on this machine that count what reaches them.

mod aws;
mod keys;
mod pages;
mod redaction;
mod refusals;
mod resume;
mod retry;
pub mod server;
mod store;

use std::{path::Path, sync::Arc, time::Duration};

use ambit::{
    base::{
        clock::{Clock, ManualClock},
        secret::Secret,
    },
    collect::{
        aws::client::{self as aws_client, Account},
        github::client::{self as github_client, Client},
        wire::{Settings, Wire},
    },
    evidence::{Header, Record, RunLog, RunWriter, Scope, Store},
    model::id::RunId,
};

/// A store in a folder of its own, with one run and a clock that moves by waiting only.
struct Bench {
    folder: tempfile::TempDir,
    run: RunId,
    clock: Arc<ManualClock>,
    settings: Settings,
}

impl Bench {
    async fn new() -> (Bench, Wire, RunWriter) {
        Bench::with(Settings { patience: Duration::from_secs(3600), ..Settings::default() }).await
    }

    async fn with(settings: Settings) -> (Bench, Wire, RunWriter) {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::shared("2026-11-25T03:00:00Z".parse().unwrap());
        let header = Header::new(clock.now(), "test");
        let run = header.id.clone();
        let writer = Store::create(folder.path()).await.unwrap().start(header).await.unwrap();
        let wire = Wire::live(writer.clone(), settings.clone(), clock.clone()).unwrap();
        (Bench { folder, run, clock, settings }, wire, writer)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    async fn load(&self) -> RunLog {
        Store::open(self.path()).await.unwrap().load(&self.run).await.unwrap()
    }

    async fn records(&self) -> Vec<Record> {
        self.load().await.records().to_vec()
    }

    async fn replay(&self) -> Wire {
        Wire::replay(self.load().await)
    }

    /// The lock is let go once the last task that holds the old wire has ended.
    async fn resume(&self) -> Wire {
        let store = Store::open(self.path()).await.unwrap();
        for _ in 0..100 {
            match store.resume(&self.run).await {
                Ok((writer, log)) => {
                    return Wire::resume(writer, log, self.settings.clone(), self.clock.clone()).unwrap();
                }
                Err(ambit::evidence::Error::Locked { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the old wire never let go of the run");
    }

    /// Every byte of the store, names included.
    fn everything(&self) -> String {
        fn gather(folder: &Path, all: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                all.push_str(&path.display().to_string());
                match path.is_dir() {
                    true => gather(&path, all),
                    false => all.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap())),
                }
            }
        }
        let mut all = String::new();
        gather(self.path(), &mut all);
        all
    }
}

fn github_scope() -> Scope {
    Scope::new("github")
}

fn github(wire: &Wire, base: &str, token: &str) -> Client {
    let credential = github_client::Credential::Token(Secret::new(token));
    Client::new(wire.clone(), github_client::Source { scope: github_scope(), base: base.to_owned(), credential })
        .unwrap()
}

async fn account(wire: &Wire, endpoint: &str, number: &str) -> Account {
    let credential = aws_client::Credential::Keys {
        id: "AKIAHUSH".to_owned(),
        secret: Secret::new("aws-secret-hush"),
        session: Some(Secret::new("aws-session-hush")),
    };
    let source = aws_client::Source {
        scope: Scope::new(format!("aws/{number}")),
        region: "eu-west-1".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        credential,
        role: None,
    };
    Account::connect(wire.clone(), source).await.unwrap()
}
