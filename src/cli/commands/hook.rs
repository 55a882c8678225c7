//! `ambit hook`: judges the change that is about to be committed, or one in CI.
//!
//! Everything that touches git, files and the clock is here and in `git`; the judgement itself is pure (`crate::hook`).

mod git;

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, ValueEnum};
use thiserror::Error;

use crate::{
    cli::{Exit, Failure, args::FailOn, printer::Printer},
    hook::{
        Judgement, Rules, RulesError, SETTINGS_FILE, Settings, SettingsError,
        change::{Change, Content, Entry, FileChange, Object, Scope},
        check,
        coverage::{Coverage, CoverageError},
        output,
    },
};

use git::{Git, GitError};

/// Largest coverage report that is read.
const REPORT_LIMIT: u64 = 256 << 20;
/// Largest settings or rule file that is read.
const FILE_LIMIT: u64 = 1 << 20;
/// Percent of changed executable lines that tests must run, where nothing else is said.
const MINIMUM_COVERAGE: u8 = 80;

/// Catch an agent's shortcuts in a change: stubs, swallowed errors, disabled tests, credentials
///
/// Looks at the lines a change adds and at nothing else. Exits with 3 when it finds something.
#[derive(Debug, Args)]
pub struct Hook {
    /// The staged change (the default)
    #[arg(long, group = "scope", help_heading = "What is looked at")]
    pub staged: bool,
    /// The change between two commits; with three dots, since HEAD left BASE
    #[arg(long, value_name = "BASE..HEAD", group = "scope", help_heading = "What is looked at")]
    pub diff: Option<String>,
    /// Every line of every tracked file
    #[arg(long, group = "scope", help_heading = "What is looked at")]
    pub all: bool,
    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = "What is looked at")]
    pub repository: PathBuf,

    /// lcov or Cobertura, from the test run of this change; may be given more than once
    #[arg(long, value_name = "FILE", help_heading = "What is asked")]
    pub coverage: Vec<PathBuf>,
    /// Percent of changed executable lines that tests must run; default: the repository's `[hook]`, else 80
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "What is asked")]
    pub minimum_coverage: Option<u8>,
    /// A folder with rules of your own; may be given more than once
    #[arg(long, value_name = "DIR", help_heading = "What is asked")]
    pub rules: Vec<PathBuf>,
    /// Take the `[hook]` table from this file instead of the base of the change
    #[arg(long, value_name = "FILE", help_heading = "What is asked")]
    pub config: Option<PathBuf>,

    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Exit with 3 on a finding at or above this severity
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    pub fail_on: FailOn,
}

/// For people, for programs, for code scanning.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Human,
    Json,
    Sarif,
}

/// Why the change could not be judged. The text ends in a `hint:` where a person can do something.
#[derive(Debug, Error)]
pub enum HookError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("`{file}`: {why}")]
    Coverage { file: String, why: CoverageError },
    #[error("cannot read `{path}`: {why}")]
    File { path: String, why: String },
    #[error("the report cannot be written: {0}")]
    Output(#[from] serde_json::Error),
}

/// Judges the change and prints what was found.
///
/// # Errors
/// When git, a file or a rule cannot be read. A change that could be read only in part is a finding, not an error.
pub fn run(args: &Hook, printer: &Printer) -> Result<Exit, Failure> {
    let (text, fails) = answer(args).map_err(Failure::new)?;
    printer.result(&text).map_err(Failure::new)?;
    Ok(if fails { Exit::Fails } else { Exit::Clean })
}

/// The report in the form asked for, and whether a finding is severe enough to fail.
fn answer(args: &Hook) -> Result<(String, bool), HookError> {
    let git = Git::open(&args.repository)?;
    let (base, entries, scope) = entries(args, &git)?;
    let change = Change { scope, files: files(&git, entries)? };
    let base_file = git.file(&base, SETTINGS_FILE)?;
    let settings = match (&args.config, &base_file) {
        (Some(path), _) => Settings::parse(&String::from_utf8_lossy(&read(path, FILE_LIMIT)?))?,
        // A table of the base that cannot be read holds nothing; the judgement says so.
        (None, Some(text)) => Settings::parse(text).unwrap_or_default(),
        (None, None) => Settings::default(),
    };
    let rules = Rules::with(&own_rules(args, &git, &base, &settings)?)?;
    let coverage = coverage(args)?;
    let report = check(&Judgement {
        change: &change,
        rules: &rules,
        settings: &settings,
        base_file: base_file.as_deref(),
        today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
        coverage: coverage.as_ref(),
        minimum_coverage: args.minimum_coverage.or(settings.minimum_coverage).unwrap_or(MINIMUM_COVERAGE),
    })?;
    let text = match args.format {
        Format::Human => output::human(&report),
        Format::Json => output::json(&report)?,
        Format::Sarif => output::sarif(&report, &rules)?,
    };
    Ok((text, report.fails(args.fail_on.into())))
}

