//! What a run was asked to do, and how it ended: everything that a replay needs besides the answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::record::Scope;
use crate::{
    base::{canonical, digest::Digest},
    model::id::RunId,
};

/// Written before the first request, never changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The layout of this run's files; 1.
    pub format: u32,
    pub id: RunId,
    /// The run's clock: every relative time in a request or a report counts from here.
    pub started: Timestamp,
    pub tool_version: String,
    /// `owner` or `owner/name`, as asked for.
    #[serde(default)]
    pub organisations: Vec<String>,
    #[serde(default)]
    pub repositories: Vec<String>,
    /// The configuration file's bytes, stored as an object.
    #[serde(default)]
    pub config: Option<StoredFile>,
    #[serde(default)]
    pub github: Vec<GithubSource>,
    #[serde(default)]
    pub aws: Vec<AwsSource>,
    /// Whatever else the answers depend on, by name.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// The runs of one store that this one joins, in the order of their ids. Such a run asked nothing itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<RunId>,
}

/// A file that steered the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    pub path: String,
    pub digest: Digest,
}

/// One GitHub host seen through one identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GithubSource {
    pub scope: Scope,
    /// `https://api.github.com` or `https://ghe.example.com/api/v3`. Recorded links name this host.
    pub base: String,
    /// As in [`super::Caller::name`].
    pub identity: String,
}

/// One AWS account seen through one identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwsSource {
    pub scope: Scope,
    /// The first is the home Region, which answers for services that have no Regions.
    pub regions: Vec<String>,
    /// A configured endpoint for every service, as in `AWS_ENDPOINT_URL`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The role that was assumed to read this account.
    #[serde(default)]
    pub role: Option<String>,
    /// The role's name in every other account of the organisation, each read as a scope of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_role: Option<String>,
    pub identity: String,
}

impl Header {
    /// A header with its id: the start in UTC, sortable, and 6 hex digits of what the run was asked to do.
    pub fn new(started: Timestamp, tool_version: impl Into<String>) -> Header {
        let id = RunId::new("");
        Header {
            format: 1,
            id,
            started,
            tool_version: tool_version.into(),
            organisations: Vec::new(),
            repositories: Vec::new(),
            config: None,
            github: Vec::new(),
            aws: Vec::new(),
            settings: BTreeMap::new(),
            parts: Vec::new(),
        }
        .with_id()
    }

    /// The id again, after fields were set.
    pub fn with_id(mut self) -> Header {
        self.id = RunId::new("");
        let digest = canonical::digest(&self).map(|d| d.short(6)).unwrap_or_default();
        self.id = RunId::new(format!("{}-{digest}", self.started.strftime("%Y%m%dT%H%M%S%3fZ")));
        self
    }
}

/// The last line of a run that was ended on purpose. A run that was killed has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct End {
    pub at: Timestamp,
    /// Everything planned was asked. Denied and failed answers do not make a run incomplete; a budget does.
    pub complete: bool,
    /// Why not, when it is not.
    #[serde(default)]
    pub why: Option<String>,
}
