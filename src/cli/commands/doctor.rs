//! `ambit doctor`: who a recorded run asked as, what it could not read, which grant settles most, and what a run costs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    cli::{Exit, Failure, args::Doctor, commands::report, layout::Layout, printer::Printer},
    evidence::{Api, Record, RunLog},
    facts,
    model::{observed::Reading, world::World},
    render::{self, words},
    report::{Assessment, Finding, Outcome, Severity},
};

/// Where the text beside a label begins.
const LABELS: usize = 14;

pub async fn run(args: &Doctor, printer: &Printer) -> Result<Exit, Failure> {
    let (log, config) = report::chosen(&args.run).await?;
    let assessment = report::judge(&log, &config, Severity::High)?;
    let world = facts::world(&log);
    let mut layout = Layout::new(printer.width);
    layout.heading(&format!("Run {} of {}", assessment.run.id, words::instant(&assessment.run.started)));
    identities(&mut layout, &log, &world);
    reading(&mut layout, &assessment);
    grants(&mut layout, &assessment);
    cost(&mut layout, &log);
    printer.result(&layout.finish()).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

/// Whose rights the answers rest on.
fn identities(layout: &mut Layout, log: &RunLog, world: &World) {
    layout.heading("Who asked");
    for source in &log.header().github {
        let login = login(log).map_or_else(String::new, |login| format!(" of {login}"));
        layout.row("GitHub", LABELS, &format!("{}{login} at {}", source.identity, source.base));
        let scopes = header(log, "x-oauth-scopes");
        if !scopes.is_empty() {
            layout.row("scopes", LABELS, &scopes.into_iter().collect::<Vec<_>>().join("; "));
        }
    }
    for account in &world.accounts {
        let who = match &account.caller.reading {
            Reading::Known { value, .. } => format!("{}, account {}", value.arn, value.account),
            _ => account.caller.gap("the caller").map_or_else(String::new, |gap| format!("not known: {}", gap.why)),
        };
        layout.row("AWS", LABELS, &format!("{}: {who}", account.scope));
    }
    if log.header().github.is_empty() {
        layout.row("GitHub", LABELS, "left out of this run");
    }
    if world.accounts.is_empty() {
        layout.row("AWS", LABELS, "left out of this run");
    }
}

/// The login that `GET /user` answered with.
fn login(log: &RunLog) -> Option<String> {
    let record = log.records().iter().find(|record| record.api == Api::Github && record.path == "/user")?;
    let body = log.json(record).ok()?;
    Some(body.get("login")?.as_str()?.to_owned())
}

/// The distinct values of a header over GitHub's answers.
fn header(log: &RunLog, name: &str) -> BTreeSet<String> {
    let answers = log.records().iter().filter(|record| record.api == Api::Github).filter_map(Record::response);
    answers.filter_map(|response| response.headers.get(name)).filter(|value| !value.is_empty()).cloned().collect()
}

fn reading(layout: &mut Layout, assessment: &Assessment) {
    let coverage = &assessment.coverage;
    layout.heading("What could be read");
    layout.row("answered", LABELS, &format!("{} of {} planned requests", coverage.answered, coverage.planned));
    for (label, rows) in [("denied", &coverage.denied), ("failed", &coverage.failed), ("left out", &coverage.skipped)] {
        if rows.is_empty() {
            continue;
        }
        layout.row(label, LABELS, &words::count(rows.len(), "request"));
        for row in rows.iter().take(SHOWN) {
            let needs = row.needs.as_ref().map_or_else(String::new, |needs| format!("; needs {needs}"));
            layout.item(4, &format!("{}: {}{needs}", row.what, row.why));
        }
        if rows.len() > SHOWN {
            layout.item(4, &format!("and {} more, in the report", rows.len() - SHOWN));
        }
    }
    if !assessment.run.complete {
        layout.paragraph(2, "The run was cut short; go on with: ambit collect --resume");
    }
}

/// Rows of one kind that are shown; the report lists all.
const SHOWN: usize = 12;

fn grants(layout: &mut Layout, assessment: &Assessment) {
    let unknown: Vec<_> = assessment.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown).collect();
    let checks: BTreeSet<&str> = unknown.iter().map(|finding| finding.check.as_str()).collect();
    layout.heading("What would settle it");
    layout.row(
        "unknown",
        LABELS,
        &format!(
            "{} of {}, over {}",
            unknown.len(),
            words::count(assessment.findings.len(), "finding"),
            words::count(checks.len(), "check")
        ),
    );
    let prices = render::prices(assessment);
    for price in &prices {
        layout.item(2, &format!("grant {} to settle {}", price.grant, price.settles));
    }
    ungranted(layout, &unknown);
    if unknown.is_empty() {
        layout.paragraph(2, "Nothing that was judged stayed unknown.");
    }
}

