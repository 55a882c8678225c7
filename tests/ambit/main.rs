//! The one integration binary.

mod aws_accounts;
mod catalogue;
mod cli;
mod docs;
mod floors;
mod github;
mod github_fake;
#[cfg(feature = "hook")]
mod hook;
mod iam;
mod render;
mod wire;
