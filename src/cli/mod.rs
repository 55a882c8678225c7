//! Floor 9: the command line, settings from the environment, printing and exit codes.

mod args;
mod commands;
mod environment;
mod layout;
mod printer;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use printer::{Loudness, Printer};

/// Exit codes, as `docs/exit-codes.md` promises them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Clean,
    Failure,
    /// A fail at or above `--fail-on`.
    Fails,
    /// An unknown or broken at or above it.
    Unknowns,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Exit::Clean => 0,
            Exit::Failure => 1,
            Exit::Fails => 3,
            Exit::Unknowns => 4,
        }
    }
}

/// Why a command could not do its work. The text is for a person and ends in a `hint:` where one can do something.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    pub fn new(text: impl std::fmt::Display) -> Failure {
        Failure(text.to_string())
    }
}

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and complaints to stderr, and a reader who left is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let loudness = match (cli.talk.quiet, cli.talk.verbose) {
        (true, _) => Loudness::Quiet,
        (_, true) => Loudness::Verbose,
        _ => Loudness::Normal,
    };
    let printer = Printer::new(loudness);
    match run(&cli.command, &printer) {
        Ok(exit) => ExitCode::from(exit.code()),
        Err(failure) => {
            printer.progress_done();
            printer.error(&failure.to_string());
            ExitCode::from(Exit::Failure.code())
        }
    }
}

fn run(command: &Command, printer: &Printer) -> Result<Exit, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(Failure::new)?;
    runtime.block_on(async {
        match command {
            Command::Demo(args) => commands::demo::run(args, printer).await,
            Command::Init(args) => commands::init::run(args, printer).await,
            Command::Doctor(args) => commands::doctor::run(args, printer).await,
            Command::Agents(args) => commands::agents::run(args, printer),
            Command::Assess(args) => commands::assess::run(args, printer).await,
            Command::Collect(args) => commands::collect::run(args, printer).await,
            Command::Merge(args) => commands::merge::run(args, printer).await,
            Command::Report(args) => commands::report::run(args, printer).await,
            Command::Changes(args) => commands::changes::run(args, printer).await,
            #[cfg(feature = "hook")]
            Command::Hook(args) => commands::hook::run(args, printer),
            Command::Explain(args) => commands::explain::run(args, printer).await,
            Command::Iam(args) => commands::iam::run(args, printer),
            Command::Controls(args) => commands::controls::run(args, printer),
            Command::Completions(args) => commands::completions::run(args, printer),
            Command::Man(args) => commands::man::run(args, printer),
        }
    })
}
