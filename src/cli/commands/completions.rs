//! `ambit completions`: what a shell needs to complete Ambit's commands, made from the commands themselves.

use clap::CommandFactory;

use crate::cli::{
    Exit, Failure,
    args::{Cli, Completions},
    printer::Printer,
};

pub fn run(args: &Completions, printer: &Printer) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ambit", &mut script);
    printer.result(&String::from_utf8_lossy(&script)).map_err(Failure::new)?;
    Ok(Exit::Clean)
}
