//! `ambit controls lint`: whether the data that judging is made with agrees with itself and with the checks.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::{
    checks,
    cli::{Exit, Failure, environment, printer::Printer},
    controls::{self, KnownCheck, catalogue::Overlay},
};

/// The data that judging is made with: objectives, frameworks, questions, remedies
#[derive(Debug, Args)]
pub struct Controls {
    #[command(subcommand)]
    command: ControlsCommand,
}

#[derive(Debug, Subcommand)]
enum ControlsCommand {
    /// Find references that lead nowhere, ids that stand twice, and files that do not parse
    ///
    /// Exits with 1 when there is a problem; each stands on a line of its own.
    Lint(Lint),
}

#[derive(Debug, Args)]
struct Lint {
    /// Files of your own over the built-in ones: `frameworks/own.yaml` adds one, `objectives.yaml` replaces one
    #[arg(long, value_name = "DIR")]
    overlay: Option<PathBuf>,
}

pub fn run(args: &Controls, printer: &Printer) -> Result<Exit, Failure> {
    let ControlsCommand::Lint(args) = &args.command;
    let overlay = args.overlay.as_deref().map(overlay).transpose()?.unwrap_or_default();
    let all = checks::all();
    let known: Vec<KnownCheck<'_>> =
        all.iter().map(|check| KnownCheck { id: check.id, objective: check.objective }).collect();
    let problems = controls::lint(&overlay, &known);
    if problems.is_empty() {
        let over = match overlay.files.len() {
            0 => String::new(),
            files => format!(", {} laid over it", crate::render::words::count(files, "file")),
        };
        printer.say(&format!("the data agrees with itself and with {} checks{over}", all.len()));
        return Ok(Exit::Clean);
    }
    let text: String =
        problems.iter().map(|problem| format!("{}\n", crate::base::foreign::plain(&problem.to_string()))).collect();
    printer.result(&text).map_err(Failure::new)?;
    Err(Failure::new(format!(
        "{} in the data\nhint: each line above names the file and what in it leads nowhere",
        crate::render::words::count(problems.len(), "problem")
    )))
}

/// A folder laid over the built-in data. A file where Ambit reads none would be passed over in silence, so it is refused.
fn overlay(folder: &Path) -> Result<Overlay, Failure> {
    const SINGLE: [&str; 3] = ["objectives.yaml", "populations.yaml", "phases.yaml"];
    const FOLDERS: [&str; 4] = ["frameworks", "questions", "profiles", "remedies"];
    let files: std::collections::BTreeMap<String, String> = environment::text_files(folder)?.into_iter().collect();
    let read = |path: &str| {
        let inside = path.split_once('/').filter(|(_, name)| !name.contains('/') && name.ends_with(".yaml"));
        SINGLE.contains(&path) || inside.is_some_and(|(folder, _)| FOLDERS.contains(&folder))
    };
    match files.keys().find(|path| !read(path)) {
        Some(path) => Err(Failure::new(format!(
            "`{}` is no file that an overlay can lay over\nhint: {}, or a .yaml file in {}",
            folder.join(path).display(),
            SINGLE.join(", "),
            FOLDERS.join(", ")
        ))),
        None => Ok(Overlay { files }),
    }
}
