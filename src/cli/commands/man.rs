//! `ambit man`: manual pages, made from the commands themselves.

use clap::{Command, CommandFactory};

use crate::cli::{
    Exit, Failure,
    args::{Cli, Man},
    environment,
    printer::Printer,
};

pub fn run(args: &Man, printer: &Printer) -> Result<Exit, Failure> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let pages = pages(&command)?;
    match &args.out {
        Some(folder) => {
            for (name, page) in &pages {
                environment::write_file(folder, name, page)?;
            }
            printer.say(&format!("wrote {} pages into {}", pages.len(), folder.display()));
        }
        None => {
            let own = pages.iter().find(|(name, _)| name == "ambit.1");
            let own = own.map(|(_, page)| String::from_utf8_lossy(page)).unwrap_or_default();
            printer.result(&own).map_err(Failure::new)?;
        }
    }
    Ok(Exit::Clean)
}

/// The page of a command and of all below it: `ambit.1`, `ambit-report.1`, `ambit-iam-why.1`.
fn pages(command: &Command) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut pages = Vec::new();
    let mut open = vec![command.clone()];
    while let Some(command) = open.pop() {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone()).title(name.clone()).render(&mut page).map_err(Failure::new)?;
        pages.push((format!("{name}.1"), page));
        open.extend(command.get_subcommands().filter(|one| !one.is_hide_set()).cloned());
    }
    pages.sort();
    Ok(pages)
}
