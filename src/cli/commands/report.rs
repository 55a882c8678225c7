//! `ambit report`: judge and render a recorded run, without network.

use std::path::Path;

use crate::{
    assess,
    cli::{
        Exit, Failure,
        args::{Out, Report, ReportOptions, RunChoice},
        environment,
        printer::Printer,
    },
    controls::config::Config,
    evidence::{RunLog, Store},
    model::id::RunId,
    render,
    report::{Assessment, Branding, Severity},
};

pub async fn run(args: &Report, printer: &Printer) -> Result<Exit, Failure> {
    let run = args.run.run.as_deref().map(RunId::from);
    of_store(&args.run.store, run.as_ref(), &args.out, args.fail_on.into(), printer).await
}

/// Reports a run of a store; the newest complete one where none is named.
pub async fn of_store(
    store: &Path,
    run: Option<&RunId>,
    out: &Out,
    fail_on: Severity,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let (log, config) = load(store, run).await?;
    let assessment = judge(&log, &config, fail_on)?;
    write(&assessment, &out.out, &out.report, printer)?;
    Ok(exit(&assessment))
}

/// The run that a command reads, with the configuration that it was collected under.
pub async fn chosen(choice: &RunChoice) -> Result<(RunLog, Config), Failure> {
    let run = choice.run.as_deref().map(RunId::from);
    load(&choice.store, run.as_ref()).await
}

async fn load(store: &Path, run: Option<&RunId>) -> Result<(RunLog, Config), Failure> {
    let store = Store::open(store).await.map_err(Failure::new)?;
    let run = match run {
        Some(run) => run.clone(),
        None => store.newest_complete().await.map_err(Failure::new)?,
    };
    let log = store.load(&run).await.map_err(Failure::new)?;
    let config = stored_config(&store, &log).await?;
    Ok((log, config))
}

/// The configuration as it stood when the run began.
pub async fn stored_config(store: &Store, log: &RunLog) -> Result<Config, Failure> {
    match &log.header().config {
        None => Ok(Config::default()),
        Some(file) => {
            let bytes = store.get(&file.digest).await.map_err(Failure::new)?;
            Config::parse(&file.path, &bytes).map_err(Failure::new)
        }
    }
}

pub fn judge(log: &RunLog, config: &Config, fail_on: Severity) -> Result<Assessment, Failure> {
    assess::of_run(log, config, branding(config)?, fail_on).map_err(Failure::new)
}

/// `[branding]` with its logo read from beside the working directory.
fn branding(config: &Config) -> Result<Branding, Failure> {
    let rules = &config.branding;
    let logo = match &rules.logo {
        Some(path) => Some(environment::data_url(Path::new(path))?),
        None => None,
    };
    Ok(Branding {
        organisation: rules.organisation.clone(),
        prepared_for: rules.prepared_for.clone(),
        prepared_by: rules.prepared_by.clone(),
        accent: rules.accent.clone(),
        logo,
        confidentiality: rules.confidentiality.clone(),
    })
}

/// Writes every format that was asked for, and the headline to the terminal.
pub fn write(assessment: &Assessment, out: &Path, options: &ReportOptions, printer: &Printer) -> Result<(), Failure> {
    let edition = render::Options { edition: options.edition.into() };
    let mut written = Vec::new();
    for format in &options.format {
        for artifact in render::render(*format, assessment, &edition).map_err(Failure::new)? {
            environment::write_file(out, &artifact.file_name, &artifact.bytes)?;
            written.push(out.join(&artifact.file_name).display().to_string());
        }
    }
    printer.result(&render::terminal::render(assessment, printer.width, printer.color)).map_err(Failure::new)?;
    printer.say(&format!("\nwrote {}", written.join(", ")));
    Ok(())
}

pub fn exit(assessment: &Assessment) -> Exit {
    match assessment.exit_reasons.iter().map(|reason| reason.code).find(|code| *code != 0) {
        Some(3) => Exit::Fails,
        Some(4) => Exit::Unknowns,
        Some(_) => Exit::Failure,
        None => Exit::Clean,
    }
}