/// The base of the change, what it touches, and which lines of that count.
fn entries(args: &Hook, git: &Git) -> Result<(String, Vec<Entry>, Scope), GitError> {
    match &args.diff {
        Some(range) => {
            let (base, head) = git.range(range)?;
            let entries = git.between(&base, &head)?;
            Ok((base, entries, Scope::Added))
        }
        None if args.all => {
            let base = git.head()?;
            let entries = git.everything(&base)?;
            Ok((base, entries, Scope::Everything))
        }
        None => {
            let base = git.head()?;
            let entries = git.staged(&base)?;
            Ok((base, entries, Scope::Added))
        }
    }
}

/// The content of both sides of every entry, each object read once.
fn files(git: &Git, entries: Vec<Entry>) -> Result<Vec<FileChange>, GitError> {
    let mut wanted: Vec<&str> = entries
        .iter()
        .flat_map(|entry| [&entry.old, &entry.new].into_iter().flatten())
        .filter(|blob| blob.regular)
        .map(|blob| blob.object.as_str())
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let contents: BTreeMap<&str, Content> = wanted
        .iter()
        .copied()
        .zip(git.objects(&wanted)?)
        .map(|(name, object)| {
            let content = match object {
                Object::Bytes(bytes) => Content::from_bytes(&bytes),
                Object::Large(size) => Content::Large(size),
            };
            (name, content)
        })
        .collect();
    let content = |blob: &Option<crate::hook::change::Blob>| match blob {
        None => Content::Absent,
        Some(blob) if !blob.regular => Content::Reference,
        Some(blob) => contents.get(blob.object.as_str()).cloned().unwrap_or(Content::Absent),
    };
    Ok(entries
        .iter()
        .map(|entry| FileChange { path: entry.path.clone(), old: content(&entry.old), new: content(&entry.new) })
        .collect())
}

/// Rules from `--rules` and from the folder that the settings name, which is read from the base.
fn own_rules(args: &Hook, git: &Git, base: &str, settings: &Settings) -> Result<Vec<(String, String)>, HookError> {
    let mut rules = Vec::new();
    for folder in &args.rules {
        let failed = |why: std::io::Error| HookError::File { path: folder.display().to_string(), why: why.to_string() };
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(failed)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        paths.sort();
        for path in paths {
            let yaml = String::from_utf8_lossy(&read(&path, FILE_LIMIT)?).into_owned();
            rules.push((path.display().to_string(), yaml));
        }
    }
    if let Some(folder) = &settings.rules {
        rules.extend(git.folder(base, folder)?.into_iter().filter(|(name, _)| name.ends_with(".yaml")));
    }
    Ok(rules)
}

fn coverage(args: &Hook) -> Result<Option<Coverage>, HookError> {
    let mut all: Option<Coverage> = None;
    for path in &args.coverage {
        let text = String::from_utf8_lossy(&read(path, REPORT_LIMIT)?).into_owned();
        let one =
            Coverage::parse(&text).map_err(|why| HookError::Coverage { file: path.display().to_string(), why })?;
        match &mut all {
            Some(all) => all.join(one),
            None => all = Some(one),
        }
    }
    Ok(all)
}

/// A file named on the command line.
#[expect(clippy::disallowed_methods, reason = "files named on the command line are read here")]
fn read(path: &std::path::Path, limit: u64) -> Result<Vec<u8>, HookError> {
    let failed = |why: String| HookError::File { path: path.display().to_string(), why };
    let size = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if size > limit {
        return Err(failed(format!("it is larger than {} MiB", limit >> 20)));
    }
    std::fs::read(path).map_err(|error| failed(error.to_string()))
}
