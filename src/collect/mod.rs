//! Floor 4: asks and records, nothing else. The only part of Ambit that touches the outside.

pub mod aws;
pub mod github;
pub mod local;
pub mod wire;

/// Told how far a collection is; `cli` draws it.
pub trait Progress: Send + Sync {
    /// A part of the work begins, `buckets of aws/main`; `steps` where it is known how many it has.
    fn begin(&self, part: &str, steps: Option<usize>);
    /// One step of a part is done.
    fn step(&self, part: &str);
    /// A part is done, or given up.
    fn end(&self, part: &str);
}

/// Progress that nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn begin(&self, _: &str, _: Option<usize>) {}
    fn step(&self, _: &str) {}
    fn end(&self, _: &str) {}
}
