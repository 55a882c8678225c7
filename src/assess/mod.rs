//! Floor 7: what findings and paths add up to. Pure: one run's values in, one [`Assessment`] out.
//!
//! `accept` management's acceptances and responses; `criteria` the framework; `matrix` the permission matrix; `operation` how gates
//! worked; `populations` whether lists were read in full; `answers`
//! the questions; `approvals` who may approve; `headline` the sentence; `changes` the few that close most; `asserted` what
//! was taken on trust; `exit` the code for scripts; `signoff` who approved what agents wrote; `unread` what nobody saw;
//! `judge` the whole way from a recorded run.

mod accept;
mod answers;
mod approvals;
mod asserted;
mod changes;
mod criteria;
mod exit;
mod headline;
mod judge;
mod matrix;
pub mod operation;
pub mod populations;
mod signoff;
#[cfg(test)]
mod tests;
mod unread;

use std::collections::BTreeMap;

use crate::{
    controls::{catalogue::Catalogue, config::Config},
    model::{
        agent::Agent,
        id::{AgentId, EvidenceId},
        tier::Tier,
        world::World,
    },
    reach::path::ReachPath,
    report::{
        AlertRow, Assessment, Branding, Check, Coverage, EvidenceRow, Finding, Observation, Outcome, Rollback, RunInfo,
        Severity, StoreRecovery, TierRow,
    },
};

pub use accept::own_checks;
pub use exit::exit_code;
pub use judge::{CatalogueError, of_run, of_world};
pub use populations::Examined;
pub use signoff::SignOff;

/// Everything that one run brings to judgement.
pub struct Inputs<'a> {
    pub world: &'a World,
    pub config: &'a Config,
    pub catalogue: &'a Catalogue,
    /// The catalogue of checks that ran.
    pub checks: Vec<Check>,
    pub findings: Vec<Finding>,
    pub agents: Vec<Agent>,
    pub paths: Vec<ReachPath>,
    pub recovery: Vec<StoreRecovery>,
    pub rollback: Vec<Rollback>,
    pub alerts: Vec<AlertRow>,
    pub tiers: Vec<TierRow>,
    /// Whether an agent may approve in a tier, where that was worked out; a missing entry is not known.
    pub approvals: BTreeMap<(AgentId, Tier), Observation>,
    /// `None`: merged changes were not read.
    pub sign_off: Option<SignOff>,
    /// `None`: no period is under examination.
    pub examined: Option<Examined>,
    pub drills: Vec<Drill>,
    pub reverts: Vec<Revert>,
    pub evidence: Vec<EvidenceRow>,
    /// With the logo read; the configuration knows only its path.
    pub branding: Branding,
    /// Date of the AWS action table.
    pub data_date: String,
    /// Findings below this do not decide the exit code.
    pub fail_on: Severity,
}

/// A rehearsal that was timed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    pub subject: DrillSubject,
    pub minutes: u32,
    /// RFC 3339 date.
    pub at: String,
    pub evidence: Vec<EvidenceId>,
}

/// What a drill measured. Code and data are apart: a reverted commit restores no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DrillSubject {
    RollbackOfCode,
    RestoreOfData,
    Detection,
}

/// A revert that happened: from the start of the revert to its deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    pub minutes: u32,
    pub evidence: Vec<EvidenceId>,
}

/// The whole judgement of a run.
pub fn assemble(inputs: Inputs<'_>) -> Assessment {
    let today = day(&inputs.world.run.started);
    let settled = accept::apply(inputs.config, today, inputs.findings);
    let unread = unread::of(inputs.world);
    let findings = settled.findings;
    let ledger = Ledger { findings: &findings };
    let matrix = matrix::cells(&matrix::Ground {
        agents: &inputs.agents,
        paths: &inputs.paths,
        tiers: &inputs.tiers,
        approvals: &inputs.approvals,
        profile: inputs.catalogue.profile("framework"),
        unread: &unread,
        ledger,
    });
    let ground = answers::Ground {
        world: inputs.world,
        config: inputs.config,
        agents: &inputs.agents,
        paths: &inputs.paths,
        matrix: &matrix,
        sign_off: inputs.sign_off.as_ref(),
        drills: &inputs.drills,
        reverts: &inputs.reverts,
        unread: &unread,
        ledger,
    };
    let answers = answers::all(&ground, inputs.catalogue);
    let criteria =
        criteria::all(inputs.catalogue, inputs.config, inputs.world, inputs.examined.as_ref(), &inputs.checks, ledger);
    let changes = changes::few(&inputs.paths, &findings);
    let headline = headline::of(&inputs.paths, &inputs.agents, ledger, &unread);
    let assertions = asserted::all(inputs.config, inputs.world, &settled.not_followed, &inputs.paths, &inputs.tiers);
    let exit_reasons = exit::reasons(&findings, inputs.fail_on, inputs.config);
    let mut checks = inputs.checks;
    checks.extend(own_checks());
    Assessment {
        schema_version: 1,
        run: run(inputs.world, inputs.data_date),
        headline,
        coverage: coverage(inputs.world),
        tiers: inputs.tiers,
        assertions,
        agents: inputs.agents,
        paths: inputs.paths,
        recovery: inputs.recovery,
        rollback: inputs.rollback,
        alerts: inputs.alerts,
        matrix,
        findings,
        checks,
        criteria,
        answers,
        changes,
        evidence: inputs.evidence,
        branding: inputs.branding,
        exit_reasons,
    }
}

fn run(world: &World, data_date: String) -> RunInfo {
    let run = &world.run;
    RunInfo {
        id: run.id.clone(),
        started: run.started.clone(),
        tool_version: run.tool_version.clone(),
        scope: run.scope.clone(),
        config_digest: run.config_digest.clone(),
        complete: run.complete,
        data_date,
    }
}

fn coverage(world: &World) -> Coverage {
    let read = &world.coverage;
    Coverage {
        planned: read.planned,
        answered: read.answered,
        denied: read.denied.clone(),
        failed: read.failed.clone(),
        skipped: read.skipped.clone(),
    }
}

/// The date of an RFC 3339 time.
fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

/// `1 of 3 fails`, `2 of 3 fail`.
fn agree<'a>(number: usize, one: &'a str, many: &'a str) -> &'a str {
    if number == 1 { one } else { many }
}

/// Findings with the questions that every part of judgement asks of them.
#[derive(Clone, Copy)]
struct Ledger<'a> {
    findings: &'a [Finding],
}

impl<'a> Ledger<'a> {
    fn of_check(self, check: &'a str) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter().filter(move |finding| finding.check.as_str() == check)
    }

    fn of_checks(self, checks: &'a [String]) -> Vec<&'a Finding> {
        checks.iter().flat_map(|check| self.of_check(check)).collect()
    }
}

/// How many findings had each outcome; numbers carry their base.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    pass: usize,
    fail: usize,
    /// Unknown, manual or broken: not determinable.
    open: usize,
}

impl Tally {
    fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Tally {
        let mut tally = Tally::default();
        for finding in findings {
            match finding.outcome {
                Outcome::Pass => tally.pass += 1,
                Outcome::Fail => tally.fail += 1,
                Outcome::Unknown | Outcome::Manual | Outcome::Broken => tally.open += 1,
                Outcome::NotApplicable => {}
            }
        }
        tally
    }

    fn total(self) -> usize {
        self.pass + self.fail + self.open
    }
}
