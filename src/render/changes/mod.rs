//! Populations as files: each a CSV with its exact query and its completeness beside it, the accounts of the branches, the
//! results of testing all items, and the lists that a sample is drawn from.

pub mod page;
pub mod text;

use serde::Serialize;

use super::{
    artifact::{Artifact, RenderError},
    csv,
};
use crate::{
    analysis::{
        metrics::Metric,
        period::Covered,
        population::{About, Populations, Table, change::Stratum, results},
        reconcile::{Counts, Reconciliation, clone::Compared},
    },
    assess::operation::Operation,
    base::{foreign, visible_json},
    controls::metrics::MetricText,
    model::truth::Truth,
};

/// Where the files of populations, strata and tests go, below the output folder.
pub const POPULATIONS: &str = "populations";
pub const STRATA: &str = "strata";

/// Completeness and accuracy of one population: `P01.ca.json`.
#[derive(Serialize)]
struct Completeness<'a> {
    population: &'a str,
    title: &'a str,
    period: String,
    run: &'a str,
    read_at: &'a str,
    rows: usize,
    complete: &'static str,
    #[serde(flatten)]
    about: Shown<'a>,
}

#[derive(Serialize)]
struct Shown<'a> {
    query: &'a [String],
    filter: &'a str,
    calendar: &'a [Covered],
    gaps: &'a [String],
}

/// The run that populations were drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    pub id: &'a str,
    /// When it began, RFC 3339.
    pub read_at: &'a str,
}

/// Every file, each with the folder that it belongs in.
///
/// # Errors
/// A table or value that cannot be written: our own defect.
pub fn write(populations: &Populations, run: Run<'_>) -> Result<Vec<(&'static str, Artifact)>, RenderError> {
    let mut files = Vec::new();
    for table in &populations.tables {
        files.push((POPULATIONS, Artifact::new(&format!("{}.csv", table.stem()), rows(table)?)));
        let query = table.about.query.iter().map(|line| foreign::plain(line) + "\n").collect::<String>();
        files.push((POPULATIONS, Artifact::new(&format!("{}.query.txt", table.id), query)));
        files.push((
            POPULATIONS,
            Artifact::new(
                &format!("{}.ca.json", table.id),
                visible_json::pretty(&completeness(populations, table, run))?,
            ),
        ));
    }
    files.push((POPULATIONS, Artifact::new("calendar.csv", calendar(populations)?)));
    files.push((POPULATIONS, Artifact::new("reconciliation.csv", reconciled(&populations.accounts)?)));
    files.push(("", Artifact::new("reconciliation.json", visible_json::pretty(&accounts(&populations.accounts))?)));
    files.push(("", Artifact::new("tests.json", visible_json::pretty(&results::tests(populations))?)));
    let frame = populations.frame();
    for stratum in Stratum::ALL {
        let ids = frame.iter().filter(|(of, _)| *of == stratum).map(|(_, id)| format!("{}\n", one_word(id)));
        files.push((STRATA, Artifact::new(&format!("{}.ids", stratum.as_str()), ids.collect::<String>())));
    }
    Ok(files)
}

/// An id is one line without a space, whatever a repository is called.
fn one_word(id: &str) -> String {
    foreign::plain(id).replace(' ', "%20")
}

fn rows(table: &Table) -> Result<Vec<u8>, RenderError> {
    csv::table(table.columns, table.rows.clone())
}

/// `shown`, `not complete`, `not shown`.
pub fn completeness_word(complete: Truth) -> &'static str {
    match complete {
        Truth::True => "shown",
        Truth::False => "not complete",
        Truth::Unknown => "not shown",
    }
}

fn completeness<'a>(populations: &Populations, table: &'a Table, run: Run<'a>) -> Completeness<'a> {
    let About { query, filter, calendar, complete, gaps } = &table.about;
    Completeness {
        population: table.id,
        title: table.title,
        period: populations.period.to_string(),
        run: run.id,
        read_at: run.read_at,
        rows: table.rows.len(),
        complete: completeness_word(*complete),
        about: Shown { query, filter, calendar, gaps },
    }
}

fn calendar(populations: &Populations) -> Result<Vec<u8>, RenderError> {
    let mut lines = Vec::new();
    for table in &populations.tables {
        for covered in &table.about.calendar {
            let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
            lines.push(vec![
                table.id.to_owned(),
                covered.source.clone(),
                covered.days.to_string(),
                covered.of.to_string(),
                day(covered.from),
                day(covered.to),
                covered.gaps.join("; "),
                covered.horizon.clone(),
            ]);
        }
    }
    csv::table(&["population", "source", "days", "of", "from", "to", "gaps", "horizon"], lines)
}

/// A branch's account in numbers, without its commits.
#[derive(Serialize)]
struct Account<'a> {
    repository: &'a str,
    branch: &'a str,
    source: &'a str,
    first_parent_commits: usize,
    counts: Counts,
    merged_pull_requests: usize,
    independent_count: Option<u64>,
    residue: &'a [String],
    completeness: &'static str,
    not_read: &'a [String],
}

