//! The one wire: every request of every client passes [`Wire::send`], which judges it, answers it from the record or
//! asks it once, and records what came. Retrying is the clients' business, so every attempt is on record.

mod aws_policy;
pub mod classify;
mod exchange;
mod github_policy;
mod key;
mod next;
mod pace;
mod policy;
mod redact;
mod replay;
mod signature;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Uri};

use self::{exchange::Line, replay::Recorded};
use crate::{
    base::clock::Clock,
    evidence::{self, Caller, RunLog, RunWriter, Scope},
    model::id::EvidenceId,
};

pub use self::policy::{is_loopback, same_origin};

/// How a wire answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Ask, and record.
    Live,
    /// Answer from the record only. No client exists, so no network is possible.
    Replay,
    /// Each settled answer of the stopped run is used once; then ask.
    Resume,
}

/// How to reach the outside. `cli` reads the environment and hands it in here.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Certificates to trust besides the machine's own, in PEM.
    pub ca_bundle: Option<Vec<u8>>,
    /// Requests under way at once. GitHub allows 100 and asks for few.
    pub concurrency: usize,
    /// The most requests that may be sent; the run ends incomplete when they are used up.
    pub max_requests: Option<u64>,
    /// The longest wait for a service that asks to be left alone.
    pub patience: Duration,
    /// For one request, from the first byte sent to the last byte read.
    pub timeout: Duration,
    /// Pace requests to this machine, too. Pacing cannot be switched off for any other host.
    pub pace_loopback: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            ca_bundle: None,
            concurrency: 8,
            max_requests: None,
            patience: Duration::from_secs(65 * 60), // GitHub's budget is by the hour
            timeout: Duration::from_secs(60),
            pace_loopback: false,
        }
    }
}

/// Whose protocol a request speaks, and where that service is.
#[derive(Debug, Clone)]
pub enum Target {
    Github { base: Uri, graphql: Uri },
    Aws { lane: Lane, operation: Option<String>, endpoint: Option<Uri> },
}

/// The credential chain and the collectors hold different clients, so who asks decides which list applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Evidence,
    Credentials,
}

/// One attempt at a request.
#[derive(Debug, Clone)]
pub struct Ask {
    pub scope: Scope,
    pub caller: Caller,
    pub target: Target,
    pub request: Request<Bytes>,
    /// From 1.
    pub attempt: u32,
}

/// An answer, and the record that keeps it.
#[derive(Debug, Clone)]
pub struct Answered {
    /// As it was kept, but for a minted token, which its client needs whole.
    pub response: http::Response<Bytes>,
    pub evidence: EvidenceId,
    /// Where the answer says that its list goes on.
    pub next: Option<evidence::Next>,
    /// The AWS error code.
    pub code: Option<String>,
    /// "Ask again", not an answer about the world.
    pub transient: bool,
    /// Answered from the record: there is nothing to wait for.
    pub replayed: bool,
}

/// Why there is no answer. Only [`Error::NoAnswer`] is an observation about the world, and it is on record.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("refused `{what}`: {why}")]
    Refused { what: String, why: String },
    #[error("`{what}` is not on record")]
    NotRecorded { what: String },
    #[error("the answer to `{what}` held credentials and was not kept")]
    Withheld { what: String },
    #[error("stopped early: {why}\nhint: what was collected is kept; go on later with the same command and --resume")]
    Exhausted { why: String },
    #[error("no answer from `{what}`: {why}")]
    NoAnswer { what: String, why: String, timeout: bool, evidence: EvidenceId },
    #[error("cannot use these settings: {why}")]
    Setup { why: String },
    #[error(transparent)]
    Store(#[from] evidence::Error),
}

impl Error {
    /// Our own error back out of an SDK's.
    pub fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
        std::iter::successors(Some(error), |e| e.source()).find_map(|e| e.downcast_ref())
    }
}

/// What went over the wire so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sent to the network.
    pub sent: u64,
    /// Answered from the record.
    pub replayed: u64,
    /// Of those sent: 401, 403 and 404.
    pub denied: u64,
    /// Of those sent: "ask again".
    pub transient: u64,
    /// Of those sent: no answer came.
    pub failed: u64,
}

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU64,
    replayed: AtomicU64,
    denied: AtomicU64,
    transient: AtomicU64,
    failed: AtomicU64,
}

/// Cheap to clone; every client holds one.
#[derive(Clone)]
pub struct Wire(Arc<Inner>);

