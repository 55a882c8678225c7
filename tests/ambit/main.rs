//! The one integration binary.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail by panicking, also in the functions that several tests share"
)]

mod agents;
mod aws_accounts;
mod catalogue;
mod changes;
mod cli;
mod cloud;
mod controls;
mod docs;
mod floors;
mod github;
mod github_fake;
#[cfg(feature = "hook")]
mod hook;
mod iam;
mod promises;
mod render;
mod repository;
mod wire;
