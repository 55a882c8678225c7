//! The SDK's IAM client on the recorded wire, and what came of one of its calls.

use std::sync::Arc;

use aws_sdk_iam::{
    Client,
    config::{
        BehaviorVersion, Config, IdentityCache, ProvideCredentials, Region, StalledStreamProtectionConfig,
        retry::RetryConfig,
    },
    error::SdkError,
};

use super::{
    ATTEMPTS_THROTTLED, FIRST_PAUSE, LONGEST_PAUSE,
    credentials::Keyring,
    sdk::{Http, NameTheOperation},
};
use crate::{
    collect::wire::{Error, Mode},
    controls::operations,
};

/// Set member by member rather than loaded, so that no variable of the environment and no profile changes what is asked.
///
/// # Errors
/// The table has no IAM in it.
pub(super) fn client(http: Http, keyring: Arc<Keyring>, endpoint: Option<&str>) -> Result<Client, Error> {
    let iam = operations::services().iter().find(|service| service.service == "iam");
    let iam = iam.ok_or_else(|| Error::Setup { why: "the table of AWS operations has no IAM".to_owned() })?;
    let time = keyring.time().clone();
    let credentials: Arc<dyn ProvideCredentials> = keyring; // for both clients
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(iam.signing_region("").to_owned()))
        .time_source(time.clone())
        .sleep_impl(time)
        // In Replay it would only read the same answer again.
        .retry_config(match http.wire.mode() {
            Mode::Replay => RetryConfig::disabled(),
            Mode::Live | Mode::Resume => RetryConfig::standard()
                .with_max_attempts(ATTEMPTS_THROTTLED)
                .with_initial_backoff(FIRST_PAUSE)
                .with_max_backoff(LONGEST_PAUSE),
        })
        .identity_cache(IdentityCache::no_cache())
        .credentials_provider(credentials)
        // The wire hands over whole bodies.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .interceptor(NameTheOperation)
        .http_client(http);
    let config = match endpoint {
        Some(endpoint) => config.endpoint_url(endpoint),
        None => config,
    };
    Ok(Client::from_conf(config.build()))
}

/// What came of one call of the SDK. All three are on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard<T> {
    Answer(T),
    /// An error answer, or one that the SDK cannot read.
    Refused,
    /// No answer came.
    Silence,
}

/// # Errors
/// Whatever is no observation about the world: a refusal of ours, a used-up budget, missing credentials, a broken store.
pub fn heard<T, E>(result: Result<T, SdkError<E>>) -> Result<Heard<T>, Error>
where
    E: std::error::Error + 'static,
{
    match result {
        Ok(answer) => Ok(Heard::Answer(answer)),
        Err(SdkError::ServiceError(_) | SdkError::ResponseError(_)) => Ok(Heard::Refused),
        Err(error) => match Error::within(&error) {
            Some(Error::NoAnswer { .. }) => Ok(Heard::Silence),
            Some(ours) => Err(ours.clone()),
            None => Err(Error::Setup { why: format!("the AWS SDK could not ask: {error}") }),
        },
    }
}
