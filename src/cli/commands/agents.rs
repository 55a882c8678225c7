//! `ambit agents`: the coding agents that a clone shows.

use std::fmt::Write as _;

use crate::{
    analysis::local::{self, AgentRow, Inventory, Reading, Scanner, ToolRow},
    base::{foreign::Foreign, visible_json},
    cli::{Exit, Failure, args::Agents, printer::Printer},
    collect::local::{Limits, LocalRepository},
    controls::{agents::Signatures, tools::Tools},
    facts::github::{files::is_workflow, workflows},
    render::words::count,
};

/// Runs the command.
///
/// # Errors
/// When the path is no clone, or one that would lead outside of it.
pub fn run(args: &Agents, printer: &Printer) -> Result<Exit, Failure> {
    let signatures = Signatures::built_in().map_err(Failure::new)?;
    let tools = Tools::built_in().map_err(Failure::new)?;
    let clone = LocalRepository::open(&args.local, Limits::default()).map_err(Failure::new)?;
    let inventory = local::inventory(&signatures, &read(&clone, &tools)?);
    let text = match args.json {
        true => visible_json::pretty(&inventory).map_err(Failure::new)?,
        false => page(&inventory),
    };
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

fn read(clone: &LocalRepository, tools: &Tools) -> Result<Reading, Failure> {
    let mut scanner = Scanner::new(tools);
    let mut files = Vec::new();
    let seen = clone.files(local::is_wanted, |file| {
        scanner.see(&file);
        if is_workflow(&file.path) {
            let text = file.text.seen().map_or("", String::as_str);
            files.push(workflows::parse(&file.path, text, Vec::new()));
        }
    });
    local::parsed(&files).for_each(|workflow| scanner.workflow(workflow));
    Ok(Reading {
        name: clone.name().to_owned(),
        head: clone.head().map(str::to_owned),
        head_reference: clone.head_reference().map(str::to_owned),
        branches: clone.branches().to_vec(),
        history: clone.history().map_err(Failure::new)?,
        files: seen,
        workflows: files,
        tools: scanner.finish(),
    })
}

/// What a person reads.
fn page(inventory: &Inventory) -> String {
    let coverage = &inventory.coverage;
    let mut text = String::new();
    let head = inventory.head.as_deref().and_then(|head| head.get(..12)).unwrap_or("no commit");
    let _ = writeln!(text, "{} at {head}", inventory.repository);
    let _ = writeln!(text, "{}\n", coverage.statement);
    match inventory.agents.len() {
        0 => text.push_str("No coding agent was found in what was read.\n"),
        agents => {
            let _ = writeln!(text, "{}", count(agents, "agent"));
            inventory.agents.iter().for_each(|agent| one_agent(&mut text, agent));
        }
    }
    if !inventory.tools.is_empty() {
        let _ = writeln!(text, "\nBeside them, {}, which are no agents", count(inventory.tools.len(), "tool"));
        inventory.tools.iter().for_each(|tool| one_tool(&mut text, tool));
    }
    let _ = writeln!(
        text,
        "\nRead: {} ({} with several parents), {} by messages ({} with their branch), {} of {} searched",
        count(coverage.commits, "commit"),
        coverage.merges,
        count(coverage.pull_requests, "merged pull request"),
        coverage.pull_requests_with_branch,
        coverage.files_read,
        count(coverage.files, "file"),
    );
    for gap in &coverage.gaps {
        let _ = writeln!(text, "not read: {}: {}", gap.what, crate::base::foreign::plain(&gap.why));
    }
    text
}

fn one_agent(text: &mut String, agent: &AgentRow) {
    let seen = match (&agent.first_seen, &agent.last_seen) {
        (Some(first), Some(last)) => format!(", {} to {}", day(first), day(last)),
        _ => String::new(),
    };
    let _ = writeln!(
        text,
        "\n  {} ({}): {}, {}{seen}",
        agent.name,
        agent.id,
        count(agent.commits, "commit"),
        count(agent.pull_requests, "merged pull request"),
    );
    let acts = match agent.acts_as.is_empty() {
        true if agent.pull_requests > 0 => "unknown: its branches were merged, its commits bear no mark".to_owned(),
        true => "unknown: configured, or a branch of its name, and no marked commit".to_owned(),
        false => joined(&agent.acts_as),
    };
    let _ = writeln!(text, "    acts as  {acts}");
    for signal in agent.signals.iter().take(5) {
        let _ = writeln!(text, "    {:>7}  {} {}", signal.count, signal.kind.replace('_', " "), signal.detail);
    }
}

fn one_tool(text: &mut String, tool: &ToolRow) {
    let _ = writeln!(text, "  {}: {}, in {}", tool.name, joined(&tool.signals), count(tool.count, "file"));
}

/// The first few of a list, and how many more there are.
fn joined(all: &[Foreign]) -> String {
    const FIRST: usize = 4;
    let first: Vec<String> = all.iter().take(FIRST).map(Foreign::to_string).collect();
    match all.len().checked_sub(FIRST).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", first.join(", ")),
        None => first.join(", "),
    }
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}
