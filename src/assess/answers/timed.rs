//! Answers that only a clock gives. Settings show that recovery is possible, never how long it takes.

use crate::{
    assess::{Drill, DrillSubject, Tally},
    report::Finding,
};

use super::{Ground, Holding, Said, count};

/// Code and data apart: yes needs both, timed, in time.
pub(super) fn rollback(ground: &Ground<'_>, minutes: u32, settings: &[&Finding]) -> Said {
    let reverts = ground.reverts.iter().map(|revert| revert.minutes);
    let code = slowest(ground, DrillSubject::RollbackOfCode).into_iter().chain(reverts).max();
    let data = slowest(ground, DrillSubject::RestoreOfData);
    let in_time = |measured: Option<u32>| measured.map(|taken| taken <= minutes);
    let holding = match (in_time(code), in_time(data)) {
        (Some(true), Some(true)) => Holding::Holds,
        (Some(true), _) | (_, Some(true)) => Holding::Partly,
        (Some(false), _) | (_, Some(false)) => Holding::Fails,
        (None, None) => Holding::Untold,
    };
    let mut statement = format!("Code: {}. Data: {}.", measured(code, minutes), measured(data, minutes));
    if data.is_none() {
        statement = format!("{statement} {}", shown_by_settings(settings));
    }
    let mut said = Said::new(holding, statement).from(settings);
    let drills = ground.drills.iter().filter(|drill| drill.subject != DrillSubject::Detection);
    said.evidence.extend(drills.flat_map(|drill| drill.evidence.iter().cloned()));
    said.evidence.extend(ground.reverts.iter().flat_map(|revert| revert.evidence.iter().cloned()));
    said
}

pub(super) fn detection(ground: &Ground<'_>, settings: &[&Finding]) -> Said {
    let drills: Vec<&Drill> = ground.drills.iter().filter(|drill| drill.subject == DrillSubject::Detection).collect();
    let Some(slowest) = drills.iter().max_by_key(|drill| drill.minutes) else {
        let statement = format!("No time to detection was measured. {}", shown_by_settings(settings));
        return Said::new(Holding::Untold, statement).from(settings);
    };
    let statement = format!(
        "Detected in {} in the slowest of {} ({}).",
        count(slowest.minutes as usize, "minute"),
        count(drills.len(), "drill"),
        slowest.at
    );
    let mut said = Said::new(Holding::Holds, statement).from(settings);
    said.evidence.extend(drills.iter().flat_map(|drill| drill.evidence.iter().cloned()));
    said
}

fn slowest(ground: &Ground<'_>, subject: DrillSubject) -> Option<u32> {
    ground.drills.iter().filter(|drill| drill.subject == subject).map(|drill| drill.minutes).max()
}

fn measured(slowest: Option<u32>, minutes: u32) -> String {
    match slowest {
        None => "never timed".to_owned(),
        Some(taken) if taken <= minutes => format!("{} at most, as measured", count(taken as usize, "minute")),
        Some(taken) => format!("up to {}, as measured, which is more than {minutes}", count(taken as usize, "minute")),
    }
}

fn shown_by_settings(settings: &[&Finding]) -> String {
    let tally = Tally::of(settings.iter().copied());
    match tally.total() {
        0 => "No settings were read that would show that it is possible.".to_owned(),
        total => {
            format!(
                "Settings hold for {} of {total} results; they show that it is possible, not how long it takes.",
                tally.pass
            )
        }
    }
}
