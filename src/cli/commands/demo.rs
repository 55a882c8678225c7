//! `ambit demo`: the real pipeline on a recorded organisation that is built into the binary.

use include_dir::{Dir, DirEntry, include_dir};

use crate::{
    cli::{Exit, Failure, args::Demo, commands::report, printer::Printer},
    evidence::Store,
    report::Severity,
};

static RECORDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/samples/acme-before/store");

pub async fn run(args: &Demo, printer: &Printer) -> Result<Exit, Failure> {
    printer.say("acme: a recorded organisation that is built in; no network is used");
    let store = Store::from_files("the built-in sample", files(&RECORDED)).await.map_err(Failure::new)?;
    let run = store.newest_complete().await.map_err(Failure::new)?;
    let log = store.load(&run).await.map_err(Failure::new)?;
    let config = report::stored_config(&store, &log).await?;
    let assessment = report::judge(&log, &config, Severity::High)?;
    report::write(&assessment, &args.out, &args.report, printer)?;
    Ok(Exit::Clean)
}

fn files(dir: &Dir<'static>) -> Vec<(String, &'static [u8])> {
    let mut found = Vec::new();
    let mut open = vec![dir.clone()];
    while let Some(dir) = open.pop() {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => open.push(dir.clone()),
                DirEntry::File(file) => found.push((file.path().to_string_lossy().replace('\\', "/"), file.contents())),
            }
        }
    }
    found.sort();
    found
}
