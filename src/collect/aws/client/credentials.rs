//! Credentials of one account: where they come from, how far an assumed role is cut down, and the time they are good for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, sts::AssumeRoleProvider};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep},
    time::TimeSource,
};
use jiff::Timestamp;
use serde_json::json;
use tokio::sync::Mutex;

use super::{Credential, Source, sdk::Http};
use crate::{
    base::clock::Clock,
    collect::wire::{Error, Mode, Wire},
};

/// Credentials are fetched anew this long before they expire.
const EXPIRY_MARGIN: Duration = Duration::from_secs(5 * 60);

/// Session policies of the assumed role.
const SESSION_POLICIES: [&str; 2] =
    ["arn:aws:iam::aws:policy/SecurityAudit", "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"];

/// What these two do not hold of what Ambit asks. A session may use what one of its session policies allows, so each call
/// must stand in one of them.
const BEYOND: [&str; 9] = [
    "backup:GetBackupPlan",
    "backup:GetBackupSelection",
    "backup:ListRestoreTestingPlans",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:ListEventDataStores",
    "memorydb:DescribeSnapshots",
    "memorydb:ListTags",
    "securitylake:ListDataLakes",
    "securitylake:ListSubscribers",
];

fn session_policy() -> String {
    let statement = json!({ "Effect": "Allow", "Action": BEYOND, "Resource": "*" });
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

/// The credentials that both clients of an account sign with, fetched once and again before they expire.
#[derive(Debug)]
pub(super) struct Keyring {
    provider: SharedCredentialsProvider,
    time: AwsTime,
    held: Mutex<Option<Credentials>>,
}

impl Keyring {
    /// `http` is on the credentials lane.
    ///
    /// # Errors
    /// No credentials are configured.
    pub async fn open(wire: &Wire, source: &Source, http: Http) -> Result<Keyring, Error> {
        let base = base_config(wire, source, http).await;
        let provider = provider(wire, source, &base).await?;
        let time = AwsTime { clock: wire.clock().cloned(), ahead: Arc::default() };
        Ok(Keyring { provider, time, held: Mutex::default() })
    }

    pub fn time(&self) -> &AwsTime {
        &self.time
    }

    /// # Errors
    /// None could be fetched.
    pub async fn fresh(&self) -> Result<Credentials, Error> {
        let mut held = self.held.lock().await; // held while fetching: eight calls must not assume eight times
        if let Some(known) = &*held {
            let limit = SystemTime::from(self.time.now()) + EXPIRY_MARGIN;
            if known.expiry().is_none_or(|expiry| expiry > limit) {
                return Ok(known.clone());
            }
        }
        let fetched = fetch(&self.provider).await?;
        *held = Some(fetched.clone());
        Ok(fetched)
    }

    /// AWS no longer takes what is held.
    pub async fn drop_held(&self) {
        *self.held.lock().await = None;
    }
}

impl ProvideCredentials for Keyring {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { self.fresh().await.map_err(CredentialsError::provider_error) })
    }
}

/// The run's clock, put right by AWS's.
#[derive(Debug, Clone)]
pub(super) struct AwsTime {
    clock: Option<Arc<dyn Clock>>,
    /// Seconds that AWS's clock is ahead of ours.
    ahead: Arc<AtomicI64>,
}

impl AwsTime {
    /// AWS's time, as far as it is known. In Replay any time will do.
    pub fn now(&self) -> Timestamp {
        let ours = self.clock.as_ref().map_or(Timestamp::UNIX_EPOCH, |clock| clock.now());
        ours.checked_add(jiff::SignedDuration::from_secs(self.ahead.load(Relaxed))).unwrap_or(ours)
    }

    /// AWS refuses signatures that are minutes off; its answer's date says by how much.
    pub fn learn<T>(&self, response: &http::Response<T>) {
        let date = response.headers().get("date").and_then(|value| value.to_str().ok());
        let theirs = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp());
        if let (Some(theirs), Some(clock)) = (theirs, &self.clock) {
            self.ahead.store(theirs.as_second().saturating_sub(clock.now().as_second()), Relaxed);
        }
    }
}

impl TimeSource for AwsTime {
    fn now(&self) -> SystemTime {
        AwsTime::now(self).into()
    }
}

impl AsyncSleep for AwsTime {
    fn sleep(&self, pause: Duration) -> Sleep {
        match &self.clock {
            Some(clock) => Sleep::new(clock.sleep(pause)),
            None => Sleep::new(std::future::ready(())), // Replay never waits
        }
    }
}

/// Where credentials come from, with retries and the wire as their HTTP client.
async fn base_config(wire: &Wire, source: &Source, http: Http) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(source.region.clone()))
        .http_client(http)
        // The SDK owns the retry of its own calls; in Replay it would only read the same answer again.
        .retry_config(match wire.mode() {
            Mode::Replay => RetryConfig::disabled(),
            Mode::Live | Mode::Resume => RetryConfig::standard().with_max_attempts(3),
        });
    let loader = match &source.endpoint {
        Some(endpoint) => loader.endpoint_url(endpoint),
        None => loader,
    };
    match (wire.mode(), &source.credential) {
        (Mode::Replay, _) => loader.credentials_provider(dummy()),
        (_, Credential::Keys { id, secret, session }) => {
            let session = session.as_ref().map(|session| session.expose().to_owned());
            loader.credentials_provider(Credentials::new(id, secret.expose(), session, None, "keys"))
        }
        (_, Credential::Chain { profile: Some(profile) }) => loader.profile_name(profile),
        (_, Credential::Chain { profile: None }) => loader,
    }
    .load()
    .await
}

async fn provider(wire: &Wire, source: &Source, base: &SdkConfig) -> Result<SharedCredentialsProvider, Error> {
    match &source.role {
        Some(role) if wire.mode() != Mode::Replay => {
            let policies = SESSION_POLICIES.map(str::to_owned).to_vec();
            let builder = AssumeRoleProvider::builder(&role.arn).session_name("ambit").policy_arns(policies);
            let builder = builder.policy(session_policy());
            let builder = match &role.external_id {
                Some(id) => builder.external_id(id),
                None => builder,
            };
            Ok(SharedCredentialsProvider::new(builder.configure(base).build().await))
        }
        _ => base.credentials_provider().ok_or_else(|| no_credentials("none are configured")),
    }
}

/// Dummy keys sign, so that a replayed request keeps its shape; the key of a record leaves the signature out.
fn dummy() -> Credentials {
    Credentials::new("REPLAY", "replay", None, None, "replay")
}

async fn fetch(provider: &SharedCredentialsProvider) -> Result<Credentials, Error> {
    provider.provide_credentials().await.map_err(|error| {
        // A used-up budget or a broken store below the chain is not a lack of credentials.
        let ours = Error::within(&error).filter(|ours| matches!(ours, Error::Exhausted { .. } | Error::Store(_)));
        let top: &dyn std::error::Error = &error;
        let root = std::iter::successors(Some(top), |e| e.source()).last().unwrap_or(top);
        ours.cloned().unwrap_or_else(|| no_credentials(&root.to_string()))
    })
}

fn no_credentials(why: &str) -> Error {
    Error::Setup {
        why: format!("no AWS credentials: {why}\nhint: sign in, set AWS_PROFILE, or leave AWS out with --no-aws"),
    }
}
