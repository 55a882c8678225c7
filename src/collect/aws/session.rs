//! One account being collected: calls that count themselves, and parts that run side by side.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use aws_sdk_iam::error::SdkError;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{
    Summary,
    client::{self, Account, Answer, Heard},
};
use crate::{
    collect::{Progress, wire::Error},
    evidence::Scope,
};

#[derive(Clone)]
pub(super) struct Session(Arc<Inner>);

struct Inner {
    account: Arc<Account>,
    home: String,
    calls: AtomicUsize,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
}

impl Session {
    pub fn new(account: Arc<Account>, home: String) -> Session {
        Session(Arc::new(Inner {
            account,
            home,
            calls: AtomicUsize::default(),
            refused: AtomicUsize::default(),
            unanswered: AtomicUsize::default(),
        }))
    }

    /// The Region that answers for the account as a whole.
    pub fn home(&self) -> &str {
        &self.0.home
    }

    /// Calls an operation, with all its pages.
    pub async fn call(&self, service: &str, region: &str, operation: &str, params: Value) -> Result<Answer, Error> {
        let answer = self.0.account.call(service, region, operation, params).await?;
        self.0.calls.fetch_add(1, Relaxed);
        let count = match answer.pages.last().map(|page| (page.ok(), page.status)) {
            Some((true, _)) => return Ok(answer),
            Some((false, Some(_))) => &self.0.refused,
            Some((false, None)) | None => &self.0.unanswered,
        };
        count.fetch_add(1, Relaxed);
        Ok(answer)
    }

    /// The SDK's IAM client; each of its results goes through [`Session::heard`].
    pub fn iam(&self) -> &aws_sdk_iam::Client {
        self.0.account.iam()
    }

    /// Counts what came of a call of the SDK; `None` unless it was answered with success.
    pub fn heard<T, E>(&self, result: Result<T, SdkError<E>>) -> Result<Option<T>, Error>
    where
        E: std::error::Error + 'static,
    {
        let heard = client::heard(result)?;
        self.0.calls.fetch_add(1, Relaxed);
        let count = match heard {
            Heard::Answer(answer) => return Ok(Some(answer)),
            Heard::Refused => &self.0.refused,
            Heard::Silence => &self.0.unanswered,
        };
        count.fetch_add(1, Relaxed);
        Ok(None)
    }

    /// Waits on the run's clock; false in Replay, which never waits because its answers never change.
    pub async fn pause(&self, time: Duration) -> bool {
        match self.0.account.clock() {
            Some(clock) => {
                clock.sleep(time).await;
                true
            }
            None => false,
        }
    }

    pub fn summary(&self) -> Summary {
        Summary {
            calls: self.0.calls.load(Relaxed),
            refused: self.0.refused.load(Relaxed),
            unanswered: self.0.unanswered.load(Relaxed),
            not_entered: None,
        }
    }

    pub fn scope(&self) -> &Scope {
        self.0.account.scope()
    }
}

/// Parts of a collection that run side by side; the wire decides how many requests are under way at once.
#[derive(Default)]
pub(super) struct Parts(JoinSet<Result<(), Error>>);

impl Parts {
    pub fn start(&mut self, part: impl Future<Output = Result<(), Error>> + Send + 'static) {
        self.0.spawn(part);
    }

    /// Waits for all. The first error ends the rest.
    pub async fn finish(self) -> Result<(), Error> {
        self.each_done(|| ()).await
    }

    /// As [`Parts::finish`], with each part told when it is done.
    pub async fn watched(self, scope: &Scope, progress: &dyn Progress) -> Result<(), Error> {
        let account = scope.to_string();
        progress.begin(&account, Some(self.0.len()));
        let result = self.each_done(|| progress.step(&account)).await;
        progress.end(&account);
        result
    }

    async fn each_done(mut self, tell: impl Fn()) -> Result<(), Error> {
        let mut outcome = Ok(());
        while let Some(done) = self.0.join_next().await {
            let broke_off = |e| Error::Setup { why: format!("a part of the collection broke off: {e}") };
            outcome = done.map_err(broke_off).and_then(|part| part);
            if outcome.is_err() {
                break;
            }
            tell();
        }
        // Nothing of a stopped attempt may go on writing to the run.
        self.0.shutdown().await;
        outcome
    }
}
