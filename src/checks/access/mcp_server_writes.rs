//! MCP servers read only, by version, with no credential in the file.
//!
//! Fails for a server that a repository's file names and that can write as it is started, whose version floats, or whose credential
//! stands in the file itself. Servers are known by `controls/mcp-servers.yaml`; one that is not known is named and not judged.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::guardrails::{Weakness, mcp},
    controls::guardrails::Guardrail,
    model::{observed::Gap, world::Repository},
};

check!(
    mcp_server_writes,
    "access",
    "MCP servers read only, by version, with no credential in the file",
    Medium,
    PrivilegeEscalation,
    "agents_guarded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let mut named = Vec::new();
        let names_servers = |path: &str| sight.guardrails.of_file(path).filter(|guardrail| guardrail.mcp.is_some());
        for (path, text) in sight.agent_files(sheet, repository, |path| names_servers(path).is_some()) {
            if let Some(guardrail) = names_servers(path) {
                named.extend(judge(sight, sheet, repository, path, guardrail, text));
            }
        }
        if repository.agent_files.is_whole() {
            let name = repository.name.as_str();
            let statement = match named.as_slice() {
                [] => format!("no file of {name} that was looked at names an MCP server"),
                some => format!("{name} names the MCP servers {}", some.join(", ")),
            };
            sheet.pass(name, statement, &repository.agent_files.evidence);
        }
    }
}

/// The names of the file's servers.
fn judge(
    sight: &Sight<'_>,
    sheet: &mut Sheet<'_>,
    repository: &Repository,
    path: &str,
    guardrail: &Guardrail,
    text: &str,
) -> Vec<String> {
    let name = repository.name.as_str();
    let (subject, evidence) = (format!("{name} {path}"), &repository.agent_files.evidence);
    let servers = match mcp::servers(guardrail, text) {
        Ok(servers) => servers,
        Err(why) => {
            let gap = Gap { what: subject.clone(), why, needs: None, evidence: evidence.clone() };
            sheet.unknown(&subject, format!("which MCP servers {path} in {name} names could not be told"), vec![gap]);
            return Vec::new();
        }
    };
    let found: Vec<Weakness> =
        servers.iter().flat_map(|server| mcp::weaknesses(&sight.guardrails.servers, server, text)).collect();
    if let Some(worst) = found.iter().max_by_key(|weakness| weakness.severity) {
        let says: Vec<&str> = found.iter().map(|weakness| weakness.says.as_str()).collect();
        let mends: Vec<&str> = found.iter().map(|weakness| weakness.mend.as_str()).collect();
        sheet
            .fail(subject, format!("{path} in {name}: {}", says.join("; ")), evidence)
            .severity(worst.severity)
            .at(name, path, worst.line)
            .fix("bind_mcp_server", &[("file", path), ("repository", name), ("how", &mends.join("; "))]);
    }
    servers.into_iter().map(|server| server.name).collect()
}
