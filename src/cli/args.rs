//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValue};

use crate::{render::Format, report::Severity};

/// How far can your AI coding agents reach?
///
/// Ambit reads GitHub and AWS (it never writes), keeps every answer as evidence, and says which coding agent can reach
/// which production resource, through which path, with how many humans in between.
#[derive(Debug, Parser)]
#[command(name = "ambit", version, about, max_term_width = 100, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub talk: Talk,
}

#[derive(Debug, Args)]
pub struct Talk {
    /// Say nothing but results and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say every part as it is read, also where nobody watches a terminal
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// A command whose help is longer than a line has it on its own type.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what Ambit finds, on a recorded organisation that is built in; needs no network
    Demo(Demo),
    Init(super::commands::init::Init),
    Doctor(Doctor),
    Agents(Agents),
    /// Collect, judge and report
    Assess(Assess),
    /// Only collect and record
    Collect(Collect),
    Merge(Merge),
    /// Judge and report a recorded run, without network
    Report(Report),
    Changes(crate::cli::commands::changes::Changes),
    #[cfg(feature = "hook")]
    Hook(crate::cli::commands::hook::Hook),
    /// Explain a check, an objective, a criterion, a question, or a path or finding of a run
    Explain(Explain),
    /// Decide AWS permissions offline, from files
    Iam(super::commands::iam::IamArgs),
    /// The data that judging is made with: objectives, frameworks, questions, remedies
    Controls(super::commands::controls::Controls),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, or write one for every command
    Man(Man),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Where the reports go
    #[arg(long, value_name = "DIR", default_value = "ambit-demo")]
    pub out: PathBuf,
    #[command(flatten)]
    pub report: ReportOptions,
}

#[derive(Debug, Args)]
pub struct Assess {
    #[command(flatten)]
    pub source: Source,
    #[command(flatten)]
    pub out: Out,
    /// Exit with 3 on a fail, or 4 on an unknown, at or above this severity
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub fail_on: FailOn,
}

#[derive(Debug, Args)]
pub struct Collect {
    #[command(flatten)]
    pub source: Source,
    /// Ask only for what GitHub shows to owners: a short run to hand over, for `ambit merge`
    #[arg(long, value_name = "SHARE", conflicts_with = "no_github", help_heading = "What is read")]
    pub only: Option<Only>,
}

/// The share of the questions that one identity asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// The organisation's settings, and who may bypass each ruleset; leaves AWS out
    Privileged,
}

/// Join the runs of several identities into one
///
/// An owner runs `ambit collect --only privileged`, a read-only app the rest; or one person reads GitHub and another AWS. What
/// one was told settles what another was denied. What two were told differently is not known, and the report names both
/// records. The runs are copied as they are, so every fact still leads to who asked, when, and the bytes.
#[derive(Debug, Args)]
pub struct Merge {
    /// A store, of which the newest complete run counts, or the folder of one run, STORE/runs/ID
    #[arg(value_name = "STORE", num_args = 1.., required = true)]
    pub sources: Vec<PathBuf>,
    /// The store that keeps the copies and the joined run; may be one of the sources
    #[arg(long, value_name = "DIR", default_value = "ambit-store")]
    pub store: PathBuf,
    /// Tiers, people, agents and accepted risks; default: what the runs were collected with, where that is one file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What is read, with which identity, and where it is kept.
#[derive(Debug, Args)]
pub struct Source {
    /// The GitHub organisation, or a person's account
    #[arg(long, value_name = "LOGIN", required_unless_present = "no_github", help_heading = "What is read")]
    pub org: Option<String>,
    /// Only this repository; may be given more than once
    #[arg(long = "repo", value_name = "OWNER/NAME", help_heading = "What is read")]
    pub repositories: Vec<String>,
    /// Leave GitHub out
    #[arg(long, conflicts_with_all = ["org", "repositories"], help_heading = "What is read")]
    pub no_github: bool,
    /// Leave AWS out
    #[arg(long, help_heading = "What is read")]
    pub no_aws: bool,
    /// An AWS Region to read; may be given more than once. Default: `[scope] regions`, else AWS_REGION
    #[arg(long = "region", value_name = "REGION", help_heading = "What is read")]
    pub regions: Vec<String>,
    /// The enterprise above the organisation, by its slug: whose streams keep its audit log
    #[arg(long, value_name = "SLUG", help_heading = "What is read")]
    pub enterprise: Option<String>,
    /// The audit log as an owner exported it (JSON, or JSON lines), where the API does not show it
    #[arg(long, value_name = "FILE", help_heading = "What is read")]
    pub audit_log: Option<PathBuf>,
    /// Tiers, people, agents and accepted risks; never read from a judged repository
    #[arg(long, value_name = "FILE", help_heading = "What is read")]
    pub config: Option<PathBuf>,

