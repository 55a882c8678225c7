//! One AWS account on the recorded wire: the SDK's IAM client, and a generic signed client for every other operation of the
//! table. Both sign with the same credentials, from the SDK's chain.

mod answer;
mod credentials;
mod iam;
mod request;
mod sdk;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use aws_credential_types::Credentials;
use http::Uri;
use serde_json::{Map, Value};

use self::{credentials::Keyring, sdk::Http};
use crate::{
    base::{clock::Clock, secret::Secret},
    collect::wire::{
        Answered, Ask, Error, Lane, Target, Wire,
        classify::{self, Verdict},
    },
    controls::operations::{self, Operation, Service},
    evidence::{Caller, Next, Scope},
};

pub use self::{
    answer::{Answer, Page},
    iam::{Heard, heard},
};

/// A service that is unwell is asked this often; one that throttles, more often.
const ATTEMPTS_UNWELL: u32 = 3;
const ATTEMPTS_THROTTLED: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

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

/// The client of one account.
#[derive(Debug)]
pub struct Account {
    wire: Wire,
    scope: Scope,
    caller: Caller,
    endpoint: Option<Uri>,
    keyring: Arc<Keyring>,
    iam: aws_sdk_iam::Client,
}

impl Account {
    /// Loads the credential chain; in Replay dummy keys, which sign the same request.
    ///
    /// # Errors
    /// No credentials, or an endpoint that is no address.
    pub async fn connect(wire: Wire, source: Source) -> Result<Account, Error> {
        let endpoint = source.endpoint.as_deref().map(address).transpose()?;
        let nobody = Caller { name: source.credential.name(), credential: String::new() };
        let mut http = Http {
            wire: wire.clone(),
            scope: source.scope.clone(),
            caller: nobody,
            endpoint: endpoint.clone(),
            lane: Lane::Credentials,
        };
        let keyring = Arc::new(Keyring::open(&wire, &source, http.clone()).await?);
        let caller = caller(&source, &keyring.fresh().await?);
        http = Http { caller: caller.clone(), lane: Lane::Evidence, ..http };
        let iam = iam::client(http, keyring.clone(), source.endpoint.as_deref())?;
        Ok(Account { scope: source.scope, caller, endpoint, keyring, iam, wire })
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The SDK's IAM client. Each of its attempts is judged and recorded as those of [`Account::call`] are; what it returns
    /// is for [`heard`].
    pub fn iam(&self) -> &aws_sdk_iam::Client {
        &self.iam
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
        let credentials = self.keyring.fresh().await?;
        let request = request::signed(call, self.endpoint.as_ref(), &credentials, self.keyring.time().now())?;
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
                    self.keyring.time().learn(&answered.response);
                }
                self.keyring.drop_held().await;
                Some(Duration::ZERO)
            }
            Verdict::TooFast | Verdict::BudgetSpent => (attempt < ATTEMPTS_THROTTLED).then_some(growing),
            Verdict::Unwell => (attempt < ATTEMPTS_UNWELL).then_some(growing),
            Verdict::Settled | Verdict::Stale => None,
        }
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
