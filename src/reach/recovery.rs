//! Whether each store comes back after the worst that an agent could do to it alone, who could do what, and the one
//! change that makes it safe.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    analysis::{
        agents::AgentPrincipal,
        recovery::{self, Fate, Recoverability},
        tiers::Tiers,
    },
    base::foreign::Foreign,
    model::{
        cloud::{DataStore, StoreKind},
        id::{AgentId, Arn, EvidenceId},
        observed::Gap,
        tier::Tier,
        truth::Truth,
        world::{CloudAccount, World},
    },
    reach::{
        cloud::Cloud,
        grasp::{Answers, Grasp},
        holdings::Holdings,
        path::Remedy,
        remedies,
    },
};

pub use crate::analysis::recovery::{Reason, Verdict};

/// One store, judged by the worst agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StoreRecovery {
    /// ARN.
    pub store: Foreign,
    /// `database shop-prod`.
    pub name: Foreign,
    pub tier: Tier,
    pub verdict: Verdict,
    /// Agents for which the store is not out of reach, worst first.
    pub agents: Vec<AgentVerdict>,
    /// Deletion protection stands; for S3, Object Lock in compliance mode.
    pub protected: Truth,
    /// Who of the principals that agents reach may switch the protection off.
    pub unprotected_by: Vec<Hand>,
    /// How far back its own backups reach: `automated backups of 7 days`.
    pub reaches_back: String,
    pub shortened_by: Vec<Hand>,
    /// Copies that outlive the store.
    pub copies: Vec<CopyRow>,
    /// Whether all of its copies were read.
    pub copies_whole: bool,
    /// A restore from one of its copies was completed.
    pub restored: Truth,
    /// RFC 3339, UTC.
    pub last_restore: Option<String>,
    /// What the verdict was concluded from, fact by fact, for the worst agent.
    pub reasons: Vec<Reason>,
    /// What an unknown rests on beyond what was read: `an SCP that we may not read forbids it`.
    pub unless: Vec<String>,
    pub gaps: Vec<Gap>,
    /// The one change that makes it safe, where it is not.
    pub remedy: Option<Remedy>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct AgentVerdict {
    pub agent: AgentId,
    pub name: Foreign,
    pub verdict: Verdict,
}

/// A principal with whether it may.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Hand {
    pub principal: Foreign,
    /// `true` or `unknown`: one that may not is no hand.
    pub may: Truth,
}

/// A copy, where it lies, and who could delete it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CopyRow {
    pub what: Foreign,
    /// `eu-west-1 of the same account`.
    pub place: String,
    pub deleted_by: Vec<Hand>,
    pub evidence: Vec<EvidenceId>,
}

impl StoreRecovery {
    /// All records that the row rests on.
    pub fn evidence(&self) -> impl Iterator<Item = &EvidenceId> {
        let copies = self.copies.iter().flat_map(|copy| &copy.evidence);
        let reasons = self.reasons.iter().flat_map(|reason| &reason.evidence);
        reasons.chain(copies).chain(self.gaps.iter().flat_map(|gap| &gap.evidence))
    }

    /// The verdict for one agent; out of reach unless it stands among [`StoreRecovery::agents`].
    pub fn verdict_for(&self, agent: &AgentId) -> Verdict {
        self.agents.iter().find(|row| row.agent == *agent).map_or(Verdict::OutOfReach, |row| row.verdict)
    }
}

/// Every store of every account, in the order of accounts and stores.
pub fn of(
    world: &World,
    tiers: &Tiers,
    cloud: &dyn Cloud,
    agents: &[AgentPrincipal],
    holdings: &[Holdings],
) -> Vec<StoreRecovery> {
    let answers = Answers::new(cloud);
    let judges = Judges::of(world, agents, holdings);
    let mut rows = Vec::new();
    for account in &world.accounts {
        for store in account.stores.members() {
            let tier = tiers.store(store, account.account_id()).tier;
            rows.push(judges.judge(&Site { account, store, tier, answers: &answers }));
        }
    }
    rows
}

/// Agents by what they hold: those that hold the same are judged once.
struct Judges<'a> {
    by_grasp: BTreeMap<Grasp, Vec<&'a AgentPrincipal>>,
    principals: BTreeSet<Arn>,
}

