//! Agents' instructions say what a reader sees.
//!
//! Fails for a file of instructions with characters that show nothing and that a model reads, and for instructions at the root
//! that name different commands for one purpose, so that two agents build or test in two ways.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::guardrails::instructions,
    model::{file::is_instruction, severity::Severity},
};

check!(
    agent_instructions_unsound,
    "access",
    "Agents' instructions say what a reader sees",
    High,
    EnvironmentConfusion,
    "agents_guarded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let evidence = &repository.agent_files.evidence;
        let files = sight.agent_files(sheet, repository, is_instruction);
        for (path, text) in &files {
            if let Some(found) = instructions::hidden(text) {
                sheet
                    .fail(format!("{name} {path}"), format!("{path} in {name}: {}", found.says), evidence)
                    .severity(found.severity)
                    .at(name, path, found.line)
                    .fix("clean_instructions", &[("file", path), ("repository", name)]);
            }
        }
        for (purpose, commands) in instructions::contradictions(files.iter().copied()) {
            let statement = format!("instructions of {name} differ on {purpose}: {commands}");
            sheet.fail(format!("{name} {purpose}"), statement, evidence).severity(Severity::Low);
        }
        if repository.agent_files.is_whole() {
            let statement = format!("{} files that instruct agents in {name} hide nothing", files.len());
            sheet.pass(name, statement, evidence);
        }
    }
}
