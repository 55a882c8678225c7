//! `changes.html`: the populations, the accounts of the branches, the tests and the figures on one page.

use serde::Serialize;
use tera::{Context, Tera};

use super::{Run, Told, completeness_word, figure, text::SAMPLE};
use crate::{
    analysis::{
        metrics::Metric,
        population::{About, Populations, Table, results},
        reconcile::Reconciliation,
    },
    assess::operation::Operation,
    base::foreign,
    controls::metrics::MetricText,
    model::truth::Truth,
    render::artifact::{Artifact, RenderError},
};

const TEMPLATE: &str = include_str!("../../../templates/changes.html");

/// Pixels of a whole bar.
const BAR: f64 = 240.0;

#[derive(Serialize)]
struct Page<'a> {
    period: String,
    run: &'a str,
    read_at: &'a str,
    changes: usize,
    tables: Vec<TableLine>,
    accounts: Vec<AccountLine>,
    tests: Vec<TestLine>,
    gates: Vec<Told>,
    metrics: Vec<MetricLine>,
}

#[derive(Serialize)]
struct TableLine {
    id: &'static str,
    title: &'static str,
    rows: usize,
    complete: &'static str,
    gaps: Vec<String>,
}

#[derive(Serialize)]
struct AccountLine {
    branch: String,
    by_pull_request: usize,
    direct: usize,
    residue: usize,
    forced_away: usize,
    complete: &'static str,
    open: Vec<String>,
}

/// One test as a bar of three parts.
#[derive(Serialize)]
struct TestLine {
    letter: String,
    title: String,
    sentence: String,
    met: f64,
    not_met: f64,
    untold: f64,
}

#[derive(Serialize)]
struct MetricLine {
    title: String,
    value: String,
    unit: String,
    base: String,
    formula: String,
    limits: String,
    /// A share as a bar; none for other units.
    bar: Option<f64>,
}

/// # Errors
/// A template that does not render: our own defect.
pub fn write(
    populations: &Populations,
    run: Run<'_>,
    operations: &[Operation],
    metrics: &[Metric],
    texts: &[MetricText],
) -> Result<Artifact, RenderError> {
    let page = Page {
        period: populations.period.to_string(),
        run: run.id,
        read_at: run.read_at,
        changes: populations.changes.len(),
        tables: populations.tables.iter().map(table).collect(),
        accounts: populations.accounts.iter().map(account).collect(),
        tests: results::tests(populations).iter().map(test).collect(),
        gates: operations.iter().map(gate).collect(),
        metrics: metrics.iter().map(|one| metric(one, texts)).collect(),
    };
    let mut tera = Tera::default();
    tera.add_raw_template("changes.html", TEMPLATE)?;
    let html = tera.render("changes.html", &Context::from_serialize(&page)?)?;
    Ok(Artifact::new("changes.html", html))
}

fn table(table: &Table) -> TableLine {
    let About { complete, gaps, .. } = &table.about;
    // Days that no source covers are no gap of their own, but they are a reason.
    let days = table.about.why().filter(|_| gaps.is_empty() && *complete != Truth::True);
    TableLine {
        id: table.id,
        title: table.title,
        rows: table.rows.len(),
        complete: completeness_word(*complete),
        gaps: gaps.iter().chain(&days).map(|gap| foreign::plain(gap)).collect(),
    }
}

fn account(account: &Reconciliation) -> AccountLine {
    let counts = account.counts();
    AccountLine {
        branch: foreign::plain(&format!("{}@{}", account.repository, account.branch)),
        by_pull_request: counts.by_pull_request,
        direct: counts.direct,
        residue: counts.residue + counts.claimed,
        forced_away: counts.forced_away,
        complete: completeness_word(account.complete),
        open: account.residue.iter().chain(&account.unread).map(|row| foreign::plain(row)).collect(),
    }
}

fn gate(operation: &Operation) -> Told {
    let told = Told::of(operation);
    Told { gate: foreign::plain(&told.gate), most: foreign::plain(&told.most), ..told }
}

fn test(test: &results::Test) -> TestLine {
    let all = test.tested.max(1) as f64;
    let part = |count: usize| BAR * count as f64 / all;
    TestLine {
        letter: format!("{:?}", test.attribute),
        title: test.title.clone(),
        sentence: test.sentence(SAMPLE),
        met: BAR * test.met as f64 / all,
        not_met: part(test.not_met.len()),
        untold: part(test.not_determinable.len()),
    }
}

fn metric(metric: &Metric, texts: &[MetricText]) -> MetricLine {
    let text = texts.iter().find(|text| text.id == metric.id);
    let of = |pick: fn(&MetricText) -> &String| text.map(|text| pick(text).clone()).unwrap_or_default();
    let unit = of(|text| &text.unit);
    let bar = metric.value.filter(|_| unit == "share").map(|share| BAR * share.clamp(0.0, 1.0));
    MetricLine {
        title: of(|text| &text.title),
        value: figure(metric),
        base: metric.base.clone(),
        formula: of(|text| &text.formula),
        limits: of(|text| &text.limits),
        unit,
        bar,
    }
}
