//! Blast radius by agent, pipelines by target, and every path with its evidence.

use super::{
    super::{
        drawing,
        flow::Flow,
        table::{self, Row},
        text::{Span, chip, span},
        theme::SOFT,
    },
    bold, pair, small,
    summary::beside,
};
use crate::render::{
    figure,
    type_face::Face,
    view::{Agent, Deed, Path, Report, Target},
};

/// Paths shown hop by hop: more than a reader of paper turns to.
pub const FULL: usize = 24;

pub fn draw(flow: &mut Flow, report: &Report) {
    flow.new_page();
    flow.heading(1, "Agents and their blast radius", &[]);
    if report.agents.is_empty() {
        flow.paragraph(&[span("No agent was found in what was read.")]);
    }
    for agent in &report.agents {
        draw_agent(flow, agent);
    }
    if !report.targets.is_empty() {
        flow.new_page();
        flow.heading(1, "Pipelines to production", &[]);
        flow.note("One map per production resource: every stage that an agent's path runs through. Lines: solid red open, dashed possible, solid blue gated by a person, dotted closed.");
        for target in &report.targets {
            draw_target(flow, target);
        }
    }
    if !report.paths.is_empty() {
        flow.new_page();
        flow.heading(1, "Paths", &[]);
        flow.note(report.human_rule);
        if report.paths.len() > FULL {
            flow.note(&format!(
                "The {FULL} worst of {} paths stand here; all of them stand in the HTML page and in assessment.json.",
                report.paths.len()
            ));
        }
        for path in report.paths.iter().take(FULL) {
            draw_path(flow, path);
        }
    }
}

fn draw_agent(flow: &mut Flow, agent: &Agent) {
    let verdict = agent.worst.map(beside).unwrap_or_default();
    flow.need(150.0);
    flow.anchor(&agent.id);
    flow.heading(2, &agent.name, &verdict);
    let mut kind = agent.kind.to_owned();
    if !agent.acts_as.is_empty() {
        kind.push_str(&format!(", acts as {}", agent.acts_as.join(", ")));
    }
    pair(flow, "Kind", &[small(kind)]);
    pair(flow, "Owner", &[small(agent.owner.clone())]);
    pair(flow, "Activity", &[small(agent.activity.clone())]);
    for signal in &agent.signals {
        let text =
            if signal.detail.is_empty() { signal.kind.clone() } else { format!("{}: {}", signal.kind, signal.detail) };
        let mut spans = vec![small(format!("{text} "))];
        spans.extend(flow.references(&signal.evidence));
        pair(flow, "Known by", &spans);
    }
    flow.y += 4.0;
    if agent.reach.is_empty() {
        flow.note("No path in what was read.");
    }
    let rows: Vec<Row> = agent
        .reach
        .iter()
        .map(|reach| {
            Row::new(vec![
                vec![chip(reach.verdict)],
                deeds(flow, &reach.deeds),
                vec![bold(reach.resource.clone()).size(8.4)],
                vec![small(reach.tier)],
                vec![small(reach.humans.clone())],
            ])
        })
        .collect();
    table::draw(flow, &[("Verdict", 58.0), ("May", 126.0), ("What", 112.0), ("Tier", 54.0), ("Humans", 134.0)], &rows);
}

/// What an agent may do, each word leading to its path where this report shows it.
fn deeds(flow: &Flow, deeds: &[Deed]) -> Vec<Span> {
    let last = deeds.len().saturating_sub(1);
    let word = |(at, deed): (usize, &Deed)| {
        let comma = if at < last { ", " } else { "" };
        let linked = flow.leading_to(&deed.path, small(deed.verb));
        [linked, small(comma)]
    };
    deeds.iter().enumerate().flat_map(word).collect()
}

fn draw_target(flow: &mut Flow, target: &Target) {
    let drawn = figure::target(target, figure::PAPER, flow.faces);
    flow.need(drawn.height + 70.0);
    flow.heading(2, &target.name, &beside(target.verdict));
    drawing::figure(flow, &drawn);
    let mut ways = vec![small("Paths: ").color(SOFT)];
    ways.extend(flow.references(&target.paths));
    flow.paragraph(&ways);
    if target.gates.is_empty() {
        flow.note("No gate stands on any of these ways.");
    }
    let rows: Vec<Row> = target
        .gates
        .iter()
        .map(|gate| {
            Row::new(vec![
                vec![small(gate.stage.clone())],
                vec![chip(gate.verdict)],
                vec![small(gate.because.clone())],
                vec![small(gate.who.clone())],
            ])
        })
        .collect();
    table::draw(
        flow,
        &[("Between", 130.0), ("Verdict", 58.0), ("What stands there", 170.0), ("Who may pass it on", 126.0)],
        &rows,
    );
}

fn draw_path(flow: &mut Flow, path: &Path) {
    flow.need(190.0);
    flow.anchor(&path.id);
    flow.heading(2, &format!("{}: {}", path.agent, path.deed), &beside(path.verdict));
    flow.paragraph(&[span(path.sentence.clone())]);
    pair(flow, "Path", &[small(path.id.clone()).face(Face::Mono).size(7.6)]);
    pair(flow, "Resource", &[small(format!("{} ({}, {})", path.resource, path.tier, path.tier_basis))]);
    pair(flow, "Humans", &[small(path.humans.clone())]);
    if !path.unless.is_empty() {
        pair(flow, "Unless", &[small(path.unless.join("; or "))]);
    }
    let changes: Vec<Span> = path
        .closed_by
        .iter()
        .enumerate()
        .map(|(at, fix)| small(format!("{}{}", if at > 0 { "\n" } else { "" }, fix.change)))
        .collect();
    if !changes.is_empty() {
        pair(flow, if path.closed { "Closed by" } else { "Would close it" }, &changes);
    }
    flow.y += 4.0;
    let mut from = &path.start;
    let mut rows = Vec::new();
    for hop in &path.hops {
        let mut why = vec![small(format!("{}: {} ", hop.capability, hop.because))];
        why.extend(flow.references(&hop.evidence));
        rows.push(Row::new(vec![
            vec![small(format!("{} ", from.kind)).color(SOFT), bold(from.name.clone()).size(8.4)],
            vec![small(format!("{} ", hop.to.kind)).color(SOFT), bold(hop.to.name.clone()).size(8.4)],
            vec![chip(hop.verdict)],
            why,
        ]));
        from = &hop.to;
    }
    table::draw(flow, &[("From", 100.0), ("To", 110.0), ("Verdict", 58.0), ("Because, with evidence", 216.0)], &rows);
}
