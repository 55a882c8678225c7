//! The one integration binary.

mod catalogue;
mod aws_accounts;
mod floors;
mod github;
mod github_fake;
mod iam;
mod render;
mod wire;
