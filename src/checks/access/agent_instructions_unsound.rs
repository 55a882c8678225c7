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
        let mut sound = repository.agent_files.is_whole();
        for (path, text) in &files {
            if let Some(found) = instructions::hidden(text) {
                sound = false;
                sheet
                    .fail(format!("{name} {path}"), format!("{path} in {name}: {}", found.says), evidence)
                    .severity(found.severity)
                    .at(name, path, found.line)
                    .fix("clean_instructions", &[("file", path), ("repository", name)]);
            }
        }
        for (purpose, commands) in instructions::contradictions(files.iter().copied()) {
            sound = false;
            let statement = format!("instructions of {name} differ on {purpose}: {commands}");
            sheet.fail(format!("{name} {purpose}"), statement, evidence).severity(Severity::Low);
        }
        if sound {
            let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
            let statement = match paths.as_slice() {
                [] => format!("{name} holds no file that instructs agents"),
                paths => format!("what instructs agents in {name} hides nothing: {}", paths.join(", ")),
            };
            sheet.pass(name, statement, evidence);
        }
    }
}
