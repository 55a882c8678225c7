//! How the gates of reach paths worked in the period, beside the humans that a path says stand there. It raises no verdict.

use crate::{analysis::population::gates::GateUse, model::id::PathId, reach::path::ReachPath};

/// One gate's use with the paths that lead through it.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub used: GateUse,
    pub paths: Vec<PathId>,
    /// The fewest persons that one of those paths needs; `None` where no path leads through the gate.
    pub humans: Option<u32>,
}

/// Every gate that was used, in its order.
pub fn beside(uses: Vec<GateUse>, paths: &[ReachPath]) -> Vec<Operation> {
    let of = |used: GateUse| {
        let through = paths.iter().filter(|path| path.hops.iter().any(|hop| hop.to.id == used.gate));
        let humans = through.clone().map(|path| path.humans.min).min();
        Operation { paths: through.map(|path| path.id.clone()).collect(), humans, used }
    };
    uses.into_iter().map(of).collect()
}
