//! The one integration binary.

mod catalogue;
mod floors;
mod github;
mod github_fake;
#[cfg(feature = "hook")]
mod hook;
mod iam;
mod render;
mod wire;