    /// The GitHub API; for GitHub Enterprise Server https://HOST/api/v3
    #[arg(long, value_name = "URL", default_value = "https://api.github.com", help_heading = "Identity")]
    pub github_api: String,
    /// Read the GitHub token from this file instead of GITHUB_TOKEN
    #[arg(long, value_name = "FILE", help_heading = "Identity")]
    pub github_token_file: Option<PathBuf>,
    /// Act as a GitHub App: its id
    #[arg(long, value_name = "ID", requires_all = ["github_installation", "github_app_key"], help_heading = "Identity")]
    pub github_app: Option<u64>,
    /// Act as a GitHub App: the installation's id
    #[arg(long, value_name = "ID", requires = "github_app", help_heading = "Identity")]
    pub github_installation: Option<u64>,
    /// Act as a GitHub App: its private key, a PEM file
    #[arg(long, value_name = "FILE", requires = "github_app", help_heading = "Identity")]
    pub github_app_key: Option<PathBuf>,

    /// The evidence store; made where it is missing
    #[arg(long, value_name = "DIR", default_value = "ambit-store", help_heading = "Storage and budget")]
    pub store: PathBuf,
    /// Go on with the newest unfinished run of the store; nothing that was answered is asked again
    #[arg(long, help_heading = "Storage and budget")]
    pub resume: bool,
    /// Stop, and keep what there is, after so many requests
    #[arg(long, value_name = "N", help_heading = "Storage and budget")]
    pub max_requests: Option<u64>,
}

#[derive(Debug, Args)]
pub struct Out {
    /// Where the reports go
    #[arg(long, value_name = "DIR", default_value = "ambit-report")]
    pub out: PathBuf,
    #[command(flatten)]
    pub report: ReportOptions,
}

#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    pub run: RunChoice,
    #[command(flatten)]
    pub out: Out,
    /// Exit with 3 on a fail, or 4 on an unknown, at or above this severity
    #[arg(long, value_name = "SEVERITY", default_value = "high")]
    pub fail_on: FailOn,
}

/// Which recorded run.
#[derive(Debug, Args)]
pub struct RunChoice {
    /// The evidence store
    #[arg(long, value_name = "DIR", default_value = "ambit-store")]
    pub store: PathBuf,
    /// The run; default: the newest complete one
    #[arg(long, value_name = "ID")]
    pub run: Option<String>,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.id()).help(self.about()))
    }
}

#[derive(Debug, Args)]
pub struct ReportOptions {
    /// The formats to write
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', default_value = "html,csv,json")]
    pub format: Vec<Format>,
    /// Who it is for, which decides what it shows
    #[arg(long, value_name = "EDITION", default_value = "internal")]
    pub edition: EditionChoice,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// A check, objective, criterion or question; or a path or finding of a run
    #[arg(value_name = "ID")]
    pub id: Option<String>,
    #[command(flatten)]
    pub run: RunChoice,
}

/// Who a recorded run asked as, what it could not read, and which grant settles most
///
/// Reads a run that `ambit collect` recorded, and asks nobody anything. Collect once with the credentials that you have, see
/// here what they left open, grant what settles most, and collect again.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub run: RunChoice,
}

/// The coding agents that a clone shows: who committed, what runs them, what configures them
///
/// Reads the clone's objects as data: no git program, no hook, no filter, no network, and its configuration is not opened.
/// It is a lower bound: a commit without a mark is unknown, not human, and who opened, reviewed and merged is not in a clone.
#[derive(Debug, Args)]
pub struct Agents {
    /// A clone, a linked worktree or a bare repository
    #[arg(long, value_name = "PATH")]
    pub local: PathBuf,
    /// One JSON value, for programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Write `ambit.1` and one page a command into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum EditionChoice {
    Internal,
    Auditor,
    Buyer,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
}

impl From<FailOn> for Severity {
    fn from(choice: FailOn) -> Severity {
        match choice {
            FailOn::Critical => Severity::Critical,
            FailOn::High => Severity::High,
            FailOn::Medium => Severity::Medium,
            FailOn::Low => Severity::Low,
            FailOn::Info => Severity::Info,
        }
    }
}

impl From<EditionChoice> for crate::report::Edition {
    fn from(choice: EditionChoice) -> crate::report::Edition {
        match choice {
            EditionChoice::Internal => crate::report::Edition::Internal,
            EditionChoice::Auditor => crate::report::Edition::Auditor,
            EditionChoice::Buyer => crate::report::Edition::Buyer,
        }
    }
}
