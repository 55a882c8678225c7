//! `ambit init`: an `ambit.toml` to start from, with what a recorded run shows proposed in it.

mod draft;

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{Exit, Failure, args::RunChoice, commands::report, environment, printer::Printer},
    controls::config::Config,
    model::tier::Tier,
    report::Severity,
};

use draft::{Draft, Unmapped};

/// Write an `ambit.toml` to start from
///
/// Asks on a terminal; with `--yes` it takes every proposal. With `--store` it looks at a recorded run and proposes the tiers
/// and agents that it sees there. What it writes is yours: everything in it stands in the report as your assertion.
#[derive(Debug, Args)]
pub struct Init {
    /// Where to write
    #[arg(value_name = "FILE", default_value = "ambit.toml")]
    file: PathBuf,
    /// Ask nothing and take every proposal
    #[arg(long, short)]
    yes: bool,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    /// Propose what a recorded run shows
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// The run; default: the newest complete one
    #[arg(long, value_name = "ID", requires = "store")]
    run: Option<String>,
}

pub async fn run(args: &Init, printer: &Printer) -> Result<Exit, Failure> {
    if args.file.exists() && !args.force {
        return Err(Failure::new(format!(
            "`{}` is there already\nhint: name another file, or write over it with --force",
            args.file.display()
        )));
    }
    if !args.yes && !environment::can_ask() {
        return Err(Failure::new(
            "there is no terminal to ask on\nhint: --yes takes every proposal; edit the file afterwards",
        ));
    }
    let mut draft = proposal(args).await?;
    if !args.yes {
        ask(&mut draft)?;
    }
    let text = draft.text();
    let file = args.file.display().to_string();
    Config::parse(&file, text.as_bytes()).map_err(Failure::new)?;
    environment::write_path(&args.file, text.as_bytes())?;
    printer.say(&format!("wrote {file}: {}", draft.summary()));
    if environment::inside_a_repository() {
        printer.say(&format!(
            "this folder is a git repository, where `ambit.toml` counts only when it is given: --config {file}"
        ));
    }
    printer.say(&format!("next: read it through, then ambit assess --org LOGIN --config {file}"));
    Ok(Exit::Clean)
}

/// What the run shows; without one, an empty draft.
async fn proposal(args: &Init) -> Result<Draft, Failure> {
    let Some(store) = &args.store else { return Ok(Draft::default()) };
    let choice = RunChoice { store: store.clone(), run: args.run.clone() };
    let (log, config) = report::chosen(&choice).await?;
    let assessment = report::judge(&log, &config, Severity::High)?;
    Ok(Draft::of(&assessment))
}

/// Puts to a person what nothing maps, who owns each agent, and for whom the report is.
fn ask(draft: &mut Draft) -> Result<(), Failure> {
    draft.organisation = some(environment::ask(
        "The organisation, as reports should call it",
        draft.organisation.as_deref().unwrap_or_default(),
    )?);
    for Unmapped { kind, subject, tier } in &mut draft.unmapped {
        *tier = tier_of(kind, subject)?;
    }
    for agent in &mut draft.agents {
        let owner = environment::ask(
            &format!("Who answers for the agent {}? Empty: nobody yet", agent.name),
            agent.owner.as_deref().unwrap_or_default(),
        )?;
        agent.owner = some(owner);
    }
    Ok(())
}

/// Asks until the answer is a tier; empty leaves the thing unmapped, which is judged as production.
fn tier_of(kind: &str, subject: &str) -> Result<Option<Tier>, Failure> {
    let words = Tier::ALL.map(Tier::as_str).join(", ");
    loop {
        let answer = environment::ask(
            &format!("The tier of {kind} {subject} ({words}). Empty: leave it, judged as production"),
            "",
        )?;
        let tier = Tier::ALL.into_iter().find(|tier| tier.as_str() == answer);
        if answer.is_empty() || tier.is_some() {
            return Ok(tier);
        }
    }
}

fn some(answer: String) -> Option<String> {
    (!answer.is_empty()).then_some(answer)
}
