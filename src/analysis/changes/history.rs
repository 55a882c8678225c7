//! What else a repository shows of its changes, looked up by commit: deployments, environment approvals, bypasses,
//! reverts, incidents.

use std::collections::{BTreeMap, BTreeSet};

use super::{approval::Judged, attributes::Judges, incidents::Incidents, reverts::Reverts};
use crate::{
    analysis::{period, tiers::Tiers},
    model::{
        change::{Deployment, PullRequest},
        observed::{Observed, Reading},
        tier::Tier,
        trail::PipelineRun,
        truth::Truth,
        world::Repository,
    },
};

/// Days for which GitHub keeps rule suites.
const SUITE_DAYS: i64 = 30;

pub struct History<'a> {
    repository: &'a Repository,
    /// By commit, oldest first.
    production: BTreeMap<&'a str, Vec<&'a Deployment>>,
    staging: BTreeMap<&'a str, Vec<&'a Deployment>>,
    runs: BTreeMap<&'a str, Vec<&'a PipelineRun>>,
    /// Commits that went past a rule.
    bypasses: BTreeSet<&'a str>,
    /// Branch and place of each first-parent commit, the oldest first.
    places: BTreeMap<&'a str, (usize, usize)>,
    /// Production deployments by the place of their commit.
    landed: BTreeMap<(usize, usize), &'a Deployment>,
    reverts: &'a Reverts,
    incidents: &'a Observed<Incidents>,
    /// The moment before which bypasses are gone: RFC 3339.
    horizon: String,
}

