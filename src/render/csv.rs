//! `findings.csv`, `paths.csv`, `recoverability.csv` and `alert-coverage.csv`: one row a finding, path, store or action, columns that stay, cells that no spreadsheet runs.

use crate::{
    base::foreign,
    model::observed::Gap,
    report::{AlertRow, Assessment, Finding, Hand, ReachPath, StoreRecovery},
};

use super::{
    artifact::{Artifact, Options, RenderError},
    view::order,
    words,
};

/// New columns go to the end: scripts read by position.
const FINDING_COLUMNS: [&str; 19] = [
    "id",
    "check",
    "title",
    "outcome",
    "severity",
    "mode",
    "subject",
    "statement",
    "owner",
    "due",
    "response",
    "accepted_until",
    "accepted_by",
    "file",
    "line",
    "needs",
    "changes",
    "paths",
    "evidence",
];

const PATH_COLUMNS: [&str; 16] = [
    "id",
    "verdict",
    "agent",
    "agent_id",
    "action",
    "class",
    "resource",
    "resource_name",
    "tier",
    "humans_min",
    "humans_max",
    "humans_basis",
    "humans_who",
    "sentence",
    "unless",
    "hops",
];

const RECOVERY_COLUMNS: [&str; 16] = [
    "store",
    "name",
    "tier",
    "verdict",
    "agents",
    "protected",
    "unprotected_by",
    "reaches_back",
    "shortened_by",
    "copies",
    "copies_whole",
    "restored",
    "last_restore",
    "unless",
    "change",
    "evidence",
];

const ALERT_COLUMNS: [&str; 6] = ["account", "action", "region", "outcome", "by", "evidence"];

pub(super) fn write(assessment: &Assessment, _options: &Options) -> Result<Vec<Artifact>, RenderError> {
    let findings = order::findings(assessment).into_iter().map(|finding| finding_row(assessment, finding)).collect();
    let paths = order::paths(assessment).into_iter().map(path_row).collect();
    Ok(vec![
        Artifact::new("findings.csv", table(&FINDING_COLUMNS, findings)?),
        Artifact::new("paths.csv", table(&PATH_COLUMNS, paths)?),
        Artifact::new(
            "recoverability.csv",
            table(&RECOVERY_COLUMNS, assessment.recovery.iter().map(store_row).collect())?,
        ),
        Artifact::new("alert-coverage.csv", table(&ALERT_COLUMNS, assessment.alerts.iter().map(alert_row).collect())?),
    ])
}

pub(super) fn table(columns: &[&str], rows: Vec<Vec<String>>) -> Result<Vec<u8>, RenderError> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.write_record(columns)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| foreign::csv(cell)))?;
    }
    writer.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

fn finding_row(assessment: &Assessment, finding: &Finding) -> Vec<String> {
    let title = assessment.checks.iter().find(|check| check.id == finding.check).map(|check| check.title.clone());
    let accepted = finding.accepted.as_ref();
    let location = finding.location.as_ref();
    vec![
        finding.id.to_string(),
        finding.check.to_string(),
        title.unwrap_or_default(),
        words::outcome(finding.outcome).text.to_owned(),
        words::severity(finding.severity).text.to_owned(),
        words::mode(finding.mode).to_owned(),
        finding.subject.raw().to_owned(),
        finding.statement.clone(),
        finding.owner.clone().unwrap_or_default(),
        finding.due.clone().unwrap_or_default(),
        finding.response.clone().unwrap_or_default(),
        accepted.map(|accepted| accepted.until.clone()).unwrap_or_default(),
        accepted.map(|accepted| accepted.owner.clone()).unwrap_or_default(),
        location.map(|at| format!("{}:{}", at.repository, at.path)).unwrap_or_default(),
        location.and_then(|at| at.line).map(|line| line.to_string()).unwrap_or_default(),
        joined(finding.needs.iter().map(need)),
        joined(finding.remedies.iter().map(|remedy| remedy.change.clone())),
        joined(finding.paths.iter()),
        joined(finding.evidence.iter()),
    ]
}

fn path_row(path: &ReachPath) -> Vec<String> {
    let hops = path.hops.iter().map(|hop| {
        format!("{} > {} ({}): {}", hop.from.name, hop.to.name, words::verdict(hop.verdict).text, hop.because)
    });
    vec![
        path.id.to_string(),
        words::verdict(path.verdict).text.to_owned(),
        path.agent_name.raw().to_owned(),
        path.agent.as_str().to_owned(),
        path.action.clone(),
        words::class(path.class).to_owned(),
        path.resource.raw().to_owned(),
        path.resource_name.raw().to_owned(),
        path.tier.to_string(),
        path.humans.min.to_string(),
        path.humans.max.map(|max| max.to_string()).unwrap_or_default(),
        words::basis(path.humans.basis).to_owned(),
        joined(path.humans.who.iter()),
        path.sentence.clone(),
        joined(path.unless.iter()),
        joined(hops),
    ]
}

fn store_row(row: &StoreRecovery) -> Vec<String> {
    let hands =
        |hands: &[Hand]| joined(hands.iter().map(|hand| format!("{} ({})", hand.principal, words::truth(hand.may))));
    let agents = row.agents.iter().map(|agent| format!("{}: {}", agent.agent, words::recovery(agent.verdict).text));
    let copies = row.copies.iter().map(|copy| match copy.deleted_by.is_empty() {
        true => format!("{} in {}", copy.what, copy.place),
        false => format!("{} in {}, deleted by [{}]", copy.what, copy.place, hands(&copy.deleted_by)),
    });
    vec![
        row.store.raw().to_owned(),
        row.name.raw().to_owned(),
        row.tier.to_string(),
        words::recovery(row.verdict).text.to_owned(),
        joined(agents),
        words::truth(row.protected).to_owned(),
        hands(&row.unprotected_by),
        row.reaches_back.clone(),
        hands(&row.shortened_by),
        joined(copies),
        row.copies_whole.to_string(),
        words::truth(row.restored).to_owned(),
        row.last_restore.clone().unwrap_or_default(),
        joined(row.unless.iter()),
        row.remedy.as_ref().map(|remedy| remedy.change.clone()).unwrap_or_default(),
        joined(row.evidence()),
    ]
}

fn alert_row(row: &AlertRow) -> Vec<String> {
    vec![
        row.account.clone(),
        row.action.clone(),
        row.region.to_string(),
        words::alert(row.outcome).text.to_owned(),
        joined(row.by.iter()),
        joined(row.evidence.iter()),
    ]
}

fn need(gap: &Gap) -> String {
    match &gap.needs {
        Some(needs) => format!("{} ({}): {needs}", gap.what, gap.why),
        None => format!("{} ({})", gap.what, gap.why),
    }
}

fn joined(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join("; ")
}
