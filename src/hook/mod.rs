//! The hook: what an agent does under pressure, caught in the change before it is committed.
//!
//! Pure: a [`Change`] and [`Rules`] in, a [`Report`] out. Reading git and files is the business of the command.
//! The order inside: `language`, `rules`, `change` -> `syntax`, `text`, `settings`, `ignore`, `coverage` -> `judge` -> `output`.

pub mod change;
pub mod coverage;
mod finding;
mod ignore;
mod judge;
mod language;
pub mod output;
mod rules;
mod settings;
mod syntax;
mod text;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Report};
pub use judge::{Judgement, check};
pub use language::Language;
pub use rules::{Rules, RulesError};
pub use settings::{Settings, SettingsError};

/// Where a repository keeps its own `[hook]` table; only the copy in the base of a change counts.
pub const SETTINGS_FILE: &str = "ambit.toml";
