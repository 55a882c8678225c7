//! A change of code is taken back by a way that stands ready.
//!
//! Fails for a repository that deploys to production when no workflow brings an earlier version there on request, or when no step
//! keeps a built version: then going back means to revert, build and wait, under pressure. Whether migrations of data can be taken
//! back and whether the way was rehearsed in staging stand beside it in the recoverability section; a rollback that was timed is
//! `rollback_untimed`.

use crate::{
    analysis::rollback,
    checks::{Sheet, Sight, check},
    model::truth::Truth,
};

check!(
    rollback_unprepared,
    "recovery",
    "A change of code is taken back by a way that stands ready",
    Medium,
    PrivilegeEscalation,
    "rollback_ready"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    sight.production_environments(sheet);
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let Some(found) = rollback::of(repository, sight.tiers) else {
            if let Some(gap) = repository.workflows.gap(format!("workflows of {name}")) {
                sheet.unknown(name, format!("whether {name} deploys to production could not be told"), vec![gap]);
            }
            continue;
        };
        match found.redeploy.holds.and(found.artifact.holds) {
            Truth::True => {
                let statement = format!(
                    "{name} goes back by {}, started by {}; built versions are kept by {}",
                    found.redeploy.how, found.started_by, found.artifact.how
                );
                sheet.pass(name, statement, &found.evidence);
            }
            Truth::False => {
                let lacking: Vec<String> = [&found.redeploy, &found.artifact]
                    .into_iter()
                    .filter(|shown| shown.holds == Truth::False)
                    .map(|shown| shown.how.to_string())
                    .collect();
                let statement = format!("{name} has no prepared way back: {}", lacking.join("; "));
                sheet.fail(name, statement, &found.evidence).fix("prepare_rollback", &[("repository", name)]);
            }
            Truth::Unknown => {
                let statement =
                    format!("whether {name} has a prepared way back could not be told: {}", found.redeploy.how);
                sheet.unknown(name, statement, found.gaps.clone());
            }
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("repositories", "no repository deploys to production by a workflow", &[]);
    }
}
