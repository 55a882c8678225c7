//! Why a path or a finding of a run stands: hop by hop, with the records behind each.

use crate::{
    cli::{Failure, layout::Layout},
    model::id::EvidenceId,
    render::words,
    report::{Assessment, Finding, Outcome, ReachPath, Remedy},
};

/// Where the text beside a label begins.
const LABELS: usize = 14;

/// # Errors
/// When the run holds no such path or finding.
pub fn explain(assessment: &Assessment, id: &str, width: usize) -> Result<String, Failure> {
    let mut layout = Layout::new(width);
    let mut cited = Vec::new();
    if let Some(path) = assessment.paths.iter().find(|path| path.id.as_str() == id) {
        path_page(&mut layout, path);
        cited.extend(path.hops.iter().flat_map(|hop| &hop.evidence));
    } else if let Some(finding) = assessment.findings.iter().find(|finding| finding.id.as_str() == id) {
        finding_page(&mut layout, assessment, finding);
        cited.extend(finding.evidence.iter().chain(finding.needs.iter().flat_map(|gap| &gap.evidence)));
    } else {
        return Err(Failure::new(format!(
            "`{id}` is not in run {}\nhint: ids stand in the report; another run is named with --run",
            assessment.run.id
        )));
    }
    evidence(&mut layout, assessment, &cited);
    Ok(layout.finish())
}

fn path_page(layout: &mut Layout, path: &ReachPath) {
    layout.heading(&format!("Path {}", path.id));
    layout.paragraph(0, "");
    layout.paragraph(2, &path.sentence);
    layout.paragraph(0, "");
    layout.row("verdict", LABELS, words::verdict(path.verdict).text);
    layout.row("humans", LABELS, &humans(path));
    layout.row("action", LABELS, &path.action);
    layout.row("resource", LABELS, &path.resource.to_string());
    layout.row("tier", LABELS, &format!("{}, {}", path.tier, words::tier_basis(path.tier_basis)));
    for unless in &path.unless {
        layout.row("unless", LABELS, unless.trim_start_matches("unless "));
    }
    layout.heading("Hop by hop");
    for (at, hop) in path.hops.iter().enumerate() {
        layout.paragraph(0, "");
        let node = |node: &crate::reach::path::HopNode| format!("{} {}", words::hop_kind(node.kind), node.name);
        layout.paragraph(2, &format!("{}. {} -> {}", at + 1, node(&hop.from), node(&hop.to)));
        layout.paragraph(
            5,
            &format!("{}, {}: {}", words::verdict(hop.verdict).text, words::capability(hop.capability), hop.because),
        );
        if !hop.evidence.is_empty() {
            layout.paragraph(5, &format!("evidence {}", joined(&hop.evidence)));
        }
    }
    remedies(layout, "What closes it", &path.closed_by);
}

fn humans(path: &ReachPath) -> String {
    let humans = &path.humans;
    let most = humans.max.map_or_else(|| "no upper bound known".to_owned(), |max| format!("at most {max}"));
    let who: Vec<String> = humans.who.iter().map(ToString::to_string).collect();
    let mut text = format!("{} in the way ({most}), {}", humans.min, words::basis(humans.basis));
    if !who.is_empty() {
        text.push_str(&format!("; who may: {}", who.join(", ")));
    }
    text
}

fn finding_page(layout: &mut Layout, assessment: &Assessment, finding: &Finding) {
    layout.heading(&format!("Finding {}", finding.id));
    layout.paragraph(0, "");
    layout.paragraph(2, &finding.statement);
    layout.paragraph(0, "");
    layout.row("outcome", LABELS, words::outcome(finding.outcome).text);
    layout.row("severity", LABELS, words::severity(finding.severity).text);
    layout.row("failure mode", LABELS, words::mode(finding.mode));
    layout.row("subject", LABELS, &finding.subject.to_string());
    let title = assessment.checks.iter().find(|check| check.id == finding.check).map_or("", |check| &check.title);
    layout.row("check", LABELS, &format!("{}: {title}", finding.check));
    if let Some(location) = &finding.location {
        let line = location.line.map_or_else(String::new, |line| format!(":{line}"));
        let place = format!("{} {}{line}", location.repository, location.path);
        layout.row("place", LABELS, &crate::base::foreign::plain(&place));
    }
    if !finding.paths.is_empty() {
        layout.row("paths", LABELS, &finding.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    if let Some(owner) = &finding.owner {
        let due = finding.due.as_ref().map_or_else(String::new, |due| format!(", due {due}"));
        layout.row("owner", LABELS, &format!("{owner}{due}"));
    }
    if let Some(accepted) = &finding.accepted {
        layout.row(
            "accepted",
            LABELS,
            &format!(
                "until {} by {} ({}): {}; the outcome stands",
                accepted.until, accepted.owner, accepted.approver, accepted.reason
            ),
        );
    }
    if !finding.needs.is_empty() {
        layout.heading("What was not read");
        for gap in &finding.needs {
            let needs = gap.needs.as_ref().map(|needs| format!("; grant {needs} to settle it")).unwrap_or_default();
            layout.item(2, &format!("{} ({}){needs}", gap.what, gap.why));
        }
    }
    if finding.outcome == Outcome::Manual {
        layout.heading("Only a person can answer this.");
    }
    remedies(layout, "What closes it", &finding.remedies);
}

fn remedies(layout: &mut Layout, title: &str, remedies: &[Remedy]) {
    if remedies.is_empty() {
        return;
    }
    layout.heading(title);
    for remedy in remedies {
        layout.item(2, &remedy.change);
        let back = if remedy.reversible { "can be taken back" } else { "cannot be taken back" };
        layout.paragraph(
            4,
            &format!("{}, {}, {back}; may break: {}", remedy.who, words::minutes(remedy.minutes), remedy.may_break),
        );
    }
}

/// The recorded requests, each once, in the order of their times.
fn evidence(layout: &mut Layout, assessment: &Assessment, cited: &[&EvidenceId]) {
    let mut rows: Vec<_> = assessment.evidence.iter().filter(|row| cited.contains(&&row.id)).collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| (&a.at, &a.id).cmp(&(&b.at, &b.id)));
    layout.heading("Evidence");
    for row in rows {
        let status = row.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        layout.row(row.id.as_str(), 16, &format!("{} · {status} · {}", row.request, words::instant(&row.at)));
    }
}

fn joined(ids: &[EvidenceId]) -> String {
    ids.iter().map(EvidenceId::as_str).collect::<Vec<_>>().join(" ")
}