struct Site<'a> {
    account: &'a CloudAccount,
    store: &'a DataStore,
    tier: Tier,
    answers: &'a Answers<'a>,
}

impl<'a> Judges<'a> {
    fn of(world: &World, agents: &'a [AgentPrincipal], holdings: &[Holdings]) -> Judges<'a> {
        let principals = world
            .accounts
            .iter()
            .filter_map(|account| account.principals.gap(format!("roles and policies of account {}", account.scope)));
        let principals: Vec<Gap> = principals.collect();
        let mut by_grasp: BTreeMap<Grasp, Vec<&AgentPrincipal>> = BTreeMap::new();
        for (agent, holdings) in agents.iter().zip(holdings) {
            by_grasp.entry(Grasp::of(holdings, &principals)).or_default().push(agent);
        }
        // An agent could stand in what was not read.
        let apps = match world.forge.seen() {
            Some(organization) => organization.installations.gap("app installations"),
            None => world.forge.gap("the GitHub organisation"),
        };
        let unread: Vec<Gap> = principals.into_iter().chain(apps).collect();
        if !unread.is_empty() {
            by_grasp.entry(Grasp::hidden(&unread)).or_default();
        }
        let principals =
            by_grasp.keys().flat_map(|grasp| &grasp.principals).map(|(principal, _)| principal.clone()).collect();
        Judges { by_grasp, principals }
    }

    fn judge(&self, site: &Site<'_>) -> StoreRecovery {
        let mut agents = Vec::new();
        let mut worst: Option<(&Grasp, Recoverability, Vec<String>)> = None;
        for (grasp, held_by) in &self.by_grasp {
            let power = grasp.over(site.tier, site.answers);
            let found = recovery::assess(site.store, &site.account.safeguards, &power);
            if found.verdict != Verdict::OutOfReach {
                agents.extend(held_by.iter().map(|agent| AgentVerdict {
                    agent: agent.agent.id.clone(),
                    name: agent.agent.name.clone(),
                    verdict: found.verdict,
                }));
            }
            if worst.as_ref().is_none_or(|(_, kept, _)| found.verdict > kept.verdict) {
                worst = Some((grasp, found, power.doubts()));
            }
        }
        agents.sort_by(|a, b| (b.verdict, &a.agent).cmp(&(a.verdict, &b.agent)));
        let (found, unless, remedy) = match worst {
            Some((grasp, found, doubts)) => (found, doubts, site.remedy(grasp)),
            // Without an agent nobody is judged.
            None => {
                let nobody = |_: &str, _: &str, _: Option<&str>| Truth::False;
                (recovery::assess(site.store, &site.account.safeguards, &nobody), Vec::new(), None)
            }
        };
        site.row(self, agents, found, unless, remedy)
    }
}

impl Site<'_> {
    fn row(
        &self,
        judges: &Judges<'_>,
        agents: Vec<AgentVerdict>,
        found: Recoverability,
        mut unless: Vec<String>,
        remedy: Option<Remedy>,
    ) -> StoreRecovery {
        let (store, safeguards) = (self.store, &self.account.safeguards);
        let each: Vec<(&Arn, Recoverability)> =
            judges.principals.iter().map(|principal| (principal, self.alone(principal))).collect();
        let hands = |may: &dyn Fn(&Recoverability) -> Truth| hands(each.iter().map(|(arn, one)| (*arn, may(one))));
        let copies = found.copies.iter().enumerate().map(|(at, copy)| CopyRow {
            what: Foreign::new(copy.what.as_str()),
            place: self.place(copy),
            deleted_by: hands(&|one| one.copies.get(at).map_or(Truth::False, |copy| copy.removable)),
            evidence: copy.evidence.clone(),
        });
        unless.retain(|_| found.verdict == Verdict::Unknown);
        unless.truncate(4);
        StoreRecovery {
            store: Foreign::new(store.arn.as_str()),
            name: Foreign::new(format!("{} {}", store.kind.noun(), store.name)),
            tier: self.tier,
            verdict: found.verdict,
            agents,
            protected: found.protected,
            unprotected_by: hands(&|one| one.unprotectable),
            reaches_back: reaches_back(store),
            shortened_by: hands(&|one| one.shortenable),
            copies: copies.collect(),
            copies_whole: safeguards.copies.is_whole(),
            restored: recovery::restored(store, safeguards),
            last_restore: recovery::last_restore(store, safeguards).map(str::to_owned),
            reasons: found.reasons,
            unless,
            gaps: found.gaps,
            remedy,
        }
    }

