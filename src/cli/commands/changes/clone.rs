//! `ambit changes clone`: a branch's account from git alone, and clones held against a run.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::{
    analysis::{
        period::Period,
        population::Populations,
        reconcile::clone::{ClonedBranch, Compared},
    },
    base::foreign,
    cli::{Exit, Failure, printer::Printer},
    collect::local::{Limits, LocalRepository},
    render::words::count,
};

/// Account for a branch from a clone alone, without a run
///
/// Walks the first-parent commits that end in the clone's HEAD. What a merge or squash commit's headline says of a pull request
/// is a claim; every other commit is unexplained. A clone keeps no pushes, so completeness is not shown.
#[derive(Debug, Args)]
pub struct Account {
    /// A clone, or a bare repository
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The first day of the period
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The last day of the period
    #[arg(long, value_name = "DATE")]
    to: String,
}

pub fn run(args: &Account, printer: &Printer) -> Result<Exit, Failure> {
    let period = Period::parse(&args.from, &args.to).map_err(Failure::new)?;
    let clone = read(&args.dir, None)?;
    let account = clone.alone(&period);
    let counts = account.counts();
    let mut text = format!(
        "{}@{}, {period}\n{}: {} claimed by pull requests, {} unexplained; completeness not shown\n",
        foreign::plain(&clone.repository),
        foreign::plain(&clone.branch),
        count(account.entries.len(), "first-parent commit"),
        counts.claimed,
        counts.residue,
    );
    for row in &account.unread {
        text.push_str(&format!("  not read: {}\n", foreign::plain(row)));
    }
    for entry in account.entries.iter().filter(|entry| entry.unexplained()) {
        text.push_str(&format!("  {} {}\n", entry.sha, foreign::plain(&entry.headline)));
    }
    printer.result(&text).map_err(Failure::new)?;
    Ok(Exit::Clean)
}

/// `OWNER/NAME=DIR`.
pub(super) fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, dir)) if name.split('/').count() == 2 && !dir.is_empty() => Ok((name.to_owned(), dir.into())),
        _ => Err("write it as OWNER/NAME=DIR".to_owned()),
    }
}

/// Every named clone beside the account of its branch.
///
/// # Errors
/// A folder that is no clone.
pub(super) fn beside(clones: &[(String, PathBuf)], populations: &Populations) -> Result<Vec<Compared>, Failure> {
    let compare =
        |(name, dir): &(String, PathBuf)| Ok(read(dir, Some(name))?.beside(&populations.accounts, &populations.period));
    clones.iter().map(compare).collect()
}

pub(super) fn told(compared: &[Compared]) -> String {
    let mut out = String::new();
    for one in compared {
        let result = match (one.unread.is_empty(), one.differences.len()) {
            (false, _) => format!("not compared in full: {}", one.unread.join("; ")),
            (true, 0) => "the same as GitHub answered".to_owned(),
            (true, _) => format!("{} from what GitHub answered", count(one.differences.len(), "difference")),
        };
        let commits = count(one.commits, "first-parent commit");
        let line = format!("Clone of {}@{}: {commits}, {result}", one.repository, one.branch);
        out.push_str(&format!("\n{}\n", foreign::plain(&line)));
        one.differences.iter().for_each(|row| out.push_str(&format!("  {row}\n")));
    }
    out
}

fn read(dir: &Path, name: Option<&str>) -> Result<ClonedBranch, Failure> {
    let local = LocalRepository::open(dir, Limits::default()).map_err(Failure::new)?;
    let history = local.history().map_err(Failure::new)?;
    let branch = local.head_reference().map_or("HEAD", |name| name.trim_start_matches("refs/heads/"));
    Ok(ClonedBranch::new(name.unwrap_or(local.name()), branch, &history))
}
