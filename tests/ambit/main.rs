//! The one integration binary.

mod github_fake;
