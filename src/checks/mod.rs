//! Floor 6: checks. One file each, which sees what was read and says what it means; its doc comment is its page.
//!
//! A new check is a file in a family's folder, one `mod` line and one list line; `CONTRIBUTING.md` has the recipe.

mod catalogue;
mod sheet;
mod sight;

pub mod access;
pub mod gates;
pub mod isolation;
pub mod recovery;
pub mod trail;

use catalogue::check;
pub use catalogue::{CheckDef, all, run};
pub use sheet::Sheet;
pub use sight::Sight;