/// Whether and how a change came to production.
pub enum Deployed<'a> {
    /// The merged commit itself.
    Same(&'a Deployment),
    /// A later commit of the branch, which holds it.
    Within(&'a Deployment),
    Not,
    Untold(&'static str),
}

/// What a history is put together from.
pub struct Sources<'a> {
    pub repository: &'a Repository,
    pub tiers: &'a Tiers,
    /// First-parent commits of each production branch, the oldest first; empty where they were not read.
    pub lines: &'a [Vec<String>],
    pub reverts: &'a Reverts,
    pub incidents: &'a Observed<Incidents>,
    /// When the run began, RFC 3339.
    pub read_at: &'a str,
}

impl<'a> History<'a> {
    pub fn new(sources: Sources<'a>) -> History<'a> {
        let Sources { repository, tiers, lines, reverts, incidents, read_at } = sources;
        let tier = |deployment: &Deployment| tiers.environment(repository, &deployment.environment).tier;
        let of = |wanted: Tier| {
            let mut by_sha: BTreeMap<&str, Vec<&Deployment>> = BTreeMap::new();
            for deployment in Observed::members(&repository.deployments).iter().filter(|one| tier(one) == wanted) {
                by_sha.entry(&deployment.sha).or_default().push(deployment);
            }
            by_sha.values_mut().for_each(|all| all.sort_by(|a, b| a.created_at.cmp(&b.created_at)));
            by_sha
        };
        let production = of(Tier::Production);
        let mut places: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (branch, line) in lines.iter().enumerate() {
            for (at, sha) in line.iter().enumerate() {
                places.entry(sha).or_insert((branch, at));
            }
        }
        let landed = production.iter().filter_map(|(sha, all)| Some((*places.get(sha)?, *all.first()?))).collect();
        let mut runs: BTreeMap<&str, Vec<&PipelineRun>> = BTreeMap::new();
        for run in Observed::members(&repository.trail.runs) {
            runs.entry(&run.sha).or_default().push(run);
        }
        History {
            production,
            staging: of(Tier::Staging),
            runs,
            bypasses: Observed::members(&repository.trail.bypasses).iter().map(|suite| suite.after.as_str()).collect(),
            places,
            landed,
            horizon: period::days_before(read_at, SUITE_DAYS),
            repository,
            reverts,
            incidents,
        }
    }

    /// The checks that the branch asks for today, of classic protection and rulesets.
    pub fn required_checks(&self, branch: &str) -> Observed<Vec<String>> {
        let found = Observed::members(&self.repository.branches).iter().find(|one| one.name.as_str() == branch);
        let Some(branch) = found else { return Observed::not_collected("the branch was not read") };
        let rules = branch.rules.as_ref().map(|rules| rules.iter().flat_map(|rule| rule.required_checks()).collect());
        let rules: Observed<Vec<String>> = match rules.reading {
            Reading::Absent => Observed::known(Vec::new(), rules.evidence),
            _ => rules,
        };
        let classic = branch.classic.as_ref().map(|classic| classic.required_checks.clone());
        let classic = match classic.reading {
            Reading::Absent => Observed::known(Vec::new(), classic.evidence),
            _ => classic,
        };
        rules.and_then(|mut names| {
            classic.map(|more| {
                names.extend(more);
                names.sort();
                names.dedup();
                names
            })
        })
    }

    /// Whether the push that made `sha` went past a rule that it broke.
    pub fn bypassed(&self, sha: Option<&str>, at: &str) -> Truth {
        match sha {
            Some(sha) if self.bypasses.contains(sha) => Truth::True,
            Some(_) if self.repository.trail.bypasses.is_whole() && at >= self.horizon.as_str() => Truth::False,
            _ => Truth::Unknown,
        }
    }

    pub fn deployed(&self, pull: &PullRequest) -> Deployed<'a> {
        let Some(sha) = pull.merge_sha.as_deref() else { return Deployed::Untold("its merge commit is not shown") };
        if let Some(first) = self.production.get(sha).and_then(|all| all.first()) {
            return Deployed::Same(first);
        }
        if let Some((branch, at)) = self.places.get(sha)
            && let Some((_, deployment)) = self.landed.range((*branch, at + 1)..(branch + 1, 0)).next()
        {
            return Deployed::Within(deployment);
        }
        if !self.repository.deployments.is_whole() {
            Deployed::Untold("not all deployments were read")
        } else if self.production.is_empty() {
            Deployed::Untold("no deployment to production is recorded here")
        } else if self.places.is_empty() {
            Deployed::Untold("the branch's commits were not read, so later deployments may hold it")
        } else {
            Deployed::Not
        }
    }

    /// Attribute H, on the deployment that brought the change to production.
    pub fn environment_approval(&self, judges: Judges<'_>, pull: &PullRequest, deployed: &Deployed<'_>) -> Judged {
        let deployment = match deployed {
            Deployed::Same(deployment) | Deployed::Within(deployment) => deployment,
            Deployed::Not => return Judged::new(false, "it was not deployed"),
            Deployed::Untold(why) => return Judged::new(Truth::Unknown, *why),
        };
        let author = pull.author.as_ref().map(|author| judges.persons.key(&author.login));
        let runs = self.runs.get(deployment.sha.as_str()).map_or(&[][..], Vec::as_slice);
        let mut own = Vec::new();
        for run in runs {
            let starter = run.triggered_by.as_ref().or(run.actor.as_ref()).map(|who| judges.persons.key(&who.login));
            for approval in run.approvals.members().iter().filter(|approval| approval.state == "approved") {
                if !approval.environments.iter().any(|name| name.as_str() == deployment.environment) {
                    continue;
                }
                let person = Some(judges.persons.key(&approval.by.login));
                if judges.persons.no_person(judges.signatures, &approval.by).is_none()
                    && person != author
                    && person != starter
                {
                    return Judged::new(true, format!("{} approved {}", approval.by.login, deployment.environment));
                }
                own.push(approval.by.login.clone());
            }
        }
        let read = self.repository.trail.runs.is_whole() && runs.iter().all(|run| run.approvals.is_whole());
        match (own.as_slice(), read) {
            (_, false) => Judged::new(Truth::Unknown, "runs or their approvals were not all read"),
            ([], true) => Judged::new(false, format!("nobody approved {}", deployment.environment)),
            (own, true) => Judged::new(false, format!("only {} approved it, who wrote or started it", own.join(", "))),
        }
    }

    /// Attribute I.
    pub fn staging_first(&self, deployed: &Deployed<'_>) -> Judged {
        let deployment = match deployed {
            Deployed::Same(deployment) | Deployed::Within(deployment) => deployment,
            Deployed::Not => return Judged::new(false, "it was not deployed"),
            Deployed::Untold(why) => return Judged::new(Truth::Unknown, *why),
        };
        let first = self.staging.get(deployment.sha.as_str()).and_then(|all| all.first());
        match first {
            Some(staging) if staging.created_at < deployment.created_at => {
                Judged::new(true, format!("on {} at {}", staging.environment, staging.created_at))
            }
            Some(staging) => Judged::new(false, format!("on {} only at {}", staging.environment, staging.created_at)),
            None if self.repository.deployments.is_whole() => Judged::new(false, "that commit was not on staging"),
            None => Judged::new(Truth::Unknown, "not all deployments were read"),
        }
    }

    /// When another change took this one back.
    pub fn reverted_at(&self, pull: &PullRequest) -> Option<String> {
        self.reverts.of(pull).map(|revert| revert.at.clone())
    }

    /// Attribute J. A revert counts against it as an incident does.
    pub fn aftermath(&self, pull: &PullRequest) -> Judged {
        let name = self.repository.name.as_str();
        if let Some(revert) = self.reverts.of(pull) {
            return Judged::new(false, format!("reverted by #{} at {}", revert.number, revert.at));
        }
        if let Some(incident) = self.incidents.seen().and_then(|all| all.naming(name, pull)) {
            return Judged::new(false, format!("incident {incident} names it"));
        }
        match (self.repository.pull_requests.is_whole(), self.incidents.is_whole()) {
            (true, true) => Judged::new(true, "no revert and no incident names it"),
            (_, false) => Judged::new(Truth::Unknown, "no revert was found; no list of incidents was given"),
            (false, true) => Judged::new(Truth::Unknown, "not all changes were read, so a revert may be among them"),
        }
    }
}
