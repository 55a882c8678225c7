//! Every Region is on a trail that writes.
//!
//! Fails for an account without a multi-Region trail that is logging and keeps management write events.

use crate::checks::{Sheet, Sight, check};
use crate::model::{logging::Trail, truth::Truth};

check!(trail_missing, "trail", "Every Region is on a trail that writes", High, ApprovalBypass, "actions_logged");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        let subject = account.scope.as_str();
        let trails = &account.trails;
        let good = |trail: &Trail| {
            let writes = trail.management_writes.holds(Truth::True, |on| (*on).into());
            trail.logging.holds(Truth::False, |on| (*on).into()).and(writes).and(trail.multi_region.into())
        };
        match trails.any(good) {
            Truth::True => sheet.pass(subject, "a multi-Region trail keeps management events", &trails.evidence),
            Truth::False => sheet
                .fail(
                    subject,
                    "no multi-Region trail is writing: what an agent does leaves no record",
                    &trails.evidence,
                )
                .fix("trail", &[("account", subject)]),
            Truth::Unknown => {
                let own = trails.members().iter().flat_map(|trail| {
                    [
                        trail.logging.gap(format!("status of trail {}", trail.name)),
                        trail.management_writes.gap(format!("selectors of trail {}", trail.name)),
                    ]
                });
                let gaps = trails.gap(format!("trails of {subject}")).into_iter().chain(own.flatten()).collect();
                sheet.unknown(subject, "whether a trail is writing could not be told", gaps)
            }
        };
    }
}
