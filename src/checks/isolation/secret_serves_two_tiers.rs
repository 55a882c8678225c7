//! No secret is in scope of two tiers.
//!
//! Fails for a secret of the repository or the organisation in a repository that deploys to production: every job on every branch may
//! read it, so it belongs to all tiers at once. A secret of a production environment passes. Keys of model providers are left out:
//! they open a model.

use crate::checks::{Sheet, Sight, check};
use crate::model::{pipeline::SecretScope, tier::Tier};

check!(
    secret_serves_two_tiers,
    "isolation",
    "No secret is in scope of two tiers",
    High,
    EnvironmentConfusion,
    "secrets_scoped"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let deploys = repository
            .environments
            .members()
            .iter()
            .any(|e| sight.tiers.environment(repository, e.name.as_str()).tier == Tier::Production);
        let secrets = sheet.members(name, &format!("secret names of {name}"), &repository.secrets);
        let wide: Vec<&str> = secrets
            .iter()
            .filter(|secret| {
                !matches!(secret.scope, SecretScope::Environment(_)) && !sight.signatures.opens_a_model(&secret.name)
            })
            .map(|secret| secret.name.as_str())
            .collect();
        let evidence = &repository.secrets.evidence;
        if !deploys {
            let whole = repository.environments.is_whole() && repository.secrets.is_whole();
            if let Some(gap) = repository.environments.gap(format!("environments of {name}")) {
                sheet.unknown(name, format!("whether {name} deploys to production could not be told"), vec![gap]);
            } else if whole {
                sheet.not_applicable(
                    name,
                    format!("{name} has no production environment"),
                    &repository.environments.evidence,
                );
            }
        } else if wide.is_empty() {
            if repository.secrets.is_whole() {
                sheet.pass(name, format!("no secret of {name} is open to every branch"), evidence);
            }
        } else {
            let statement = format!(
                "{} of {} secrets of {name} can be read by a job on any branch: {}",
                wide.len(),
                secrets.len(),
                wide.join(", ")
            );
            sheet.fail(name, statement, evidence).fix(
                "scope_secret_to_environment",
                &[("environment", "production"), ("repository", name), ("secret", &wide.join(", "))],
            );
        }
    }
}
