//! One AWS account on the recorded wire: a generic signed client for every operation of the table, with credentials from the
//! SDK's chain.

mod answer;
mod request;
mod sdk;

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, sts::AssumeRoleProvider};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use http::Uri;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use self::sdk::Http;
use crate::{
    base::{clock::Clock, secret::Secret},
    collect::wire::{
        Answered, Ask, Error, Lane, Mode, Target, Wire,
        classify::{self, Verdict},
    },
    controls::operations::{self, Operation, Service},
    evidence::{Caller, Next, Scope},
};

pub use self::answer::{Answer, Page};

/// A service that is unwell is asked this often; one that throttles, more often.
const ATTEMPTS_UNWELL: u32 = 3;
const ATTEMPTS_THROTTLED: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);
/// Credentials are fetched anew this long before they expire.
const EXPIRY_MARGIN: Duration = Duration::from_secs(5 * 60);

/// One account seen through one identity.
#[derive(Debug, Clone)]
pub struct Source {
    /// From configuration, not from `GetCallerIdentity`: in Replay there is nobody to ask.
    pub scope: Scope,
    /// The Region for services that have none, and for the credential chain.
    pub region: String,
    /// Replaces every service's address, as `AWS_ENDPOINT_URL` does.
    pub endpoint: Option<String>,
    pub credential: Credential,
    /// A role of this account to assume with that credential.
    pub role: Option<Role>,
}

/// What proves to AWS who asks.
#[derive(Debug, Clone)]
pub enum Credential {
    /// The standard chain: environment, shared files, single sign-on, web identity, container, instance.
    Chain { profile: Option<String> },
    /// Keys that the caller has read itself.
    Keys { id: String, secret: Secret, session: Option<Secret> },
}

/// A role to assume, cut down by AWS's own policies for auditors whatever its owner attached.
#[derive(Debug, Clone)]
pub struct Role {
    pub arn: String,
    pub external_id: Option<String>,
}

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

/// The client of one account.
#[derive(Debug)]
pub struct Account {
    wire: Wire,
    scope: Scope,
    caller: Caller,
    endpoint: Option<Uri>,
    provider: SharedCredentialsProvider,
    credentials: Mutex<Option<Credentials>>,
    /// Seconds that AWS's clock is ahead of ours.
    skew: AtomicI64,
}

impl Account {
    /// Loads the credential chain; in Replay dummy keys, which sign the same request.
    ///
    /// # Errors
    /// No credentials, or an endpoint that is no address.
    pub async fn connect(wire: Wire, source: Source) -> Result<Account, Error> {
        let endpoint = source.endpoint.as_deref().map(address).transpose()?;
        let http = Http {
            wire: wire.clone(),
            scope: source.scope.clone(),
            caller: Caller { name: source.credential.name(), credential: String::new() },
            endpoint: endpoint.clone(),
        };
        let base = base_config(&wire, &source, http).await;
        let provider = provider(&wire, &source, &base).await?;
        let first = fetch(&provider).await?;
        let caller = caller(&source, &first);
        Ok(Account {
            scope: source.scope,
            caller,
            endpoint,
            provider,
            credentials: Mutex::new(Some(first)),
            skew: AtomicI64::new(0),
            wire,
        })
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The run's clock; none in Replay.
    pub fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.wire.clock()
    }

    /// Calls an operation of the table with all its pages. `region` is ignored by services that have no Regions; the
    /// records name [`Service::signing_region`].
    ///
    /// # Errors
    /// A refusal, a used-up budget, missing credentials, or a store that cannot be written; never an error answer.
    pub async fn call(&self, service: &str, region: &str, operation: &str, params: Value) -> Result<Answer, Error> {
        let refuse = || Error::Refused {
            what: format!("{service} {operation}"),
            why: "it is not on the list of reads".to_owned(),
        };
        let (service, operation) = operations::find(service, operation).ok_or_else(refuse)?;
        let mut call =
            Call { service, operation, region: service.signing_region(region), params: Map::new(), page: None };
        call.params.extend(operation.page.clone());
        if let Value::Object(given) = params {
            call.params.extend(given);
        }
        self.wire.begin_list(&self.ask(&call, 1).await?)?;
        let (mut answer, mut seen) = (Answer::default(), BTreeSet::new());
        loop {
            let page = self.persevere(&call).await?;
            let (ok, next) = (page.ok(), page.next.clone());
            answer.pages.push(page);
            match next {
                Some(Next::Page(token)) if ok && seen.insert(token.clone()) => call.page = Some(token),
                next => {
                    answer.complete = ok && next.is_none();
                    return Ok(answer);
                }
            }
        }
    }