fn accounts(all: &[Reconciliation]) -> Vec<Account<'_>> {
    fn account(one: &Reconciliation) -> Account<'_> {
        let Reconciliation { repository, branch, source, entries, merged, counted, residue, complete, unread } = one;
        Account {
            repository,
            branch,
            source,
            first_parent_commits: entries.len(),
            counts: one.counts(),
            merged_pull_requests: *merged,
            independent_count: *counted,
            residue,
            completeness: completeness_word(*complete),
            not_read: unread,
        }
    }
    all.iter().map(account).collect()
}

fn reconciled(all: &[Reconciliation]) -> Result<Vec<u8>, RenderError> {
    use crate::analysis::reconcile::Origin;
    let mut lines = Vec::new();
    for account in all {
        for entry in &account.entries {
            let (origin, detail) = match &entry.origin {
                Origin::PullRequest { number } => ("pull_request", format!("{}#{number}", account.repository)),
                Origin::Direct { actor, at, forced } => {
                    let kind = if *forced { "force_push" } else { "direct_push" };
                    (kind, format!("{} at {at}", actor.as_deref().unwrap_or("an account that is gone")))
                }
                Origin::Claimed { number } => ("claimed", format!("{}#{number}", account.repository)),
                Origin::Residue { why } => ("residue", why.clone()),
            };
            let away = if entry.forced_away { "yes" } else { "no" };
            lines.push(
                [
                    &account.repository,
                    &account.branch,
                    account.source,
                    &entry.sha,
                    &entry.committed_at,
                    origin,
                    &detail,
                    away,
                    &entry.headline,
                ]
                .map(str::to_owned)
                .to_vec(),
            );
        }
    }
    csv::table(
        &["repository", "branch", "source", "sha", "committed_at", "origin", "detail", "forced_away", "headline"],
        lines,
    )
}

/// `clones.json`: what clones and the forge say of the same branches.
///
/// # Errors
/// As for [`write`].
pub fn clones(compared: &[Compared]) -> Result<Artifact, RenderError> {
    Ok(Artifact::new("clones.json", visible_json::pretty(&compared)?))
}

/// `metrics.csv`: each figure with its formula, base and limits.
///
/// # Errors
/// As for [`write`].
pub fn metrics(metrics: &[Metric], texts: &[MetricText]) -> Result<Artifact, RenderError> {
    let row = |metric: &Metric| {
        let text = texts.iter().find(|text| text.id == metric.id);
        let of = |pick: fn(&MetricText) -> &String| text.map(|text| pick(text).clone()).unwrap_or_default();
        vec![
            metric.id.to_owned(),
            of(|text| &text.title),
            figure(metric),
            of(|text| &text.unit),
            metric.base.clone(),
            of(|text| &text.formula),
            of(|text| &text.limits),
        ]
    };
    let columns = ["id", "title", "value", "unit", "base", "formula", "limits"];
    Ok(Artifact::new("metrics.csv", csv::table(&columns, metrics.iter().map(row).collect())?))
}

/// `gates.csv`: how each gate was passed, with the paths that lead through it and the humans they count.
///
/// # Errors
/// As for [`write`].
pub fn gates(operations: &[Operation]) -> Result<Artifact, RenderError> {
    let row = |one: &Operation| {
        let Told { gate, passed, untold, hurried, silent, most, humans } = Told::of(one);
        let paths = one.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        vec![gate, passed, untold.to_string(), hurried, silent, most, humans, paths]
    };
    let columns = [
        "gate",
        "passed",
        "not_determinable",
        "faster_than_reading",
        "without_words",
        "most_by",
        "humans_of_paths",
        "paths",
    ];
    Ok(Artifact::new("gates.csv", csv::table(&columns, operations.iter().map(row).collect())?))
}

/// A gate's operation in words; numbers carry their base.
#[derive(Serialize)]
struct Told {
    gate: String,
    passed: String,
    untold: usize,
    hurried: String,
    silent: String,
    most: String,
    humans: String,
}

impl Told {
    fn of(Operation { used, paths: _, humans }: &Operation) -> Told {
        let of_passed = |count: Option<usize>| match count {
            Some(count) => format!("{count} of {}", used.passed),
            None => "not determinable".to_owned(),
        };
        Told {
            gate: used.gate.clone(),
            passed: format!("{} of {}", used.passed, used.of),
            untold: used.untold,
            hurried: of_passed(used.hurried),
            silent: of_passed(used.silent),
            most: used.most.as_ref().map_or_else(String::new, |(who, count)| format!("{who} {count}")),
            humans: humans.map_or_else(|| "no path".to_owned(), |humans| humans.to_string()),
        }
    }
}

/// A figure of one run.
pub struct TrendRow {
    pub run: String,
    pub read_at: String,
    pub metric: Metric,
}

/// `trend.csv`: the figures of several runs, oldest run first.
///
/// # Errors
/// As for [`write`].
pub fn trend(rows: &[TrendRow]) -> Result<Artifact, RenderError> {
    let cells = |row: &TrendRow| {
        let TrendRow { run, read_at, metric } = row;
        vec![run.clone(), read_at.clone(), metric.id.to_owned(), figure(metric), metric.base.clone()]
    };
    let table = csv::table(&["run", "read_at", "metric", "value", "base"], rows.iter().map(cells).collect())?;
    Ok(Artifact::new("trend.csv", table))
}

fn figure(metric: &Metric) -> String {
    metric.value.map_or_else(|| "not determinable".to_owned(), |value| format!("{value:.3}"))
}
