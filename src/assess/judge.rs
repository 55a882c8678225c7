//! From a recorded run to its assessment: the whole way once, pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::{
        agents::{self, AgentPrincipal, Identity, Stated},
        alerts,
        changes::{attributes::Judges, persons::Persons},
        guardrails::entry,
        rollback,
        tiers::Tiers,
    },
    base::foreign::Foreign,
    checks::{self, Sight},
    controls::{
        agents::{SignatureError, Signatures},
        catalogue::{Catalogue, LoadError, Overlay},
        config::{Config, StatedKind},
        essentials::{Essentials, EssentialsError},
        guardrails::{GuardrailError, Guardrails},
    },
    evidence::{Api, RunLog},
    facts, iam,
    model::{agent::Owner, id::EvidenceId, world::World},
    reach::{
        evaluator::Evaluator,
        gate::People,
        holdings::{self, Ground},
        powers,
        recovery::{self, StoreRecovery},
        search::{self, Targets},
        trusted,
    },
    report::{Assessment, Branding, EvidenceRow, Finding, ReachPath, Severity, TierRow},
};

use super::{Examined, Inputs, SignOff, approvals};

/// The data built into this binary does not load: our own defect.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error(transparent)]
    Data(#[from] LoadError),
    #[error(transparent)]
    Signatures(#[from] SignatureError),
    #[error(transparent)]
    Guardrails(#[from] GuardrailError),
    #[error(transparent)]
    Essentials(#[from] EssentialsError),
}

/// Judges a recorded run under the configuration that it was collected with.
///
/// # Errors
/// When the built-in data does not load.
pub fn of_run(
    log: &RunLog,
    config: &Config,
    branding: Branding,
    fail_on: Severity,
) -> Result<Assessment, CatalogueError> {
    let world = facts::world(log);
    let evidence = |ids: &BTreeSet<EvidenceId>| evidence_rows(log, ids);
    of_world(&world, config, branding, fail_on, &evidence)
}

/// Judges a world; `evidence` gives the rows of the records that the judgement cites.
///
/// # Errors
/// When the built-in data does not load.
pub fn of_world(
    world: &World,
    config: &Config,
    branding: Branding,
    fail_on: Severity,
    evidence: &dyn Fn(&BTreeSet<EvidenceId>) -> Vec<EvidenceRow>,
) -> Result<Assessment, CatalogueError> {
    let signatures = Signatures::built_in()?;
    let guardrails = Guardrails::built_in()?;
    let essentials = Essentials::built_in()?;
    let catalogue = Catalogue::load(&Overlay::default())?;
    let tiers = Tiers::new(config, &world.accounts);
    let mut agents = agents::inventory(world, &signatures, &stated(config));
    entry::mark_steered(world, &signatures, &guardrails, &mut agents);
    let people = people(config, &agents);
    let persons = Persons::of(config);
    let trusted = trusted::names(world);
    let cloud = Evaluator::new(world);
    let ground = Ground { world, cloud: &cloud, people: &people, signatures: &signatures, trusted: &trusted };
    let holdings = holdings::of_agents(&ground, &agents);
    let paths = search::paths(&ground, &agents, &holdings, &Targets::of(world, &tiers));
    let powers = powers::of(world, &cloud, &tiers);
    let recovery = recovery::of(world, &tiers, &cloud, &agents, &holdings);
    let alerts: Vec<_> = world.accounts.iter().flat_map(alerts::coverage).collect();
    let rollback: Vec<_> = world.repositories().iter().filter_map(|one| rollback::of(one, &tiers)).collect();
    let sight = Sight {
        world,
        tiers: &tiers,
        agents: &agents,
        paths: &paths,
        powers: &powers,
        recovery: &recovery,
        alerts: &alerts,
        signatures: &signatures,
        guardrails: &guardrails,
        essentials: &essentials,
        persons: &persons,
    };
    let findings = checks::run(&sight);
    let approvals = approvals::of(world, &tiers, &agents);
    let sign_off = SignOff::of(&signatures, &persons, world);
    let judges = Judges { signatures: &signatures, persons: &persons };
    let examined = Examined::of(world, config, judges, &tiers);
    let mut cited = cited(&paths, &findings);
    cited.extend(recovery.iter().flat_map(StoreRecovery::evidence).cloned());
    cited.extend(rollback.iter().flat_map(|row| &row.evidence).cloned());
    cited.extend(alerts.iter().flat_map(|row| &row.evidence).cloned());
    cited.extend(sign_off.iter().flat_map(|signed| signed.evidence.iter().cloned()));
    cited.extend(agents.iter().flat_map(|one| &one.agent.signals).flat_map(|signal| signal.evidence.iter().cloned()));
    let unread = [&world.coverage.denied, &world.coverage.failed, &world.coverage.skipped];
    cited.extend(unread.into_iter().flatten().flat_map(|row| row.evidence.iter().cloned()));
    Ok(super::assemble(Inputs {
        world,
        config,
        catalogue: &catalogue,
        checks: checks::all().iter().map(checks::CheckDef::entry).collect(),
        findings,
        agents: agents.into_iter().map(|principal| principal.agent).collect(),
        paths,
        recovery,
        rollback,
        alerts,
        tiers: tier_rows(world, &tiers),
        approvals,
        sign_off,
        examined,
        drills: Vec::new(),
        reverts: Vec::new(),
        evidence: evidence(&cited),
        branding,
        data_date: iam::actions::data_date().to_owned(),
        fail_on,
    }))
}

fn stated(config: &Config) -> Vec<Stated> {
    let entry = |agent: &crate::controls::config::StatedAgent| Stated {
        name: agent.name.clone(),
        acts_as: agent.acts_as.iter().map(|at| identity(agent.kind, &at.value)).collect(),
        owner: agent.owner.as_ref().map(|owner| Owner {
            person: config.name_of(owner).to_owned(),
            since: agent.approved_on.clone(),
            approved_by: agent.approved_by.as_ref().map(|who| config.name_of(who).to_owned()),
            last_review: agent.last_review.clone(),
        }),
    };
    config.agents.iter().map(entry).collect()
}

/// The identity in the inventory's own form: `app:slug`, `github:login`, an ARN.
fn identity(kind: StatedKind, acts_as: &str) -> String {
    match kind {
        StatedKind::App if !acts_as.starts_with("app:") => format!("app:{acts_as}"),
        StatedKind::Workflow => format!("workflow:{acts_as}"),
        StatedKind::Bot | StatedKind::Person if !acts_as.starts_with("github:") => format!("github:{acts_as}"),
        _ => acts_as.to_owned(),
    }
}

/// Accounts joined to persons; accounts that are agents of their own stand for nobody.
fn people(config: &Config, agents: &[AgentPrincipal]) -> People {
    let mut by_account = BTreeMap::new();
    for (key, person) in &config.people {
        for at in &person.accounts {
            let account = at.value.strip_prefix("github:").unwrap_or(&at.value);
            by_account
                .insert(account.to_owned(), if person.name.is_empty() { key.clone() } else { person.name.clone() });
        }
    }
    let bots = config.agents.iter().filter(|agent| agent.kind == StatedKind::Bot).flat_map(|agent| &agent.acts_as);
    let mut machines: BTreeSet<String> = bots.map(|at| at.value.trim_start_matches("github:").to_owned()).collect();
    for agent in agents {
        if let (Identity::Account(account), crate::model::agent::AgentKind::BotUser) =
            (&agent.identity, agent.agent.kind)
        {
            machines.insert(account.login.clone());
        }
    }
    People::new(by_account, machines)
}

fn cited(paths: &[ReachPath], findings: &[Finding]) -> BTreeSet<EvidenceId> {
    let hops = paths.iter().flat_map(|path| &path.hops).flat_map(|hop| &hop.evidence);
    let rows = findings
        .iter()
        .flat_map(|finding| finding.evidence.iter().chain(finding.needs.iter().flat_map(|gap| &gap.evidence)));
    hops.chain(rows).cloned().collect()
}

fn evidence_rows(log: &RunLog, cited: &BTreeSet<EvidenceId>) -> Vec<EvidenceRow> {
    let row = |record: &crate::evidence::Record| EvidenceRow {
        id: record.id.clone(),
        request: Foreign::new(match record.api {
            Api::Github => format!("{} {}", record.method, record.path),
            Api::Aws => format!("{}:{} {}", record.service, record.operation, record.region),
        }),
        status: record.status(),
        at: record.at.to_string(),
        caller: Foreign::new(record.caller.name.as_str()),
        digest: record.response().and_then(|response| response.body.as_ref()).map(ToString::to_string),
    };
    let mut rows: Vec<EvidenceRow> =
        log.sources().flat_map(RunLog::records).filter(|record| cited.contains(&record.id)).map(row).collect();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    rows
}

/// What stands in which tier, and why.
fn tier_rows(world: &World, tiers: &Tiers) -> Vec<TierRow> {
    let mut rows = Vec::new();
    let mut add = |kind: &str, subject: String, of: crate::model::tier::TierOf| {
        rows.push(TierRow { tier: of.tier, kind: kind.to_owned(), subject: Foreign::new(subject), basis: of.basis });
    };
    for repository in world.repositories() {
        for branch in repository.branches.members() {
            if let Some(of) = tiers.branch(repository, branch.name.as_str()) {
                add("branch", repository.at(branch), of);
            }
        }
        for environment in repository.environments.members() {
            let of = tiers.environment(repository, environment.name.as_str());
            add("environment", format!("{} {}", repository.name.as_str(), environment.name.as_str()), of);
        }
    }
    for account in &world.accounts {
        for store in account.stores.members() {
            add("resource", store.arn.as_str().to_owned(), tiers.store(store, account.account_id()));
        }
    }
    rows.sort_by(|a, b| (a.tier, &a.kind, &a.subject).cmp(&(b.tier, &b.kind, &b.subject)));
    rows
}