    /// The only retry of the generic client. Each attempt is signed anew and on record.
    async fn persevere(&self, call: &Call<'_>) -> Result<Page, Error> {
        let mut attempt = 1;
        loop {
            let ask = self.ask(call, attempt).await?;
            let result = self.wire.send(ask).await;
            let pause = self.pause(&result, attempt).await;
            match (pause, self.wire.clock()) {
                (Some(pause), Some(clock)) => clock.sleep(pause).await,
                _ => return Page::of(result),
            }
            attempt += 1;
        }
    }

    async fn ask(&self, call: &Call<'_>, attempt: u32) -> Result<Ask, Error> {
        let credentials = self.fresh_credentials().await?;
        let request = request::signed(call, self.endpoint.as_ref(), &credentials, self.now())?;
        let target = Target::Aws {
            lane: Lane::Evidence,
            operation: Some(call.operation.name.clone()),
            endpoint: self.endpoint.clone(),
        };
        Ok(Ask { scope: self.scope.clone(), caller: self.caller.clone(), target, request, attempt })
    }

    /// How long to wait before the next attempt; `None` when this answer stands.
    async fn pause(&self, result: &Result<Answered, Error>, attempt: u32) -> Option<Duration> {
        self.wire.clock()?; // Replay: the recorded answer is the answer
        let growing = FIRST_PAUSE.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(LONGEST_PAUSE);
        let verdict = match result {
            Ok(answered) if answered.replayed => Verdict::Settled,
            Ok(answered) => classify::aws(answered.response.status(), answered.code.as_deref()),
            Err(Error::NoAnswer { .. }) => Verdict::Unwell,
            Err(_) => Verdict::Settled,
        };
        match verdict {
            Verdict::Stale if attempt == 1 => {
                if let Ok(answered) = result {
                    self.learn_skew(&answered.response);
                }
                *self.credentials.lock().await = None;
                Some(Duration::ZERO)
            }
            Verdict::TooFast | Verdict::BudgetSpent => (attempt < ATTEMPTS_THROTTLED).then_some(growing),
            Verdict::Unwell => (attempt < ATTEMPTS_UNWELL).then_some(growing),
            Verdict::Settled | Verdict::Stale => None,
        }
    }

    /// AWS refuses signatures that are minutes off; its answer's date says by how much.
    fn learn_skew<T>(&self, response: &http::Response<T>) {
        let date = response.headers().get("date").and_then(|value| value.to_str().ok());
        let theirs = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp());
        if let (Some(theirs), Some(clock)) = (theirs, self.wire.clock()) {
            self.skew.store(theirs.as_second().saturating_sub(clock.now().as_second()), Relaxed);
        }
    }

    /// AWS's time, as far as it is known. In Replay any time will do.
    fn now(&self) -> Timestamp {
        let ours = self.wire.clock().map_or(Timestamp::UNIX_EPOCH, |clock| clock.now());
        ours.checked_add(jiff::SignedDuration::from_secs(self.skew.load(Relaxed))).unwrap_or(ours)
    }

    async fn fresh_credentials(&self) -> Result<Credentials, Error> {
        let mut cached = self.credentials.lock().await; // held while fetching: eight calls must not assume eight times
        if let Some(known) = &*cached {
            let limit = std::time::SystemTime::from(self.now()) + EXPIRY_MARGIN;
            if known.expiry().is_none_or(|expiry| expiry > limit) {
                return Ok(known.clone());
            }
        }
        let fetched = fetch(&self.provider).await?;
        *cached = Some(fetched.clone());
        Ok(fetched)
    }
}

/// One call of an operation.
#[derive(Debug)]
struct Call<'a> {
    service: &'a Service,
    operation: &'a Operation,
    region: &'a str,
    params: Map<String, Value>,
    page: Option<String>,
}

impl Credential {
    fn name(&self) -> String {
        match self {
            Credential::Chain { profile: Some(profile) } => format!("AWS profile {profile}"),
            Credential::Chain { profile: None } => "AWS default chain".to_owned(),
            Credential::Keys { .. } => "AWS access key".to_owned(),
        }
    }
}

fn address(endpoint: &str) -> Result<Uri, Error> {
    let uri: Option<Uri> = endpoint.trim_end_matches('/').parse().ok();
    let whole = uri.filter(|uri| uri.scheme().is_some() && uri.host().is_some());
    whole.ok_or_else(|| Error::Setup { why: format!("`{endpoint}` is not an address with scheme and host") })
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

fn caller(source: &Source, credentials: &Credentials) -> Caller {
    match &source.role {
        // Its sessions change by the hour; the role is the identity.
        Some(role) => Caller { name: role.arn.clone(), credential: role.arn.clone() },
        None => {
            let credential = Secret::new(credentials.access_key_id()).fingerprint(source.scope.as_str());
            Caller { name: source.credential.name(), credential }
        }
    }
}
