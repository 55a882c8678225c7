//! Which accounts are one person and which are machines, as `[people]` and `[[agent]]` state it. An account that nobody
//! joined is taken for a person of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    analysis::attribution,
    controls::{
        agents::Signatures,
        config::{Config, StatedKind},
    },
    model::actor::{Account, AccountKind},
};

#[derive(Debug, Clone, Default)]
pub struct Persons {
    /// Login or mail address in lower case, to the person's key.
    by_account: BTreeMap<String, String>,
    /// Logins of machines, with the person who runs each where that is stated.
    machines: BTreeMap<String, Option<String>>,
    /// By a person's name: the logins that are theirs.
    logins: BTreeMap<String, Vec<String>>,
}

/// Somebody, as far as accounts tell: two accounts of one person are equal.
pub type PersonKey = String;

impl Persons {
    pub fn of(config: &Config) -> Persons {
        let mut persons = Persons::default();
        for (key, person) in &config.people {
            let logins = person.accounts.iter().filter_map(|account| account.value.strip_prefix("github:"));
            let logins = logins.map(str::to_owned).collect();
            persons.logins.insert(config.name_of(key).to_owned(), logins);
            for account in &person.accounts {
                let name = account.value.split_once(':').map_or(account.value.as_str(), |(_, name)| name);
                persons.by_account.insert(name.to_lowercase(), format!("person:{key}"));
            }
        }
        for agent in config.agents.iter().filter(|agent| agent.kind == StatedKind::Bot) {
            let owner = agent.owner.as_ref().map(|owner| format!("person:{owner}"));
            for login in &agent.acts_as {
                persons.machines.insert(plain(&login.value), owner.clone());
            }
        }
        persons
    }

    /// Whose account a login is.
    pub fn key(&self, login: &str) -> PersonKey {
        let login = plain(login);
        self.by_account.get(&login).cloned().unwrap_or(login)
    }

    /// The logins of a person by name, as stated; none where nothing joins the name to an account.
    pub fn logins(&self, name: &str) -> &[String] {
        self.logins.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whose mail address it is: stated, or GitHub's own (`12+bob@users.noreply.github.com`).
    pub fn by_mail(&self, address: &str) -> Option<PersonKey> {
        let address = address.to_lowercase();
        let login = || {
            let local = address.strip_suffix("@users.noreply.github.com")?;
            Some(self.key(local.split_once('+').map_or(local, |(_, login)| login)))
        };
        self.by_account.get(&address).cloned().or_else(login)
    }

    /// The person who runs a machine account.
    pub fn behind(&self, login: &str) -> Option<&PersonKey> {
        self.machines.get(&plain(login)).and_then(Option::as_ref)
    }

    /// Why nobody stands behind a word of this account; `None` for a person's.
    pub fn no_person(&self, signatures: &Signatures, account: &Account) -> Option<&'static str> {
        if attribution::by_account(signatures, account).is_some() {
            Some("is an agent")
        } else if account.kind == AccountKind::Bot || self.machines.contains_key(&plain(&account.login)) {
            Some("is a machine")
        } else if account.kind != AccountKind::User {
            Some("is no person's account")
        } else {
            None
        }
    }

    /// Distinct persons behind these logins.
    pub fn distinct<'a>(&self, logins: impl IntoIterator<Item = &'a str>) -> BTreeSet<PersonKey> {
        logins.into_iter().map(|login| self.key(login)).collect()
    }
}

fn plain(login: &str) -> String {
    login.strip_prefix("github:").unwrap_or(login).to_lowercase()
}
