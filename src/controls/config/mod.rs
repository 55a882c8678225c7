//! `ambit.toml`: what management asserts. It may widen scope and add agents freely; what it leaves unmapped, or what
//! facts contradict, is judged as production. Every assertion keeps its line, so that the report can name it.

mod pattern;
mod read;
mod sections;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{base::digest::Digest, model::tier::Tier};

pub use pattern::{NamePattern, RefPattern};
pub use read::{ConfigError, Problem};

/// A value and the one-based line that it stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct At<T> {
    pub value: T,
    pub line: usize,
}

/// All of `ambit.toml`. The default is the empty file: nothing is mapped, accepted or in the names of persons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The file's name as it was given; empty when there is none.
    pub file: String,
    /// sha256 of the file's bytes, in hex.
    pub digest: Option<String>,
    pub tiers: BTreeMap<Tier, TierRules>,
    pub scope: ScopeRules,
    pub agents: Vec<StatedAgent>,
    /// By key, the short name that owners and approvers are called by.
    pub people: BTreeMap<String, Person>,
    pub soc2: Option<Soc2>,
    pub accepts: Vec<Accept>,
    pub responses: Vec<Response>,
    pub branding: BrandingRules,
    pub emergency: Option<EmergencyRule>,
}

/// `[emergency]`: which changes are emergencies, and by when somebody else must have looked at one. Labels where there are
/// any, else whoever merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmergencyRule {
    pub labels: Vec<At<String>>,
    /// `github:anna`.
    pub actors: Vec<At<String>>,
    /// Slugs of teams whose members may.
    pub teams: Vec<At<String>>,
    pub review_within_days: Option<i64>,
    pub line: usize,
}

/// `[tiers.production]`: what belongs to a tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TierRules {
    pub branches: Vec<At<RefPattern>>,
    pub environments: Vec<At<RefPattern>>,
    /// AWS accounts by id or name, `*` matches any run of characters.
    pub accounts: Vec<At<NamePattern>>,
    /// Organizational units that hold such accounts, by name.
    pub units: Vec<At<NamePattern>>,
    /// ARNs or names, `*` matches any run of characters.
    pub resources: Vec<At<NamePattern>>,
    /// Tag key to the values that mean this tier, on a resource or on its account.
    pub tags: BTreeMap<String, Vec<At<String>>>,
}

/// `[scope]`: what is assessed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeRules {
    /// `owner/name` or `owner/*`; empty means all of the organisation.
    pub repositories: Vec<At<NamePattern>>,
    pub excludes: Vec<Exclude>,
    /// AWS Regions, or `enabled` for those that the account has enabled; empty means that of the credential chain.
    pub regions: Vec<At<String>>,
    /// The name of a role to take on in every account of the organisation; the credential as it is lists them.
    pub organization_role: Option<At<String>>,
    pub accounts: Vec<ScopeAccount>,
}

/// `[[scope.exclude]]`: out of scope, with the reason that stands in the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclude {
    /// A repository, account id, Region or ARN; `*` matches any run of characters.
    pub what: NamePattern,
    pub reason: String,
    pub line: usize,
}

/// `[[scope.account]]`: an AWS account and the role that reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeAccount {
    pub name: String,
    pub role_arn: Option<String>,
    pub regions: Vec<At<String>>,
    pub line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatedKind {
    App,
    Bot,
    Workflow,
    Person,
    Principal,
}

/// `[[agent]]`: an agent that management knows of, and who answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedAgent {
    pub name: String,
    pub kind: StatedKind,
    /// An app's slug, a login, a workflow's path, a role's ARN.
    pub acts_as: Vec<At<String>>,
    /// A key of `[people]`, or a name.
    pub owner: Option<String>,
    pub approved_by: Option<String>,
    /// RFC 3339 dates.
    pub approved_on: Option<String>,
    pub last_review: Option<String>,
    pub line: usize,
}

/// `[people.anna]`: the accounts that are one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// `github:anna`, or an ARN.
    pub accounts: Vec<At<String>>,
    pub line: usize,
}

/// Trust services categories (AICPA TSC 2017).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    Security,
    Availability,
    ProcessingIntegrity,
    Confidentiality,
    Privacy,
}

/// `[soc2]`: the examination that this evidence is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soc2 {
    pub categories: Vec<Category>,
    /// 1: design at a date. 2: operation over a period.
    pub report_type: u8,
    /// RFC 3339 dates.
    pub from: Option<String>,
    pub to: Option<String>,
    /// Subservice organisations, by name.
    pub subservice: Vec<At<String>>,
    pub line: usize,
}

/// `[[accept]]`: a risk that management carries for a time. One without owner or approver is a finding of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    pub finding: String,
    pub reason: String,
    pub owner: Option<String>,
    pub approver: Option<String>,
    pub compensating_control: Option<String>,
    /// RFC 3339 date, inclusive.
    pub until: String,
    pub line: usize,
}

/// `[[response]]`: what management does about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub finding: String,
    pub owner: Option<String>,
    /// RFC 3339 date.
    pub due: Option<String>,
    pub response: Option<String>,
    pub line: usize,
}

/// `[branding]`: for whom and by whom a report is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrandingRules {
    pub organisation: Option<String>,
    pub prepared_for: Option<String>,
    pub prepared_by: Option<String>,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// A file's path; `cli` reads it.
    pub logo: Option<String>,
    pub confidentiality: Option<String>,
}

impl Config {
    /// Reads the bytes of a configuration file called `file`.
    ///
    /// # Errors
    /// All problems at once, each with its line and what would be allowed there.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Config, ConfigError> {
        let mut config = read::parse(file, bytes)?;
        config.file = file.to_owned();
        config.digest = Some(Digest::of(bytes).to_string());
        Ok(config)
    }

    /// Where an assertion stands: `ambit.toml:12`.
    pub fn source(&self, line: usize) -> String {
        format!("{}:{line}", self.file)
    }

    /// The key and entry of the person that an account belongs to: `github:anna`, or an ARN.
    pub fn person(&self, account: &str) -> Option<(&str, &Person)> {
        let found =
            self.people.iter().find(|(_, person)| person.accounts.iter().any(|at| same_account(&at.value, account)));
        found.map(|(key, person)| (key.as_str(), person))
    }

    /// The person's name where `who` is a key of `[people]`, otherwise `who` as it stands.
    pub fn name_of<'a>(&'a self, who: &'a str) -> &'a str {
        self.people.get(who).map_or(who, |person| person.name.as_str())
    }

    /// The exclusion that covers a repository, account, Region or ARN.
    pub fn excluded(&self, what: &str) -> Option<&Exclude> {
        self.scope.excludes.iter().find(|exclude| exclude.what.matches(what))
    }
}

/// GitHub logins do not differ by case; ARNs do.
fn same_account(stated: &str, seen: &str) -> bool {
    match (stated.strip_prefix("github:"), seen.strip_prefix("github:")) {
        (Some(stated), Some(seen)) => stated.eq_ignore_ascii_case(seen),
        _ => stated == seen,
    }
}

impl StatedKind {
    pub fn as_str(self) -> &'static str {
        match self {
            StatedKind::App => "app",
            StatedKind::Bot => "bot",
            StatedKind::Workflow => "workflow",
            StatedKind::Person => "person",
            StatedKind::Principal => "principal",
        }
    }
}

impl Category {
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Security => "security",
            Category::Availability => "availability",
            Category::ProcessingIntegrity => "processing_integrity",
            Category::Confidentiality => "confidentiality",
            Category::Privacy => "privacy",
        }
    }
}
