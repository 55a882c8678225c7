//! Names that trust policies speak of. They only choose what is tried; whether a policy accepts is the evaluator's answer.

use crate::{model::world::World, reach::doors::TrustedNames};

/// Branches and environments named after `:ref:refs/heads/` and `:environment:` in any trust policy; a wildcard stands for `x`.
pub fn names(world: &World) -> TrustedNames {
    let mut names = TrustedNames::default();
    let details = world.accounts.iter().filter_map(|account| account.principals.seen());
    for role in details.flat_map(|details| &details.roles) {
        let text = role.assume_role_policy_document.text();
        names.branches.extend(after(text, ":ref:refs/heads/"));
        names.environments.extend(after(text, ":environment:"));
    }
    names
}

/// What follows each `marker`, up to the end of the string or of the claim.
fn after(text: &str, marker: &str) -> Vec<String> {
    let tails = text.match_indices(marker).filter_map(|(at, found)| text.get(at + found.len()..));
    let name = |tail: &str| tail.split(['"', ':', '\\', '%']).next().unwrap_or("").replace(['*', '?'], "x");
    tails.map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn takes_names_up_to_the_end_of_the_claim() {
        let policy =
            r#"{"a":["repo:acme/shop:ref:refs/heads/release/*","repo:acme/x:ref:refs/heads/main:job_workflow_ref:y"]}"#;
        assert_eq!(after(policy, ":ref:refs/heads/"), ["release/x", "main"]);
        assert_eq!(after(r#""repo:acme/shop:environment:production""#, ":environment:"), ["production"]);
    }
}
