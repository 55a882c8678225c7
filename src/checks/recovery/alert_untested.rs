//! A destructive call was seen by somebody in time.
//!
//! Only a person can answer: an alarm that exists is not an alarm that somebody heard. Delete something harmless in staging, and note when the first
//! person knew.

use crate::checks::{Sheet, Sight, check};

check!(manual alert_untested, "recovery", "A destructive call was seen by somebody in time", Medium, PrivilegeEscalation, "destruction_detected");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let who = sight.world.forge.seen().map_or("the organisation", |organization| organization.login.as_str());
    sheet.manual(
        who,
        "no measured detection time was shown; rehearse a destructive call and note when the first person knew",
    );
}
