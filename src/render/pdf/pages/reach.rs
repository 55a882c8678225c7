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
    view::{Agent, Deed, End, Reach, Report, Route, Target},
};

/// Ways shown step by step: more than a reader of paper turns to.
pub const FULL: usize = 24;
/// Paths told of each way, as the worst ones come first.
const ENDS: usize = 10;

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
    if !report.routes.is_empty() {
        flow.new_page();
        flow.heading(1, "Ways, step by step", &[]);
        flow.paragraph(&[span("A way is every path of one agent over the same steps; the last step, each with its own verdict, stands in the table.")]);
        flow.note(report.human_rule);
        if report.routes.len() > FULL {
            flow.note(&format!(
                "The {FULL} worst of {} ways stand here; all of them stand in the HTML page and in assessment.json.",
                report.routes.len()
            ));
        }
        for route in report.routes.iter().take(FULL) {
            draw_route(flow, route);
        }
    }
}

fn draw_agent(flow: &mut Flow, agent: &Agent) {
    const REACH: [table::Column; 5] =
        [("Verdict", 58.0), ("May", 126.0), ("What", 112.0), ("Tier", 54.0), ("Humans", 134.0)];
    let rows: Vec<Row> = agent.reach.iter().map(|reach| reach_row(flow, reach)).collect();
    let verdict = agent.worst.map(beside).unwrap_or_default();
    flow.need(130.0 + table::least(flow, &REACH, &rows));
    flow.anchor(&agent.id);
    flow.heading(2, &agent.name, &verdict);
    let mut kind = agent.kind.to_owned();
    if !agent.acts_as.is_empty() {
        kind.push_str(&format!(", acts as {}", agent.acts_as.join(", ")));
    }
    pair(flow, "Kind", &[small(kind)]);
    pair(flow, "Owner", &[small(agent.owner.clone())]);
    pair(flow, "Activity", &[small(agent.activity.clone())]);
    let known = agent.signals.iter().map(|signal| ("Known by", signal));
    for (label, signal) in agent.steered_by.iter().map(|steering| ("Steered by", steering)).chain(known) {
        let text =
            if signal.detail.is_empty() { signal.kind.clone() } else { format!("{}: {}", signal.kind, signal.detail) };
        let mut spans = vec![small(format!("{text} "))];
        spans.extend(flow.references(&signal.evidence));
        pair(flow, label, &spans);
    }
    flow.y += 4.0;
    if agent.reach.is_empty() {
        flow.note("No path in what was read.");
    }
    table::draw(flow, &REACH, &rows);
}

fn reach_row(flow: &Flow, reach: &Reach) -> Row {
    Row::new(vec![
        vec![chip(reach.verdict)],
        deeds(flow, &reach.deeds),
        vec![bold(reach.resource.clone()).size(8.4)],
        vec![small(reach.tier)],
        vec![small(reach.humans.clone())],
    ])
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

fn draw_route(flow: &mut Flow, route: &Route) {
    flow.need(190.0);
    flow.heading(2, &route.title, &beside(route.verdict));
    let counts: Vec<String> = route.counts.iter().map(|count| format!("{} {}", count.n, count.word.text)).collect();
    flow.paragraph(&[span(format!("{}; {}.", counts.join(", "), route.humans))]);
    if !route.hops.is_empty() {
        steps(flow, route);
    }
    let changes: Vec<String> = route.changes.iter().map(|fix| fix.change.clone()).collect();
    if !changes.is_empty() {
        pair(flow, "Each closes all", &[small(changes.join("\n"))]);
        flow.y += 4.0;
    }
    let rows: Vec<Row> = shown(route).map(|end| end_row(flow, end)).collect();
    table::draw(flow, &[("Verdict", 58.0), ("May", 146.0), ("Because, with evidence", 206.0), ("Path", 74.0)], &rows);
    if route.ends.len() > rows.len() {
        flow.note(&format!("{} more stand in the HTML page and in paths.csv.", route.ends.len() - rows.len()));
    }
}

/// The worst ends of a way.
pub fn shown(route: &Route) -> impl Iterator<Item = &End> {
    route.ends.iter().take(ENDS)
}

/// The steps that the paths of a way share.
fn steps(flow: &mut Flow, route: &Route) {
    let mut from = &route.start;
    let mut rows = Vec::new();
    for hop in &route.hops {
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

fn end_row(flow: &Flow, end: &End) -> Row {
    let mut deed = vec![bold(format!("{} ", end.deed)).size(8.4), small(end.tier).color(SOFT)];
    deed.extend(end.humans.iter().map(|humans| small(format!("\n{humans}"))));
    let mut why = vec![small(format!("{} ", end.hop.because))];
    why.extend(flow.references(&end.hop.evidence));
    if !end.unless.is_empty() {
        why.push(small(format!("\nUnless {}", end.unless.join("; or "))));
    }
    let lead = if end.closed { "Closed by" } else { "Would close it" };
    why.extend(end.changes.iter().map(|fix| small(format!("\n{lead}: {}", fix.change)).color(SOFT)));
    let id = vec![small(end.id.clone()).face(Face::Mono).size(7.0)];
    Row { cells: vec![vec![chip(end.verdict)], deed, why, id], anchor: Some(end.id.clone()) }
}
