//! `ambit merge`: the runs of several identities as one.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use crate::{
    base::clock::SystemClock,
    cli::{Exit, Failure, args::Merge, commands::collect, printer::Printer},
    evidence::{End, Header, Store, StoredFile},
    facts,
    model::id::RunId,
};

pub async fn run(args: &Merge, printer: &Printer) -> Result<Exit, Failure> {
    let store = Store::create(&args.store).await.map_err(Failure::new)?;
    let mut parts = BTreeMap::new();
    for source in &args.sources {
        for (run, header) in take(&store, source).await? {
            parts.insert(run, header);
        }
    }
    if parts.len() < 2 {
        return Err(Failure::new(
            "there is one run alone\nhint: name two stores, or the folders of two runs, STORE/runs/ID",
        ));
    }
    let header = joined(args, &store, &parts).await?;
    let mut open = Vec::new();
    for run in parts.keys() {
        let end = store.end(run).await.map_err(Failure::new)?;
        open.extend((!end.is_some_and(|end| end.complete)).then(|| run.to_string()));
    }
    let why = (!open.is_empty()).then(|| format!("{} was cut short", open.join(" and ")));
    let end = End { at: header.started, complete: open.is_empty(), why };
    let writer = store.start(header).await.map_err(Failure::new)?;
    writer.end(end).await.map_err(Failure::new)?;
    say(&store, writer.id(), args, printer).await?;
    Ok(Exit::Clean)
}

/// Copies a source's run; of one that is joined itself, its parts.
async fn take(store: &Store, source: &Path) -> Result<Vec<(RunId, Header)>, Failure> {
    let (folder, named) = store_and_run(source);
    let other = Store::open(&folder).await.map_err(Failure::new)?;
    let run = match named {
        Some(run) => run,
        None => other.newest_complete().await.map_err(Failure::new)?,
    };
    let header = other.header(&run).await.map_err(Failure::new)?;
    let runs = if header.parts.is_empty() { vec![run] } else { header.parts };
    let mut taken = Vec::new();
    for run in runs {
        store.take(&other, &run).await.map_err(Failure::new)?;
        taken.push((run.clone(), store.header(&run).await.map_err(Failure::new)?));
    }
    Ok(taken)
}

/// `STORE`, or `STORE/runs/ID`.
fn store_and_run(source: &Path) -> (PathBuf, Option<RunId>) {
    let run = source.file_name().and_then(|name| name.to_str());
    let runs = source.parent().filter(|parent| parent.ends_with("runs"));
    match (run, runs.and_then(Path::parent)) {
        (Some(run), Some(store)) => (store.to_owned(), Some(RunId::new(run))),
        _ => (source.to_owned(), None),
    }
}

/// The header of the run that joins `parts`.
async fn joined(args: &Merge, store: &Store, parts: &BTreeMap<RunId, Header>) -> Result<Header, Failure> {
    let of = |field: fn(&Header) -> &Vec<String>| -> Vec<String> {
        let all: BTreeSet<&String> = parts.values().flat_map(field).collect();
        all.into_iter().cloned().collect()
    };
    let clock = SystemClock::shared();
    let mut header = Header::new(clock.now(), env!("CARGO_PKG_VERSION"));
    header.organisations = of(|header| &header.organisations);
    header.repositories = of(|header| &header.repositories);
    if header.organisations.len() > 1 {
        let named = header.organisations.join(" and ");
        return Err(Failure::new(format!(
            "the runs are of different organisations, {named}\nhint: report each by itself"
        )));
    }
    header.github = parts.values().flat_map(|part| part.github.clone()).collect();
    header.aws = parts.values().flat_map(|part| part.aws.clone()).collect();
    header.config = match &args.config {
        Some(path) => {
            let configured = collect::config(Some(path))?;
            let digest = store.put(configured.bytes.unwrap_or_default().into()).await.map_err(Failure::new)?;
            Some(StoredFile { path: configured.config.file, digest })
        }
        None => one_config(parts)?,
    };
    header.parts = parts.keys().cloned().collect();
    Ok(header.with_id())
}

/// The configuration that the runs were collected with, where that is one.
fn one_config(parts: &BTreeMap<RunId, Header>) -> Result<Option<StoredFile>, Failure> {
    let mut files = parts.values().filter_map(|part| part.config.as_ref());
    let first = files.next();
    match files.find(|file| first.is_some_and(|first| first.digest != file.digest)) {
        Some(_) => Err(Failure::new(
            "the runs were collected with different configurations\nhint: name the one that counts with --config",
        )),
        None => Ok(first.cloned()),
    }
}

/// Which identities were joined, and how often they were told different things.
async fn say(store: &Store, run: &RunId, args: &Merge, printer: &Printer) -> Result<(), Failure> {
    let log = store.load(run).await.map_err(Failure::new)?;
    for part in log.parts() {
        let header = part.header();
        let github = header.github.iter().map(|source| source.identity.clone());
        let aws = header.aws.iter().map(|source| format!("{}, {}", source.scope, source.identity));
        let who: Vec<String> = github.chain(aws).collect();
        printer.say(&format!("joined {}: {}, {} records", header.id, who.join("; "), part.records().len()));
    }
    let world = facts::world(&log);
    let disagreements = world.coverage.failed.iter().filter(|row| facts::join::told_differently(row)).count();
    if disagreements > 0 {
        printer.say(&format!(
            "told differently in {disagreements} places, which are not known now; the report names both records"
        ));
    }
    let store = args.store.display();
    printer.say(&format!("recorded run {run} in {store}; next: ambit report --store {store}"));
    Ok(())
}
