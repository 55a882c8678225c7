//! Everything that management asserted and that was assumed: what the facts did not show stands in the report.

use std::collections::BTreeSet;

use crate::{
    controls::config::{Category, Config, Person, TierRules},
    model::{
        actor::{Account, AccountKind},
        tier::{Tier, TierBasis},
        world::World,
    },
    reach::path::{Basis, ReachPath},
    report::{Assertion, TierRow},
};

pub(super) fn all(
    config: &Config,
    world: &World,
    not_followed: &BTreeSet<usize>,
    paths: &[ReachPath],
    tiers: &[TierRow],
) -> Vec<Assertion> {
    let mut list = List { config, rows: Vec::new() };
    for (tier, rules) in &config.tiers {
        list.tier(*tier, rules);
    }
    list.scope();
    list.agents();
    for (key, person) in &config.people {
        list.person(key, person, world);
    }
    list.soc2();
    list.answers(not_followed);
    list.assumed(paths, tiers);
    list.rows
}

struct List<'a> {
    config: &'a Config,
    rows: Vec<Assertion>,
}

impl List<'_> {
    fn say(&mut self, kind: &str, line: usize, statement: String) {
        self.add(kind, line, statement, true);
    }

    fn add(&mut self, kind: &str, line: usize, statement: String, followed: bool) {
        let source = self.config.source(line);
        self.rows.push(Assertion { kind: kind.to_owned(), statement, source, followed });
    }

    fn tier(&mut self, tier: Tier, rules: &TierRules) {
        for branch in &rules.branches {
            self.say("tiers", branch.line, format!("branches `{}` belong to {tier}", branch.value));
        }
        for environment in &rules.environments {
            self.say("tiers", environment.line, format!("environments `{}` belong to {tier}", environment.value));
        }
        for account in &rules.accounts {
            self.say("tiers", account.line, format!("account {} belongs to {tier}", account.value));
        }
        for unit in &rules.units {
            self.say("tiers", unit.line, format!("accounts in the unit `{}` belong to {tier}", unit.value));
        }
        for resource in &rules.resources {
            self.say("tiers", resource.line, format!("resources `{}` belong to {tier}", resource.value));
        }
        for (key, values) in &rules.tags {
            for value in values {
                self.say("tiers", value.line, format!("what is tagged `{key}` `{}` belongs to {tier}", value.value));
            }
        }
    }

    fn scope(&mut self) {
        let scope = &self.config.scope;
        for repository in &scope.repositories {
            self.say("scope", repository.line, format!("repositories `{}` are in scope", repository.value));
        }
        for region in &scope.regions {
            self.say("scope", region.line, format!("Region {} is in scope", region.value));
        }
        if let Some(role) = &scope.organization_role {
            let statement =
                format!("every account of the organisation is in scope, read through its role {}", role.value);
            self.say("scope", role.line, statement);
        }
        for account in &scope.accounts {
            self.say("scope", account.line, format!("AWS account `{}` is in scope", account.name));
        }
        for exclude in &scope.excludes {
            self.say("scope", exclude.line, format!("`{}` is out of scope: {}", exclude.what, exclude.reason));
        }
    }

    fn agents(&mut self) {
        for agent in &self.config.agents {
            let owner = match agent.owner.as_deref() {
                Some(owner) => format!("owned by {}", self.config.name_of(owner)),
                None => "without an owner".to_owned(),
            };
            let approved = match (agent.approved_by.as_deref(), agent.approved_on.as_deref()) {
                (Some(by), Some(on)) => format!(", approved by {} on {on}", self.config.name_of(by)),
                (Some(by), None) => format!(", approved by {}", self.config.name_of(by)),
                (None, _) => ", approved by nobody".to_owned(),
            };
            let kind = agent.kind.as_str();
            self.say("agent", agent.line, format!("`{}` is an agent ({kind}), {owner}{approved}", agent.name));
        }
    }

    /// A bot's account is no person, whatever the file says.
    fn person(&mut self, key: &str, person: &Person, world: &World) {
        for account in &person.accounts {
            let bot = account.value.strip_prefix("github:").is_some_and(|login| is_bot(world, login));
            let but = if bot { ", but GitHub says that the account is a bot's" } else { "" };
            let statement = format!("`{}` is {} ({key}){but}", account.value, person.name);
            self.add("people", account.line, statement, !bot);
        }
    }

    fn soc2(&mut self) {
        let Some(soc2) = &self.config.soc2 else { return };
        let categories: Vec<&str> = soc2.categories.iter().copied().map(Category::as_str).collect();
        let period = match (&soc2.from, &soc2.to) {
            (Some(from), Some(to)) => format!(", {from} to {to}"),
            _ => String::new(),
        };
        let statement = format!("SOC 2 type {}{period}, categories: {}", soc2.report_type, categories.join(", "));
        self.say("soc2", soc2.line, statement);
        for organisation in &soc2.subservice {
            self.say("soc2", organisation.line, format!("{} is a subservice organisation", organisation.value));
        }
    }

    fn answers(&mut self, not_followed: &BTreeSet<usize>) {
        for accept in &self.config.accepts {
            let statement = format!("{} is accepted until {}: {}", accept.finding, accept.until, accept.reason);
            self.add("accept", accept.line, statement, !not_followed.contains(&accept.line));
        }
        for response in &self.config.responses {
            let said = response.response.as_deref().unwrap_or("no text");
            let statement = format!("to {}: {said}", response.finding);
            self.add("response", response.line, statement, !not_followed.contains(&response.line));
        }
    }

    /// What nobody said and the judgement rests on.
    fn assumed(&mut self, paths: &[ReachPath], tiers: &[TierRow]) {
        let mut assume = |statement: String| {
            let (kind, source) = ("assumed".to_owned(), "assumed".to_owned());
            self.rows.push(Assertion { kind, statement, source, followed: true });
        };
        let resting = paths.iter().filter(|path| path.humans.basis == Basis::Assumed).count();
        if resting > 0 {
            let base = paths.len();
            assume(format!(
                "an account of type User is a person of its own until `[people]` joins it; {resting} of {base} paths \
                 rest on this"
            ));
        }
        let unmapped = tiers.iter().filter(|row| row.basis == TierBasis::Unmapped).count();
        if unmapped > 0 {
            let base = tiers.len();
            assume(format!(
                "{unmapped} of {base} branches, environments and resources that nothing maps are production"
            ));
        }
    }
}

fn is_bot(world: &World, login: &str) -> bool {
    let Some(organization) = world.forge.seen() else { return false };
    let bot = |account: &Account| account.login.eq_ignore_ascii_case(login) && account.kind == AccountKind::Bot;
    let repositories = organization.repositories.members().iter();
    organization.members.members().iter().any(bot)
        || repositories.flat_map(|repository| repository.collaborators.members()).any(|one| bot(&one.account))
}
