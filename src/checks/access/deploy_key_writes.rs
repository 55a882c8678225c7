//! No deploy key may push.
//!
//! Fails for a deploy key with write access: it pushes without an account, so no person and no agent stands behind what it does.

use crate::base::foreign::Foreign;
use crate::checks::{Sheet, Sight, check};

check!(deploy_key_writes, "access", "No deploy key may push", Medium, PrivilegeEscalation, "least_privilege");

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for repository in sight.repositories(sheet) {
        let name = repository.name.as_str();
        let keys = sheet.members(name, &format!("deploy keys of {name}"), &repository.deploy_keys);
        let evidence = &repository.deploy_keys.evidence;
        for key in keys.iter().filter(|key| !key.read_only) {
            let statement = format!(
                "deploy key {} of {name} may push, and nobody stands behind it",
                Foreign::new(key.title.as_str())
            );
            sheet
                .fail(format!("{name} deploy key {}", key.id), statement, evidence)
                .fix("remove_deploy_key_write", &[("repository", name), ("key", &key.title)]);
        }
        if repository.deploy_keys.is_whole() && keys.iter().all(|key| key.read_only) {
            sheet.pass(name, format!("no deploy key of {name} may push"), evidence);
        }
    }
}
