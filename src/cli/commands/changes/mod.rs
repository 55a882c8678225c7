//! `ambit changes`: the complete lists behind an examination of changes, their seal, and a sample of them.

mod clone;
mod sample;
mod seal;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::report::{chosen, stored_config};
use crate::{
    analysis::{
        changes::{attributes::Judges, incidents, persons::Persons},
        metrics::{self, Metric},
        period::Period,
        population::{
            self, Inputs, Populations,
            gates::{self, GateUse},
        },
        tiers::Tiers,
    },
    assess::{self, operation},
    base::digest::Digest,
    cli::{Exit, Failure, args::RunChoice, environment, printer::Printer},
    controls::{
        agents::Signatures,
        catalogue::{Catalogue, Overlay},
        config::Config,
    },
    evidence::{RunLog, Store},
    facts,
    model::{id::RunId, observed::Observed},
    render::changes::{self as rendered, page, text},
    report::{Branding, Severity},
};

/// List every change of a period, show that the list is complete, and test all of it
///
/// Reads a run that `ambit collect` recorded with `[soc2] from` and `to` in ambit.toml, and asks nobody anything. Writes the
/// populations as CSV, each with its exact query, its completeness and the days that its sources cover; the account of every
/// production branch; and the attributes A to J of every merged change. Then `ambit changes seal` and `ambit changes sample`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Changes {
    #[command(subcommand)]
    step: Option<Step>,
    /// The first day of the period. Default: `[soc2] from`
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The last day of the period. Default: `[soc2] to`
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
    #[command(flatten)]
    run: RunChoice,
    /// Incidents, CSV: id, title, started_at, detected_at, resolved_at, agent, change
    #[arg(long, value_name = "FILE")]
    incidents: Option<PathBuf>,
    /// Access reviews, CSV: id, scope, reviewed_at, reviewer, outcome
    #[arg(long, value_name = "FILE")]
    reviews: Option<PathBuf>,
    /// A clone to hold against what GitHub answered, commit by commit: clones.json
    #[arg(long = "clone", value_name = "OWNER/NAME=DIR", value_parser = clone::named)]
    clones: Vec<(String, PathBuf)>,
    /// Also the figures of every complete run of the store: trend.csv
    #[arg(long)]
    trend: bool,
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "ambit-changes")]
    out: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Step {
    Clone(clone::Account),
    Seal(seal::Seal),
    Sample(sample::Sample),
}

pub async fn run(args: &Changes, printer: &Printer) -> Result<Exit, Failure> {
    match &args.step {
        Some(Step::Clone(args)) => clone::run(args, printer),
        Some(Step::Seal(args)) => seal::run(args, printer),
        Some(Step::Sample(args)) => sample::run(args, printer),
        None => draw(args, printer).await,
    }
}

async fn draw(args: &Changes, printer: &Printer) -> Result<Exit, Failure> {
    seal::refuse_sealed(&args.out)?;
    let (log, config) = chosen(&args.run).await?;
    let period = period(args, &config)?;
    let lists = Lists {
        incidents: match &args.incidents {
            Some(path) => handed_in(path, incidents::Incidents::parse)?,
            None => Observed::not_collected("no list was handed in with --incidents"),
        },
        reviews: match &args.reviews {
            Some(path) => handed_in(path, incidents::access_reviews)?,
            None => Observed::not_collected("no list was handed in with --reviews"),
        },
    };
    let texts = Catalogue::load(&Overlay::default()).map_err(Failure::new)?.metrics;
    let drawn = of_run(&log, &config, period, &lists)?;
    let run = rendered::Run { id: drawn.run.as_str(), read_at: &drawn.read_at };
    let mut files = rendered::write(&drawn.populations, run).map_err(Failure::new)?;
    files.push(("", rendered::metrics(&drawn.metrics, &texts).map_err(Failure::new)?));
    let assessment = assess::of_run(&log, &config, Branding::default(), Severity::High).map_err(Failure::new)?;
    let operations = operation::beside(drawn.gates, &assessment.paths);
    files.push(("", rendered::gates(&operations).map_err(Failure::new)?));
    let compared = clone::beside(&args.clones, &drawn.populations)?;
    if !compared.is_empty() {
        files.push(("", rendered::clones(&compared).map_err(Failure::new)?));
    }
    if args.trend {
        let rows = trend(args, period, &lists).await?;
        files.push(("", rendered::trend(&rows).map_err(Failure::new)?));
    }
    files.push(("", page::write(&drawn.populations, run, &operations, &drawn.metrics, &texts).map_err(Failure::new)?));
    for (folder, file) in files {
        environment::write_file(&args.out.join(folder), &file.file_name, &file.bytes)?;
    }
    let text = text::write(&drawn.populations, printer.width) + &clone::told(&compared);
    printer.result(&text).map_err(Failure::new)?;
    printer.say(&format!("\nwrote {}; next: ambit changes seal {0}", args.out.display()));
    Ok(Exit::Clean)
}

