//! The one integration binary.

mod floors;
mod github_fake;
mod wire;
