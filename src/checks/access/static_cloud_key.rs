//! No long-lived cloud key lies in a secret.
//!
//! Fails for a repository with a secret that carries an AWS access key by its name. Such a key works from anywhere, for anyone who read
//! it once, and never asks for approval. Federation by OIDC replaces it.

use crate::{
    analysis::secrets,
    checks::{Sheet, Sight, check},
};

check!(
    static_cloud_key,
    "access",
    "No long-lived cloud key lies in a secret",
    High,
    PrivilegeEscalation,
    "identities_strong"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let secrets = sheet.members(name, &format!("secret names of {name}"), &repository.secrets);
        let evidence = &repository.secrets.evidence;
        let keys: Vec<&str> =
            secrets.iter().map(|secret| secret.name.as_str()).filter(|secret| secrets::is_cloud_key(secret)).collect();
        if !keys.is_empty() {
            let statement = format!("{name} holds a long-lived AWS key in {}", keys.join(", "));
            sheet
                .fail(name, statement, evidence)
                .fix("replace_static_key_with_oidc", &[("repository", name), ("secret", &keys.join(", "))]);
        } else if repository.secrets.is_whole() {
            sheet.pass(name, format!("no secret of {name} is named like a cloud key"), evidence);
        }
    }
}
