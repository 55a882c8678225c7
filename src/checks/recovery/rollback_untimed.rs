//! A rollback was rehearsed and timed.
//!
//! Only a person can answer: settings show that a rollback is possible, never that it takes less than fifteen minutes. Rehearse one, time it, and
//! keep the record.

use crate::checks::{Sheet, Sight, check};

check!(manual rollback_untimed, "recovery", "A rollback was rehearsed and timed", Medium, PrivilegeEscalation, "rollback_ready");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let who = sight.world.forge.seen().map_or("the organisation", |organization| organization.login.as_str());
    sheet.manual(who, "no timed rollback was shown, neither of code nor of data; rehearse one and keep its times");
}