    fn alone(&self, principal: &Arn) -> Recoverability {
        let grasp = Grasp::alone(principal);
        recovery::assess(self.store, &self.account.safeguards, &grasp.over(self.tier, self.answers))
    }

    fn place(&self, copy: &Fate) -> String {
        let (own, its) = (self.account.account_id(), copy.account.as_str());
        match its {
            "" => copy.region.as_str().to_owned(),
            _ if its == own => format!("{} of the same account", copy.region.as_str()),
            _ => format!("{} of account {its}", copy.region.as_str()),
        }
    }

    fn remedy(&self, grasp: &Grasp) -> Option<Remedy> {
        let store = self.store;
        let power = grasp.over(self.tier, self.answers);
        let resource = format!("{} {}", store.kind.noun(), store.name);
        let words = [("resource", resource.as_str())];
        match recovery::remedy(store, &self.account.safeguards, &power)? {
            recovery::Remedy::SwitchOnProtection => remedies::fill("enable_deletion_protection", &words),
            recovery::Remedy::SwitchOnPointInTime => remedies::fill("enable_point_in_time", &words),
            recovery::Remedy::SwitchOnVersioning => remedies::fill("enable_versioning", &words),
            recovery::Remedy::CopyToLockedVault => remedies::fill("copy_to_locked_vault", &words),
            recovery::Remedy::Deny { actions } => {
                let (actions, roles) = (actions.join(" and "), named(&grasp.principals));
                let words = [("action", actions.as_str()), ("resource", resource.as_str()), ("role", roles.as_str())];
                remedies::fill("deny_destructive_actions", &words)
            }
        }
    }
}

/// At most three principals by name, each once.
fn named(principals: &[(Arn, Truth)]) -> String {
    let short = |arn: &Arn| {
        arn.as_str().split('#').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
    };
    let names: BTreeSet<String> = principals.iter().map(|(arn, _)| short(arn)).collect();
    match names.len() {
        0 => "whoever an agent turns out to be".to_owned(),
        1..=3 => names.into_iter().collect::<Vec<_>>().join(", "),
        many => format!("the {many} principals that it reaches"),
    }
}

/// Principals that may, or could. One that rewrote its own rights is the same principal.
fn hands<'a>(each: impl Iterator<Item = (&'a Arn, Truth)>) -> Vec<Hand> {
    let mut found: BTreeMap<&str, Truth> = BTreeMap::new();
    for (arn, may) in each.filter(|(_, may)| *may != Truth::False) {
        let arn = arn.as_str();
        let slot = found.entry(arn.split_once('#').map_or(arn, |(arn, _)| arn)).or_insert(may);
        *slot = slot.or(may);
    }
    found.into_iter().map(|(arn, may)| Hand { principal: Foreign::new(arn), may }).collect()
}

/// How far back a store's own backups reach, in words.
fn reaches_back(store: &DataStore) -> String {
    let switch =
        |on: &crate::model::observed::Observed<bool>, name: &str| match on.holds(Truth::False, |on| (*on).into()) {
            Truth::True => name.to_owned(),
            Truth::False => format!("no {name}"),
            Truth::Unknown => format!("{name} unread"),
        };
    match store.kind {
        StoreKind::DynamodbTable => switch(&store.recovery.point_in_time, "point-in-time recovery"),
        StoreKind::S3Bucket => switch(&store.recovery.versioning, "versioning"),
        StoreKind::EbsVolume => "snapshots alone".to_owned(),
        _ => match store.recovery.backup_days.seen() {
            Some(0) => "no automated backups".to_owned(),
            Some(1) => "automated backups of 1 day".to_owned(),
            Some(days) => format!("automated backups of {days} days"),
            None if store.recovery.backup_days.is_whole() => "no automated backups".to_owned(),
            None => "automated backups unread".to_owned(),
        },
    }
}
