//! Asks GitHub everything that facts are lowered from. It looks into an answer only as far as the next question needs;
//! what an answer means is `facts::github`.

mod changes;
pub mod client;
mod handed_in;
mod heads;
mod lines;
mod organization;
mod repository;
mod trail;

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::Arc,
};

use tokio::task::JoinSet;

pub use self::handed_in::hand_in_audit_log;
use self::{client::Client, heads::Heads};
use super::{Progress, wire};
use crate::{
    controls::config::{Config, RefPattern},
    facts::github::paths,
    model::id::RepoName,
};

/// How much of the plan one identity asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Share {
    #[default]
    Everything,
    /// Only what GitHub shows to owners and admins: the organisation's own settings, and who may bypass each ruleset. The
    /// short run that an owner makes for somebody who reads the rest; `merge` joins the two.
    Privileged,
}

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Plan {
    /// An organisation, or a person.
    pub login: String,
    /// Only these; empty means all.
    pub repositories: Vec<RepoName>,
    /// Branches that the configuration maps to tiers.
    pub branches: Vec<RefPattern>,
    /// The most merged pull requests to read of one branch.
    pub pull_requests: usize,
    /// The first moment of the period, RFC 3339; the run's header says the same under `pull_requests_since`.
    pub since: Option<String>,
    /// The slug of the enterprise above the organisation.
    pub enterprise: Option<String>,
    pub share: Share,
}

impl Plan {
    /// Everything of one account, with the last 100 merged pull requests of each branch. The configuration names the
    /// branches of its tiers and the period; without a login the repositories name it.
    pub fn new(login: Option<&str>, repositories: &[String], config: &Config) -> Plan {
        let repositories: Vec<RepoName> = repositories.iter().map(RepoName::new).collect();
        let owner = || repositories.first().map(RepoName::owner).unwrap_or_default();
        let branches = config.tiers.values().flat_map(|rules| &rules.branches);
        Plan {
            login: login.unwrap_or_else(owner).to_owned(),
            branches: branches.map(|pattern| pattern.value.clone()).collect(),
            pull_requests: 100,
            since: config.soc2.as_ref().and_then(|soc2| soc2.from.clone()),
            enterprise: None,
            share: Share::Everything,
            repositories,
        }
    }
}

/// What became of it. The answers themselves are in the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Repositories that GitHub showed.
    pub listed: usize,
    pub read: usize,
    pub archived: usize,
    /// Named repositories that GitHub did not show.
    pub refused: Vec<RepoName>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} repositories read, {} archived", self.read, self.listed, self.archived)?;
        match self.refused.as_slice() {
            [] => Ok(()),
            refused => write!(f, ", {} not shown to this token", refused.len()),
        }
    }
}

/// Why there is nothing to assess, or not all of it. What was asked until then is kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    #[error("no answer from GitHub at `/orgs/{login}`\nhint: check the address, the proxy and the certificates")]
    NoAnswer { login: String },
    #[error("GitHub refuses the token: {message}\nhint: it may have expired or been revoked; make a new one")]
    BadToken { message: String },
    #[error(
        "GitHub shows no organisation or person `{login}` to this token\nhint: check the spelling, and that the token may see it"
    )]
    Unknown { login: String },
    #[error(transparent)]
    Wire(#[from] wire::Error),
}

/// Parts of the work, as progress names them.
const ORGANISATION: &str = "the organisation on GitHub";
const REPOSITORIES: &str = "repositories";

/// Repositories under way at once; the wire caps the requests.
const AT_ONCE: usize = 12;

/// Asks for all of `plan`.
///
/// # Errors
/// When nothing can be read at all, when the budget is used up, or when the store cannot be written.
pub async fn collect(client: &Client, plan: &Plan, progress: &dyn Progress) -> Result<Summary, Error> {
    let account = organization::account(client, plan).await?;
    let mut summary = Summary::default();
    let items = match plan.repositories.as_slice() {
        [] => client.get_paged(&account.repositories).await?.items,
        named => {
            let mut items = Vec::new();
            for name in named {
                let answer = client.get(&paths::repo(name, "")).await?;
                if answer.ok() {
                    items.push(answer.json());
                } else {
                    summary.refused.push(name.clone());
                }
            }
            items
        }
    };
    let repositories: Vec<_> = items.iter().filter_map(repository::Listed::of).collect();
    summary.listed = items.len();
    summary.archived = repositories.iter().filter(|repository| repository.archived).count();
    let wanted: Vec<_> = repositories.into_iter().filter(|repository| !repository.archived).collect();
    progress.begin(ORGANISATION, None);
    let org = organization::collect(client, plan, &account).await?;
    progress.end(ORGANISATION);
    progress.begin(REPOSITORIES, Some(wanted.len()));
    let read = read_all(client, plan, org, wanted, progress).await;
    progress.end(REPOSITORIES);
    summary.read = read?;
    Ok(summary)
}

/// Several repositories at once, in no order; the first error stops all, and nothing goes on writing after it.
async fn read_all(
    client: &Client,
    plan: &Plan,
    org: organization::Known,
    wanted: Vec<repository::Listed>,
    progress: &dyn Progress,
) -> Result<usize, Error> {
    let mut running = JoinSet::new();
    let read = read_each(client, plan, org, wanted, progress, &mut running).await;
    running.shutdown().await;
    read
}

async fn read_each(
    client: &Client,
    plan: &Plan,
    org: organization::Known,
    wanted: Vec<repository::Listed>,
    progress: &dyn Progress,
    running: &mut JoinSet<Result<(), Error>>,
) -> Result<usize, Error> {
    let shared = Arc::new((client.clone(), plan.clone(), org));
    let mut done = 0;
    let mut heads = Heads::new();
    let mut waiting = wanted.into_iter();
    let mut ready = VecDeque::new();
    loop {
        while running.len() < AT_ONCE {
            if ready.is_empty() {
                let batch: Vec<_> = waiting.by_ref().take(heads.batch()).collect();
                let mut read = match plan.share {
                    Share::Everything => heads.read(client, &batch).await?,
                    Share::Privileged => BTreeMap::new(),
                };
                ready.extend(batch.into_iter().map(|repository| (read.remove(&repository.name), repository)));
            }
            let Some((head, repository)) = ready.pop_front() else { break };
            let shared = Arc::clone(&shared);
            running.spawn(async move {
                let (client, plan, org) = &*shared;
                repository::collect(client, plan, org, &repository, head.as_ref()).await
            });
        }
        let Some(joined) = running.join_next().await else { return Ok(done) };
        let why = "a task was lost".to_owned();
        joined.map_err(|_| Error::Wire(wire::Error::Setup { why }))??;
        done += 1;
        progress.step(REPOSITORIES);
    }
}
