//! The few lines that lead every report: who can do what to which thing, through what, with how many humans in between.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{
        action::ActionClass,
        agent::Agent,
        id::AgentId,
        observed::Gap,
        tier::{Tier, TierBasis},
    },
    reach::path::{ReachPath, Verdict},
    report::{Headline, Outcome},
};

use super::{Ledger, agree};

pub(super) fn of(paths: &[ReachPath], agents: &[Agent], ledger: Ledger<'_>, unread: &[Gap]) -> Headline {
    let mut production: Vec<&ReachPath> = paths.iter().filter(|path| path.tier == Tier::Production).collect();
    production.sort_by_key(|path| rank(path));
    let count = |verdict: Verdict| production.iter().filter(|path| path.verdict == verdict).count();
    let lead = production.iter().copied().find(|path| path.verdict != Verdict::Closed);
    let mut lines = Vec::new();
    lines.extend(open_line(&production, agents));
    lines.extend(possible_line(&production, lead));
    lines.extend(unmapped_line(&production));
    lines.extend(price_line(ledger));
    Headline {
        sentence: lead.map_or_else(|| nothing(agents, unread), |path| path.sentence.clone()),
        lines,
        path: lead.or(production.first().copied()).map(|path| path.id.clone()),
        open: count(Verdict::Open),
        possible: count(Verdict::Possible),
        gated: count(Verdict::Gated),
        closed: count(Verdict::Closed),
    }
}

/// Worst first: the verdict, then what is done, then how few persons, then who starts it, then the ids. A path that only an unread SCP could
/// stop stands just below the open ones, then those that hang on fewer things.
pub(super) fn rank(path: &ReachPath) -> (Verdict, bool, usize, u8, u32, bool, &str, &str) {
    let conditions = if path.verdict == Verdict::Possible { path.unless.as_slice() } else { &[] };
    let beside_scp = conditions.iter().any(|reason| !reason.contains("SCP"));
    let deed = match path.class {
        ActionClass::Destroy => 0,
        ActionClass::RemovesRecovery => 1,
        ActionClass::Permissions => 2,
        ActionClass::Disrupt => 3,
        ActionClass::Write => 4,
        ActionClass::Tag => 5,
        ActionClass::Read => 6,
        ActionClass::List => 7,
    };
    let bounded = !path.from_strangers();
    (path.verdict, beside_scp, conditions.len(), deed, path.humans.min, bounded, path.agent.as_str(), path.id.as_str())
}

/// Never overclaim: none found in what was read, with what was not read beside it.
fn nothing(agents: &[Agent], unread: &[Gap]) -> String {
    let found = match agents.len() {
        0 => "No coding agent was found in what was read".to_owned(),
        1 => "No way from the one agent to production was found in what was read".to_owned(),
        count => format!("No way from any of {count} agents to production was found in what was read"),
    };
    match unread.split_first() {
        None => format!("{found}."),
        Some((first, [])) => format!("{found}; not read: {}.", first.what),
        Some((first, more)) => format!("{found}; not read: {} and {} more.", first.what, more.len()),
    }
}

fn open_line(production: &[&ReachPath], agents: &[Agent]) -> Option<String> {
    let open = || production.iter().filter(|path| path.verdict == Verdict::Open);
    let who: BTreeSet<&AgentId> = open().map(|path| &path.agent).collect();
    let what: BTreeSet<&str> = open().map(|path| path.resource.raw()).collect();
    (!who.is_empty()).then(|| {
        format!(
            "{} of {} agents {} {} of production with no human in between, by {} of {} ways looked at.",
            who.len(),
            agents.len(),
            agree(who.len(), "reaches", "reach"),
            things(what.len()),
            open().count(),
            production.len()
        )
    })
}

fn things(count: usize) -> String {
    if count == 1 { "1 thing".to_owned() } else { format!("{count} things") }
}

/// The worst way that only what was not read could stop, unless it is the headline itself.
fn possible_line(production: &[&ReachPath], lead: Option<&ReachPath>) -> Option<String> {
    let possible: Vec<&&ReachPath> = production.iter().filter(|path| path.verdict == Verdict::Possible).collect();
    let first = possible.first()?;
    let more = match possible.len() {
        1 => String::new(),
        2 => " 1 more way hangs on what could not be read.".to_owned(),
        count => format!(" {} more ways hang on what could not be read.", count - 1),
    };
    if lead.is_some_and(|lead| lead.id == first.id) {
        return (!more.is_empty()).then(|| more.trim_start().to_owned());
    }
    Some(format!("{}{more}", first.sentence))
}

fn unmapped_line(production: &[&ReachPath]) -> Option<String> {
    let named: BTreeMap<&str, TierBasis> =
        production.iter().map(|path| (path.resource.raw(), path.tier_basis)).collect();
    let unmapped = named.values().filter(|basis| **basis == TierBasis::Unmapped).count();
    (unmapped > 0).then(|| {
        format!(
            "{unmapped} of {} things {} judged as production because nothing maps {} to a tier.",
            named.len(),
            agree(unmapped, "is", "are"),
            agree(unmapped, "it", "them")
        )
    })
}

/// Every Unknown has a price: the grant that settles most.
fn price_line(ledger: Ledger<'_>) -> Option<String> {
    let mut by_grant: BTreeMap<String, usize> = BTreeMap::new();
    let mut unknown = 0;
    for finding in ledger.findings.iter().filter(|finding| finding.outcome == Outcome::Unknown) {
        unknown += 1;
        let grants: BTreeSet<String> =
            finding.needs.iter().filter_map(|gap| gap.needs.as_ref()).map(ToString::to_string).collect();
        for grant in grants {
            *by_grant.entry(grant).or_default() += 1;
        }
    }
    let most = by_grant.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
    most.map(|(grant, count)| format!("Grant {grant} to settle {count} of {unknown} findings that could not be told."))
}
