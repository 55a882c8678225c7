//! `ambit agents`: the coding agents that a clone shows.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    analysis::local::{self, AgentRow, GuardrailRows, Inventory, Reading, Scanner, ToolRow, WeaknessRow},
    base::{foreign::Foreign, visible_json},
    cli::{Exit, Failure, args::Agents, printer::Printer},
    collect::local::{Limits, LocalRepository},
    controls::{agents::Signatures, guardrails::Guardrails, tools::Tools},
    facts::github::{
        files::{CODEOWNERS, is_agent_file, is_workflow},
        workflows,
    },
    model::pipeline::WorkflowFile,
    render::words::{count, severity},
};

/// Runs the command.
///
/// # Errors
/// When the path is no clone, or one that would lead outside of it.
pub fn run(args: &Agents, printer: &Printer) -> Result<Exit, Failure> {
    let signatures = Signatures::built_in().map_err(Failure::new)?;
    let tools = Tools::built_in().map_err(Failure::new)?;
    let known = Guardrails::built_in().map_err(Failure::new)?;
    let clone = LocalRepository::open(&args.local, Limits::default()).map_err(Failure::new)?;
    let inventory = local::inventory(&signatures, &known, &read(&clone, &tools, &known)?);
    let text = match args.json {
        true => visible_json::pretty(&inventory).map_err(Failure::new)?,
        false => page(&inventory),
    };
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

fn read(clone: &LocalRepository, tools: &Tools, known: &Guardrails) -> Result<Reading, Failure> {
    let mut scanner = Scanner::new(tools, known);
    let (mut workflows_read, mut agent_files, mut owners) = (Vec::new(), Vec::new(), BTreeMap::new());
    let seen = clone.files(local::is_wanted, |file| {
        if local::may_call(&file.path) {
            scanner.see(&file);
        }
        let text = file.text.seen().map_or("", String::as_str);
        if is_workflow(&file.path) {
            workflows_read.push(workflows::parse(&file.path, text, Vec::new()));
        }
        if let Some(place) = CODEOWNERS.iter().position(|path| *path == file.path) {
            owners.insert(place, text.to_owned());
        }
        if is_agent_file(&file.path) {
            agent_files.push(file);
        }
    });
    workflows_read.iter().filter_map(WorkflowFile::parsed).for_each(|workflow| scanner.workflow(workflow));
    Ok(Reading {
        name: clone.name().to_owned(),
        head: clone.head().map(str::to_owned),
        head_reference: clone.head_reference().map(str::to_owned),
        branches: clone.branches().to_vec(),
        history: clone.history().map_err(Failure::new)?,
        files: seen,
        workflows: workflows_read,
        agent_files,
        codeowners: owners.into_values().next(),
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
        let _ = writeln!(text, "\nBeside them, no agents: {}", count(inventory.tools.len(), "tool"));
        inventory.tools.iter().for_each(|tool| one_tool(&mut text, tool));
    }
    guardrails(&mut text, &inventory.guardrails);
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

/// What steers the agents, and what is weak about it, worst first.
fn guardrails(text: &mut String, rows: &GuardrailRows) {
    if rows.steering > 0 {
        let files = count(rows.steering, "file");
        let owned = rows.steering - rows.unowned;
        let _ =
            writeln!(text, "\n{files} that steer agents: settings, servers, instructions; CODEOWNERS covers {owned}");
    }
    if !rows.weaknesses.is_empty() {
        let _ = writeln!(text, "\nWeak guardrails, as the files claim: {}", rows.weaknesses.len());
        rows.weaknesses.iter().for_each(|row| one_weakness(text, row));
    }
}

fn one_weakness(text: &mut String, row: &WeaknessRow) {
    let place = match row.line {
        Some(line) => format!("{}:{line}: ", row.path),
        None if row.path.raw().is_empty() => String::new(),
        None => format!("{}: ", row.path),
    };
    let perhaps = if row.sure { "" } else { " (perhaps)" };
    let _ = writeln!(text, "  {:<8}{perhaps} {place}{}", severity(row.severity).text, row.says);
    let _ = writeln!(text, "           {}", row.mend);
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
