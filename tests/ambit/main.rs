//! The one integration binary.

mod floors;
mod github_fake;
mod iam;
mod render;
mod wire;