struct Inner {
    mode: Mode,
    line: Option<Line>,
    recorded: Recorded,
    counters: Arc<Counters>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Wire({:?})", self.0.mode) // the AWS SDK asks for Debug; never print the rest
    }
}

impl Wire {
    /// Asks, and records into `run`.
    ///
    /// # Errors
    /// The settings cannot be used, e.g. certificates that do not parse.
    pub fn live(run: RunWriter, settings: Settings, clock: Arc<dyn Clock>) -> Result<Wire, Error> {
        Wire::build(Mode::Live, Some((run, settings, clock)), None)
    }

    /// Goes on with a stopped run; both come from [`evidence::Store::resume`].
    ///
    /// # Errors
    /// As for [`Wire::live`].
    pub fn resume(run: RunWriter, log: RunLog, settings: Settings, clock: Arc<dyn Clock>) -> Result<Wire, Error> {
        Wire::build(Mode::Resume, Some((run, settings, clock)), Some(log))
    }

    /// Answers from `log` alone.
    pub fn replay(log: RunLog) -> Wire {
        let recorded = Recorded::new(Some(log), false);
        Wire(Arc::new(Inner { mode: Mode::Replay, line: None, recorded, counters: Arc::default() }))
    }

    fn build(
        mode: Mode,
        live: Option<(RunWriter, Settings, Arc<dyn Clock>)>,
        log: Option<RunLog>,
    ) -> Result<Wire, Error> {
        let counters = Arc::<Counters>::default();
        let line = live.map(|(run, settings, clock)| Line::new(run, &settings, clock, counters.clone())).transpose()?;
        Ok(Wire(Arc::new(Inner { mode, line, recorded: Recorded::new(log, true), counters })))
    }

    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// The clock that paces and stamps; `None` in Replay, where nothing waits.
    pub fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.0.line.as_ref().map(Line::clock)
    }

    /// The longest wait that a client may make for a retry.
    pub fn patience(&self) -> Duration {
        self.0.line.as_ref().map_or(Duration::ZERO, Line::patience)
    }

    pub fn tally(&self) -> Tally {
        let counters = &self.0.counters;
        Tally {
            sent: counters.sent.load(Relaxed),
            replayed: counters.replayed.load(Relaxed),
            denied: counters.denied.load(Relaxed),
            transient: counters.transient.load(Relaxed),
            failed: counters.failed.load(Relaxed),
        }
    }

    /// Whether `request` would be allowed, without sending it.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason.
    pub fn judge(target: &Target, request: &Request<Bytes>) -> Result<(), Error> {
        policy::judge(target, request).map(|_| ())
    }

    /// The key under which an allowed request is recorded.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason.
    pub fn key(ask: &Ask) -> Result<evidence::Key, Error> {
        let permit = policy::judge(&ask.target, &ask.request)?;
        Ok(key::of(&ask.scope, &ask.target, &permit, &ask.request))
    }

    /// Answers one attempt: judged in every mode, then from the record or from the network, and then on record.
    ///
    /// # Errors
    /// See [`Error`]; an HTTP error status is an answer, not an error.
    pub async fn send(&self, ask: Ask) -> Result<Answered, Error> {
        let permit = policy::judge(&ask.target, &ask.request)?; // replay must refuse what live would refuse
        let kept = permit.secrecy != policy::Secrecy::Credentials;
        let key = kept.then(|| key::of(&ask.scope, &ask.target, &permit, &ask.request));
        if let Some(found) = self.0.recorded.take(&key, &permit, &ask.caller) {
            self.0.counters.replayed.fetch_add(1, Relaxed);
            return found;
        }
        match &self.0.line {
            Some(line) => line.exchange(ask, permit, key).await,
            None if kept => Err(Error::NotRecorded { what: format!("{} {}", permit.operation, permit.path) }),
            None => Err(Error::Withheld { what: permit.operation }),
        }
    }

    /// Before a list is asked for: in Resume, a list whose recorded pages do not reach its end is asked for anew from its
    /// first page, because its pages moved meanwhile or its continuation token expired.
    ///
    /// # Errors
    /// [`Error::Refused`] with the reason.
    pub fn begin_list(&self, first: &Ask) -> Result<(), Error> {
        if self.0.mode == Mode::Resume {
            let permit = policy::judge(&first.target, &first.request)?;
            self.0.recorded.forget_unfinished(&first.scope, &permit, &first.request);
        }
        Ok(())
    }
}
