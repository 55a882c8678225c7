//! The account: what kind it is, and what holds for all of its repositories.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Error, Plan, client::Client, trail};
use crate::facts::github::paths;

/// The account that the plan names.
pub(super) struct Account {
    pub login: String,
    pub is_organization: bool,
    /// Where its repositories are listed.
    pub repositories: String,
}

/// What reading the organisation spares its repositories.
pub(super) struct Known {
    /// The organisation's secrets and whom they are for were read.
    pub secrets: bool,
    /// Rulesets of the organisation that were read where they are defined, which shows their bypass.
    pub rulesets: BTreeSet<u64>,
    /// The pushes that passed a rule by bypass were read, with the rules.
    pub bypasses: bool,
}

/// Finds out what the name stands for. This is the first question, so it also tells a bad token and a dead host.
pub(super) async fn account(client: &Client, plan: &Plan) -> Result<Account, Error> {
    let login = &plan.login;
    let answer = client.get(&paths::org(login, "")).await?;
    match answer.status {
        None => return Err(Error::NoAnswer { login: login.clone() }),
        Some(401) => {
            let message = answer.json().get("message").and_then(Value::as_str).unwrap_or("401").to_owned();
            return Err(Error::BadToken { message });
        }
        _ => {}
    }
    let caller = client.get(paths::USER).await?.json();
    let organization = |login: &str| Account {
        login: login.to_owned(),
        is_organization: true,
        repositories: paths::org(login, "/repos"),
    };
    if answer.ok() {
        return Ok(organization(login));
    }
    let user = client.get(&paths::user(login)).await?;
    let kind = user.json().get("type").and_then(Value::as_str).map(str::to_owned);
    match kind.as_deref() {
        Some("Organization") => Ok(organization(login)),
        Some(_) if user.ok() => {
            let own = caller.get("id").is_some_and(|id| user.json().get("id") == Some(id));
            let repositories = if own { paths::OWN_REPOS.to_owned() } else { paths::user_repos(login) };
            Ok(Account { login: login.clone(), is_organization: false, repositories })
        }
        // An organisation that hides its page may still show repositories.
        _ if client.get_paged(&paths::org(login, "/repos")).await?.items.is_empty() => {
            Err(Error::Unknown { login: login.clone() })
        }
        _ => Ok(organization(login)),
    }
}

/// Asks for everything above the repositories. A personal account has none of it.
pub(super) async fn collect(client: &Client, plan: &Plan, account: &Account) -> Result<Known, Error> {
    if !account.is_organization {
        return Ok(Known { secrets: true, rulesets: BTreeSet::new(), bypasses: false });
    }
    let login = &account.login;
    let ((), (), secrets, rulesets, bypasses) = tokio::try_join!(
        settings(client, login),
        teams(client, login),
        secrets(client, login),
        rulesets(client, plan, login),
        trail::organization(client, plan, login),
    )?;
    Ok(Known { secrets, rulesets, bypasses })
}

/// What needs one question each.
async fn settings(client: &Client, login: &str) -> Result<(), Error> {
    let at = |rest: &str| paths::org(login, rest);
    for rest in ["/members", "/members?role=admin", "/installations", "/actions/runners"] {
        client.get_paged(&at(rest)).await?;
    }
    for rest in ["/actions/oidc/customization/sub", "/actions/permissions/workflow"] {
        client.get(&at(rest)).await?;
    }
    Ok(())
}

async fn rulesets(client: &Client, plan: &Plan, login: &str) -> Result<BTreeSet<u64>, Error> {
    let mut read = BTreeSet::new();
    for ruleset in client.get_paged(&paths::org(login, "/rulesets")).await?.items {
        let Some(id) = ruleset.get("id").and_then(Value::as_u64) else { continue };
        let path = paths::org_ruleset(login, id);
        if client.get(&path).await?.ok() {
            trail::history(client, plan, &path).await?;
            read.insert(id);
        }
    }
    Ok(read)
}

async fn teams(client: &Client, login: &str) -> Result<(), Error> {
    for team in client.get_paged(&paths::org(login, "/teams")).await?.items {
        let Some(slug) = team.get("slug").and_then(Value::as_str) else { continue };
        client.get_paged(&paths::team(login, slug, "/members")).await?;
        client.get_paged(&paths::team(login, slug, "/repos")).await?;
    }
    Ok(())
}

/// Whether the secrets and whom each is for could be read.
async fn secrets(client: &Client, login: &str) -> Result<bool, Error> {
    let listed = client.get_paged(&paths::org(login, "/actions/secrets")).await?;
    let mut all = listed.complete;
    for secret in &listed.items {
        let text = |name: &str| secret.get(name).and_then(Value::as_str);
        if let (Some(name), Some("selected")) = (text("name"), text("visibility")) {
            all &= client.get_paged(&paths::org_secret_repos(login, name)).await?.complete;
        }
    }
    Ok(all)
}
