//! No agent may bypass a gate.
//!
//! Fails for an agent that can bring a change onto a production branch alone although a plain writer could not: it stands on a bypass
//! list, in an allow-list, or may rewrite the protection.

use crate::checks::{Sheet, Sight, check};
use crate::{
    analysis::rules::{self, Pass, RefActor},
    reach::path::{HopKind, Verdict},
};

check!(agent_may_bypass, "gates", "No agent may bypass a gate", Critical, ApprovalBypass, "gates_hold");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.unread_ways(sheet);
    for (repository, branch) in sight.production_branches(sheet) {
        let subject = repository.at(branch);
        let plain = rules::change_branch(repository, branch, &RefActor::plain_writer());
        if plain.pass == Pass::Free {
            sheet.not_applicable(&subject, format!("{subject} has no gate to bypass"), &plain.evidence);
            continue;
        }
        for path in sight.paths.iter().filter(|path| path.resource.raw() == subject && path.action == "git:push") {
            let row = format!("{subject} {}", path.agent);
            let evidence: Vec<_> = path.hops.iter().flat_map(|hop| hop.evidence.clone()).collect();
            let because =
                path.hops.iter().find(|hop| hop.from.kind == HopKind::Agent).map_or("", |hop| hop.because.as_str());
            match path.verdict {
                Verdict::Open => sheet
                    .fail(row, format!("{} passes the gate of {subject} alone: {because}", path.agent_name), &evidence)
                    .paths([path.id.clone()])
                    .fix(
                        "remove_bypass_actor",
                        &[
                            ("actor", path.agent.as_str()),
                            ("repository", repository.name.as_str()),
                            ("rule", "the rules"),
                        ],
                    ),
                Verdict::Possible => sheet
                    .unknown(
                        row,
                        format!(
                            "whether {} may bypass the gate of {subject} could not be told: {because}",
                            path.agent_name
                        ),
                        plain.gaps.clone(),
                    )
                    .paths([path.id.clone()]),
                Verdict::Gated | Verdict::Closed => {
                    sheet.pass(row, format!("the gate of {subject} holds {}", path.agent_name), &evidence)
                }
            };
        }
    }
}