/// What people hand in.
struct Lists {
    incidents: Observed<incidents::Incidents>,
    reviews: Observed<Vec<incidents::AccessReview>>,
}

/// What one run gives.
struct OfRun {
    run: RunId,
    read_at: String,
    populations: Populations,
    metrics: Vec<Metric>,
    gates: Vec<GateUse>,
}

fn of_run(log: &RunLog, config: &Config, period: Period, lists: &Lists) -> Result<OfRun, Failure> {
    let world = facts::world(log);
    let signatures = Signatures::built_in().map_err(Failure::new)?;
    let (persons, tiers) = (Persons::of(config), Tiers::new(config, &world.accounts));
    let inputs = Inputs {
        world: &world,
        config,
        judges: Judges { signatures: &signatures, persons: &persons },
        tiers: &tiers,
        period,
        incidents: &lists.incidents,
        reviews: &lists.reviews,
    };
    let populations = population::all(&inputs);
    let gates = gates::uses(&inputs, &populations);
    let deployments = populations.tables.iter().find(|table| table.id == "P02");
    let metrics = metrics::all(&metrics::Inputs {
        period,
        changes: &populations.changes,
        deployments: deployments.filter(|table| table.about.gaps.is_empty()).map(|table| table.rows.len()),
        incidents: &lists.incidents,
    });
    Ok(OfRun { run: world.run.id, read_at: world.run.started, populations, metrics, gates })
}

/// The figures of every complete run of the store, oldest first, over the same period.
async fn trend(args: &Changes, period: Period, lists: &Lists) -> Result<Vec<rendered::TrendRow>, Failure> {
    let store = Store::open(&args.run.store).await.map_err(Failure::new)?;
    let mut rows = Vec::new();
    for run in store.runs().await.map_err(Failure::new)? {
        let log = store.load(&run).await.map_err(Failure::new)?;
        if !log.end().is_some_and(|end| end.complete) {
            continue;
        }
        let config = stored_config(&store, &log).await?;
        let drawn = of_run(&log, &config, period, lists)?;
        rows.extend(drawn.metrics.into_iter().map(|metric| rendered::TrendRow {
            run: drawn.run.as_str().to_owned(),
            read_at: drawn.read_at.clone(),
            metric,
        }));
    }
    Ok(rows)
}

fn period(args: &Changes, config: &Config) -> Result<Period, Failure> {
    let soc2 = config.soc2.as_ref();
    let day = |given: &Option<String>, stated: Option<&String>, flag: &str| {
        given.clone().or_else(|| stated.cloned()).ok_or_else(|| {
            Failure::new(format!("no period\nhint: give {flag}, or state `[soc2] from` and `to` in ambit.toml"))
        })
    };
    let from = day(&args.from, soc2.and_then(|soc2| soc2.from.as_ref()), "--from")?;
    let to = day(&args.to, soc2.and_then(|soc2| soc2.to.as_ref()), "--to")?;
    Period::parse(&from, &to).map_err(Failure::new)
}

/// A list that an owner hands in; its digest stands for it as evidence.
fn handed_in<T>(
    path: &Path,
    parse: impl Fn(&str, &[u8]) -> Result<T, incidents::ListError>,
) -> Result<Observed<T>, Failure> {
    let bytes = environment::read_file(path)?;
    let read = parse(&path.display().to_string(), &bytes).map_err(Failure::new)?;
    Ok(Observed::known(read, vec![format!("file-{}", Digest::of(&bytes).short(12)).as_str().into()]))
}
