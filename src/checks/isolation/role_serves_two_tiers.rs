//! No cloud role serves two tiers.
//!
//! Fails for a role that jobs can take and that may write or delete in production and in another tier. What such a role can do by
//! mistake in one tier it can do in the other. Judged from the role's own policies, whoever reaches it.

use crate::{
    checks::{Sheet, Sight, check},
    model::{observed::Gap, tier::Tier, truth::Truth},
};

check!(
    role_serves_two_tiers,
    "isolation",
    "No cloud role serves two tiers",
    High,
    EnvironmentConfusion,
    "environments_isolated"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    let accounts = sight.accounts(sheet);
    for account in accounts {
        sheet.known(&account.scope, "roles and policies", &account.principals);
        sheet.members(&account.scope, &format!("stores of data in account {}", account.scope), &account.stores);
    }
    let evidence: Vec<_> = accounts.iter().flat_map(|account| account.principals.evidence.clone()).collect();
    for power in sight.powers {
        let subject = power.role.as_str();
        let others = Tier::ALL.into_iter().filter(|tier| *tier != Tier::Production);
        let production = power.over(Tier::Production);
        let elsewhere = Truth::any(others.map(|tier| power.over(tier)));
        match production.and(elsewhere) {
            Truth::True => {
                let tiers: Vec<&str> =
                    Tier::ALL.into_iter().filter(|tier| power.over(*tier) == Truth::True).map(Tier::as_str).collect();
                let statement = format!(
                    "role {} may change data in {}: one mistake in the lesser tier is one in production",
                    power.role.short(),
                    tiers.join(" and ")
                );
                sheet
                    .fail(subject, statement, &evidence)
                    .fix("separate_role_per_tier", &[("role", power.role.short())]);
            }
            Truth::Unknown => {
                let what = format!("which stores role {} may change", power.role.short());
                let gap = Gap {
                    what: what.clone(),
                    why: "not all stores, tags or policies were read".to_owned(),
                    needs: None,
                    evidence: evidence.clone(),
                };
                sheet.unknown(subject, format!("{what} could not be told"), vec![gap]);
            }
            Truth::False => {
                sheet.pass(subject, format!("role {} changes data in no two tiers", power.role.short()), &evidence);
            }
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no role can be taken by a job", &evidence);
    }
}
