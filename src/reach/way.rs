//! A way: hops from an agent to something it holds, with the gates on it.

use std::cmp::Ordering;

use crate::{
    analysis::rules::Pass,
    model::observed::Gap,
    reach::{
        cloud::Answer,
        doors::{By, Step},
        gate::{self, Gate, People},
        path::{Capability, Hop, HopNode, Humans, Verdict},
    },
};

#[derive(Debug, Clone)]
pub struct Way {
    pub hops: Vec<Hop>,
    /// What let each hop through; as long as `hops`.
    pub by: Vec<By>,
    pub pass: Pass,
    pub gates: Vec<Gate>,
    pub unless: Vec<String>,
    pub gaps: Vec<Gap>,
    /// Of two ways that nothing settles, the one whose name tells more goes first: 0 tells all.
    pub vague: u8,
}

impl Way {
    /// At the agent itself: nothing passed yet.
    pub fn start() -> Way {
        Way {
            hops: Vec::new(),
            by: Vec::new(),
            pass: Pass::Free,
            gates: Vec::new(),
            unless: Vec::new(),
            gaps: Vec::new(),
            vague: 0,
        }
    }

    pub fn through(agent: &HopNode, steps: &[Step]) -> Way {
        steps.iter().fold(Way::start(), |way, step| way.step(agent, step))
    }

    fn step(self, agent: &HopNode, step: &Step) -> Way {
        let stops = |gap: &Gap| format!("{} stops it, which could not be read", gap.what);
        let unless = if step.pass == Pass::Possible { step.gaps.iter().map(stops).collect() } else { Vec::new() };
        let answer = Answer {
            evidence: step.evidence.clone(),
            unless,
            gaps: step.gaps.clone(),
            by: step.by,
            ..Answer::new(step.pass, step.because.as_str())
        };
        let mut way = self.on(agent, step.to.clone(), step.capability, &answer);
        way.gates.extend(step.gate.clone());
        way
    }

    /// One more hop, on somebody's answer.
    pub fn on(mut self, agent: &HopNode, to: HopNode, capability: Capability, answer: &Answer) -> Way {
        let from = self.hops.last().map_or_else(|| agent.clone(), |hop| hop.to.clone());
        self.hops.push(Hop {
            from,
            to,
            capability,
            verdict: verdict(answer.pass),
            because: answer.because.clone(),
            evidence: answer.evidence.clone(),
        });
        self.by.push(answer.by);
        self.pass = self.pass.max(answer.pass);
        self.unless.extend(answer.unless.iter().cloned());
        self.gaps.extend(answer.gaps.iter().cloned());
        self
    }

    /// Worst news first: open, then possible, then gated by fewer people, then closed; short and stable among equals.
    pub fn compare(&self, other: &Way, people: &People) -> Ordering {
        let rank = |pass: Pass| match pass {
            Pass::Free => 0,
            Pass::Possible => 1,
            Pass::Gated => 2,
            Pass::Blocked => 3,
        };
        let key = |way: &Way| (rank(way.pass), way.humans(people).min, way.vague, way.hops.len());
        key(self).cmp(&key(other)).then_with(|| self.signature().cmp(&other.signature()))
    }

    fn signature(&self) -> Vec<&str> {
        self.hops.iter().map(|hop| hop.to.id.as_str()).collect()
    }

    pub fn humans(&self, people: &People) -> Humans {
        gate::humans(&self.gates, people)
    }

    pub fn verdict(&self) -> Verdict {
        verdict(self.pass)
    }
}

pub fn verdict(pass: Pass) -> Verdict {
    match pass {
        Pass::Free => Verdict::Open,
        Pass::Possible => Verdict::Possible,
        Pass::Gated => Verdict::Gated,
        Pass::Blocked => Verdict::Closed,
    }
}

/// Keeps the better of two ways.
pub fn keep(slot: &mut Option<Way>, way: Way, people: &People) {
    let better = slot.as_ref().is_none_or(|kept| way.compare(kept, people) == Ordering::Less);
    if better {
        *slot = Some(way);
    }
}
