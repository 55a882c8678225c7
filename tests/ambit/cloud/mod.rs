//! Worlds of one account, built fact by fact and judged whole: each check of the cloud on a world where it passes, one where it
//! fails, and one where what it needs was not read.

mod recovery;
mod scene;
mod worlds;
