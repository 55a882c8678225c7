//! Agents ask before they act.
//!
//! Fails for settings in a repository, and for steps of a workflow, that let an agent run any command without a question or outside of
//! its sandbox (`controls/guardrails/`, `controls/agent-actions.yaml`). A file in a repository is a claim: settings that a team's
//! administrator enforces may be stricter, and an agent's own client may ignore the file. Where no person's agent reaches production
//! alone, settings count one step less.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::guardrails::{Concern, Weakness, entry, settings},
    controls::guardrails::Guardrail,
    model::{agent::AgentKind, id::PathId, observed::Gap, severity::Severity, world::Repository},
};

check!(agent_runs_unasked, "access", "Agents ask before they act", High, PrivilegeEscalation, "agents_guarded");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let alone = sight.alone_to_production(|agent| agent.agent.kind == AgentKind::Person);
    let some = sight.agents.iter().any(|agent| agent.agent.kind == AgentKind::Person);
    for repository in sight.repositories(sheet) {
        let ruled = |path: &str| sight.guardrails.of_file(path).filter(|guardrail| !guardrail.rules.is_empty());
        for (path, text) in sight.agent_files(sheet, repository, |path| ruled(path).is_some()) {
            if let Some(guardrail) = ruled(path) {
                let file = File { repository, path, guardrail };
                let found = settings::weaknesses(guardrail, text, Concern::Questions);
                file.judge(sheet, found, &alone, some && alone.is_empty());
            }
        }
        steps(sight, sheet, repository);
        let name = repository.name.as_str();
        if repository.agent_files.is_whole() {
            let statement = format!("no settings of an agent in {name} take its questions away");
            sheet.pass(name, statement, &repository.agent_files.evidence);
        }
    }
}

struct File<'a> {
    repository: &'a Repository,
    path: &'a str,
    guardrail: &'a Guardrail,
}

impl File<'_> {
    fn judge(&self, sheet: &mut Sheet<'_>, found: Result<Vec<Weakness>, String>, alone: &[PathId], bounded: bool) {
        let File { repository, path, guardrail } = self;
        let name = repository.name.as_str();
        let (subject, evidence) = (format!("{name} {path}"), &repository.agent_files.evidence);
        let weaknesses = match found {
            Ok(weaknesses) => weaknesses,
            Err(why) => {
                let gap = Gap { what: subject.clone(), why, needs: None, evidence: evidence.clone() };
                sheet.unknown(&subject, format!("what {path} in {name} sets could not be told"), vec![gap]);
                return;
            }
        };
        let Some(worst) = weaknesses.iter().max_by_key(|weakness| weakness.severity) else {
            sheet.pass(subject, format!("{} in {name} take no question away", guardrail.title), evidence);
            return;
        };
        let says: Vec<&str> = weaknesses.iter().map(|weakness| weakness.says.as_str()).collect();
        let mends: Vec<&str> = weaknesses.iter().map(|weakness| weakness.mend.as_str()).collect();
        sheet
            .fail(subject, format!("{} in {name} ({path}): {}", guardrail.title, says.join("; ")), evidence)
            .severity(if bounded { below(worst.severity) } else { worst.severity })
            .paths(alone.iter().cloned())
            .at(name, path, worst.line)
            .fix("tighten_agent_settings", &[("file", path), ("repository", name), ("how", &mends.join("; "))]);
    }
}

/// Steps of workflows whose agent asks nobody.
fn steps(sight: &Sight<'_>, sheet: &mut Sheet<'_>, repository: &Repository) {
    let name = repository.name.as_str();
    for workflow in sight.workflows(sheet, repository) {
        for job in &workflow.jobs {
            let Some((free, held)) = entry::unasked(sight.surroundings(repository), workflow, job) else { continue };
            let statement = format!(
                "job {} of {} in {name} runs an agent: {}, and the job holds {held}",
                job.id, workflow.path, free.says
            );
            sheet
                .fail(format!("{name} {} job {}", workflow.path, job.id), statement, &workflow.evidence)
                .severity(free.severity)
                .at(name, &workflow.path, free.line)
                .fix("tighten_agent_settings", &[("file", &workflow.path), ("repository", name), ("how", free.mend)]);
        }
    }
}

fn below(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low => Severity::Low,
        Severity::Info => Severity::Info,
    }
}