/// The limit of GitHub's REST API, as the last answer named it; search, GraphQL and the audit log have limits of their own.
fn hourly(log: &RunLog) -> Option<&str> {
    let answers = log.records().iter().filter(|record| record.api == Api::Github).filter_map(Record::response);
    let core = answers.filter(|response| response.headers.get("x-ratelimit-resource").is_some_and(|of| of == "core"));
    core.filter_map(|response| response.headers.get("x-ratelimit-limit")).next_back().map(String::as_str)
}

/// What no grant settles, by check: how many, one of them to look at, and what was missing.
fn ungranted(layout: &mut Layout, unknown: &[&Finding]) {
    let mut reasons: BTreeMap<&str, (Vec<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for finding in unknown.iter().filter(|finding| finding.needs.iter().all(|gap| gap.needs.is_none())) {
        let (ids, missing) = reasons.entry(finding.check.as_str()).or_default();
        ids.push(finding.id.as_str());
        missing.extend(finding.needs.iter().map(|gap| gap.what.as_str()));
    }
    if reasons.is_empty() {
        return;
    }
    layout.paragraph(2, "No grant settles these; `ambit explain ID` says what each is waiting for:");
    for (check, (ids, missing)) in reasons {
        let one = ids.first().copied().unwrap_or_default();
        layout.item(4, &format!("{check}: {}, such as {one}; not told:", words::count(ids.len(), "finding")));
        for what in missing.iter().take(REASONS) {
            layout.item(6, what);
        }
        if missing.len() > REASONS {
            layout.item(6, &format!("and {} more", missing.len() - REASONS));
        }
    }
}

/// Reasons of one check that are shown.
const REASONS: usize = 3;

/// Requests by service: GitHub counts them against an hourly limit, AWS charges for none of those that are sent.
fn cost(layout: &mut Layout, log: &RunLog) {
    layout.heading("What a run like this costs");
    let mut by_service: BTreeMap<(Api, &str), usize> = BTreeMap::new();
    for record in log.records() {
        *by_service.entry((record.api, record.service.as_str())).or_default() += 1;
    }
    let github: usize = by_service.iter().filter(|((api, _), _)| *api == Api::Github).map(|(_, n)| n).sum();
    if github > 0 {
        let limit = hourly(log).map_or_else(String::new, |limit| format!("; the token may send {limit} an hour"));
        layout.row("GitHub", LABELS, &format!("{}{limit}", words::count(github, "request")));
    }
    let aws: Vec<String> = by_service
        .iter()
        .filter(|((api, _), _)| *api == Api::Aws)
        .map(|((_, service), n)| format!("{service} {n}"))
        .collect();
    if !aws.is_empty() {
        let sum: usize = by_service.iter().filter(|((api, _), _)| *api == Api::Aws).map(|(_, n)| n).sum();
        layout.row("AWS", LABELS, &format!("{}: {}", words::count(sum, "request"), aws.join(", ")));
    }
    if let Some(end) = log.end() {
        let seconds = end.at.as_second().saturating_sub(log.header().started.as_second()).max(0);
        let time = if seconds < 120 { format!("{seconds} s") } else { format!("{} min", seconds / 60) };
        layout.row("time", LABELS, &time);
    }
}
