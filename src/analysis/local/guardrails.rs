//! The guardrails that a clone shows, by the same rules as an assessment: settings, MCP servers, instructions and the doors of
//! workflows that run an agent. Its files are claims: they raise nothing, and what is weak in them counts.

use schemars::JsonSchema;
use serde::Serialize;

use super::Reading;
use crate::{
    analysis::{
        codeowners,
        guardrails::{
            Concern, Weakness,
            entry::{self, Entry, Judged, Surroundings},
            instructions, mcp, settings, steers,
        },
    },
    base::foreign::Foreign,
    controls::{agents::Signatures, guardrails::Guardrails},
    model::{
        file::{RepositoryFile, is_instruction},
        pipeline::{Job, Workflow, WorkflowFile},
        severity::Severity,
    },
};

/// Files that the answer lists; the counts go on.
const LISTED: usize = 1000;

/// What steers agents in a clone, and what is weak about it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct GuardrailRows {
    /// How many files steer agents: settings, servers and instructions.
    pub steering: usize,
    /// Of these, those that CODEOWNERS gives no owner. Whether a rule asks for their review is not in a clone.
    pub unowned: usize,
    /// The first thousand of them.
    pub files: Vec<SteeringRow>,
    /// Worst first.
    pub weaknesses: Vec<WeaknessRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SteeringRow {
    pub path: Foreign,
    /// By the CODEOWNERS file of the same commit.
    pub owners: Vec<Foreign>,
}

/// Something in a file that weakens a guardrail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct WeaknessRow {
    pub severity: Severity,
    /// False where it hangs on what a clone does not hold, such as the defaults of a workflow's token.
    pub sure: bool,
    pub concern: Concern,
    /// The id of the rule in `controls/guardrails/`, or `entry.open_door`, `mcp.writes` and the like.
    pub rule: String,
    pub path: Foreign,
    pub line: Option<usize>,
    /// In words.
    pub says: Foreign,
    /// The change that mends it.
    pub mend: String,
}

pub(super) fn rows(signatures: &Signatures, known: &Guardrails, reading: &Reading) -> GuardrailRows {
    let mut weaknesses = Vec::new();
    for file in &reading.agent_files {
        weaknesses.extend(of_file(known, file).into_iter().map(|weakness| row(&file.path, true, weakness)));
    }
    weaknesses.extend(contradictions(&reading.agent_files));
    // Of a clone nobody can say who sees the repository: it is read as one that anyone sees.
    let around = Surroundings { signatures, guardrails: known, private: false, defaults: None };
    for workflow in reading.workflows.iter().filter_map(WorkflowFile::parsed) {
        for job in workflow.jobs.iter().filter(|job| entry::runs_agent(signatures, job)) {
            weaknesses.extend(of_job(around, workflow, job));
        }
    }
    weaknesses.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| b.sure.cmp(&a.sure)).then_with(|| a.cmp(b)));
    let owners = |path: &str| codeowners::owners(reading.codeowners.as_deref().unwrap_or_default(), path);
    let steering: Vec<&str> = reading.steering(known).collect();
    GuardrailRows {
        steering: steering.len(),
        unowned: steering.iter().filter(|path| owners(path).is_empty()).count(),
        files: steering
            .iter()
            .take(LISTED)
            .map(|path| SteeringRow {
                path: Foreign::new(*path),
                owners: owners(path).into_iter().map(Foreign::new).collect(),
            })
            .collect(),
        weaknesses,
    }
}

/// What one file weakens. One that cannot be understood is a gap of the reading, see [`unreadable`].
fn of_file(known: &Guardrails, file: &RepositoryFile) -> Vec<Weakness> {
    let Some(text) = file.text.seen() else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(guardrail) = known.of_file(&file.path) {
        for concern in [Concern::Questions, Concern::Marks] {
            found.extend(settings::weaknesses(guardrail, text, concern).unwrap_or_default());
        }
        let servers = mcp::servers(guardrail, text).unwrap_or_default();
        found.extend(servers.iter().flat_map(|server| mcp::weaknesses(&known.servers, server, text)));
    } else if is_instruction(&file.path) {
        found.extend(instructions::hidden(text));
    }
    found
}

/// Why the settings of a file could not be told.
pub(super) fn unreadable(known: &Guardrails, file: &RepositoryFile) -> Option<String> {
    settings::parse(known.of_file(&file.path)?.format, file.text.seen()?).err()
}

fn contradictions(files: &[RepositoryFile]) -> Vec<WeaknessRow> {
    let texts = files.iter().filter(|file| is_instruction(&file.path));
    let texts: Vec<(&str, &str)> =
        texts.filter_map(|file| Some((file.path.as_str(), file.text.seen()?.as_str()))).collect();
    let differs = |(purpose, commands): (String, String)| WeaknessRow {
        severity: Severity::Low,
        sure: true,
        concern: Concern::Instructions,
        rule: "instructions.contradict".to_owned(),
        path: Foreign::new(""),
        line: None,
        says: Foreign::new(format!("instructions differ on {purpose}: {commands}")),
        mend: "let all of them name one command".to_owned(),
    };
    instructions::contradictions(texts.into_iter()).into_iter().map(differs).collect()
}

/// The worst way into a job's agent, and whether anything asks before it acts.
fn of_job(around: Surroundings<'_>, workflow: &Workflow, job: &Job) -> Vec<WeaknessRow> {
    let told = |sure: bool, entry: Entry, says: String| {
        let weakness = Weakness {
            concern: Concern::Entry,
            rule: entry.kind.rule().to_owned(),
            severity: entry.severity,
            says: format!("job {} runs an agent: {says}", job.id),
            mend: entry.mend.to_owned(),
            line: entry.line.or(job.line),
        };
        row(&workflow.path, sure, weakness)
    };
    let holds = || entry::holdings(around, workflow, job).join(" and ");
    let way = match entry::judge(around, workflow, job) {
        Judged::Shut => None,
        Judged::Perhaps(entry) => {
            let says = format!("{}, and it holds {}", entry.says, holds());
            Some(told(false, entry, says))
        }
        Judged::Open { entry, holds } => {
            let says = format!("{}, and it holds {}", entry.says, holds.join(" and "));
            Some(told(true, entry, says))
        }
    };
    let free = entry::unasked(around, workflow, job).map(|(entry, held)| {
        let says = format!("{}, and the job holds {held}", entry.says);
        told(true, entry, says)
    });
    way.into_iter().chain(free).collect()
}

fn row(path: &str, sure: bool, weakness: Weakness) -> WeaknessRow {
    WeaknessRow {
        severity: weakness.severity,
        sure,
        concern: weakness.concern,
        rule: weakness.rule,
        path: Foreign::new(path),
        line: weakness.line,
        says: Foreign::new(weakness.says),
        mend: weakness.mend,
    }
}

impl Reading {
    /// Paths of files that steer agents, whether or not their text was read.
    fn steering<'a>(&'a self, known: &'a Guardrails) -> impl Iterator<Item = &'a str> {
        let paths = self.files.paths.iter().map(String::as_str);
        paths.filter(|path| super::is_agent_file(path) && steers(known, path))
    }
}
