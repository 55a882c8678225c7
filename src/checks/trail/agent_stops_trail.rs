//! No agent can stop the trail.
//!
//! Fails for an agent with an open path to stop a trail: it could then act unseen.

use crate::checks::{Sheet, Sight, check};
use crate::{checks::isolation::paths, reach::path::Verdict};

check!(agent_stops_trail, "trail", "No agent can stop the trail", Critical, PrivilegeEscalation, "trail_protected");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        sheet.members(&account.scope, &format!("trails of {}", account.scope), &account.trails);
    }
    sight.unread_ways(sheet);
    for path in sight.paths.iter().filter(|path| path.action == "cloudtrail:StopLogging") {
        let subject = format!("{} {}", path.agent.as_str(), path.resource.raw());
        let evidence: Vec<_> = path.hops.iter().flat_map(|hop| hop.evidence.clone()).collect();
        match path.verdict {
            Verdict::Open => sheet.fail(subject, path.sentence.clone(), &evidence).fix(
                "protect_trail",
                &[
                    ("action", "cloudtrail:StopLogging"),
                    ("role", paths::principal(path)),
                    ("trail", path.resource.raw()),
                ],
            ),
            Verdict::Possible => sheet.unknown(subject, path.sentence.clone(), paths::unless(path)),
            Verdict::Gated | Verdict::Closed => sheet.pass(subject, path.sentence.clone(), &evidence),
        }
        .paths([path.id.clone()]);
    }
    if sheet.is_empty() {
        sheet.not_applicable("trails", "no agent holds a principal in an account with a trail", &[]);
    }
}
