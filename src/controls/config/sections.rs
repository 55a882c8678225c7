//! The sections of `ambit.toml`, one function each.

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::model::tier::Tier;

use super::{
    Accept, At, BrandingRules, Category, Config, EmergencyRule, Exclude, NamePattern, Person, RefPattern, Response,
    ScopeAccount, ScopeRules, Soc2, StatedAgent, StatedKind, TierRules,
    read::{Reader, Section},
};

const TIERS: [(Tier, &str, &str); 4] = [
    (Tier::Sandbox, "sandbox", "[tiers.sandbox]"),
    (Tier::Dev, "dev", "[tiers.dev]"),
    (Tier::Staging, "staging", "[tiers.staging]"),
    (Tier::Production, "production", "[tiers.production]"),
];

const KINDS: [(&str, StatedKind); 5] = [
    ("app", StatedKind::App),
    ("bot", StatedKind::Bot),
    ("workflow", StatedKind::Workflow),
    ("person", StatedKind::Person),
    ("principal", StatedKind::Principal),
];

const CATEGORIES: [(&str, Category); 5] = [
    ("security", Category::Security),
    ("availability", Category::Availability),
    ("processing_integrity", Category::ProcessingIntegrity),
    ("confidentiality", Category::Confidentiality),
    ("privacy", Category::Privacy),
];

pub(super) fn config<'a>(reader: &mut Reader<'a>, document: &'a DeTable<'a>) -> Config {
    let root = Section { table: document, name: "the file", line: 1 };
    // `[hook]` belongs to `ambit hook`, which reads it on its own.
    let sections = ["tiers", "scope", "agent", "people", "soc2", "accept", "response", "branding", "emergency", "hook"];
    reader.only(root, &sections);
    Config {
        file: String::new(),
        digest: None,
        tiers: tiers(reader, root),
        scope: scope(reader, root),
        agents: reader.tables(root, "agent", "[[agent]]").into_iter().map(|entry| agent(reader, entry)).collect(),
        people: people(reader, root),
        soc2: reader.table(root, "soc2", "[soc2]").map(|section| soc2(reader, section)),
        accepts: reader.tables(root, "accept", "[[accept]]").into_iter().map(|entry| accept(reader, entry)).collect(),
        responses: reader
            .tables(root, "response", "[[response]]")
            .into_iter()
            .map(|entry| response(reader, entry))
            .collect(),
        branding: reader.table(root, "branding", "[branding]").map_or_else(Default::default, |s| branding(reader, s)),
        emergency: reader.table(root, "emergency", "[emergency]").map(|section| emergency(reader, section)),
    }
}

fn tiers<'a>(reader: &mut Reader<'a>, root: Section<'a>) -> BTreeMap<Tier, TierRules> {
    let mut tiers = BTreeMap::new();
    let Some(section) = reader.table(root, "tiers", "[tiers]") else { return tiers };
    reader.only(section, &TIERS.map(|(_, key, _)| key));
    for (tier, key, name) in TIERS {
        if let Some(entry) = reader.table(section, key, name) {
            tiers.insert(tier, tier_rules(reader, entry));
        }
    }
    tiers
}

fn tier_rules<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> TierRules {
    reader.only(section, &["branches", "environments", "accounts", "units", "resources", "tags"]);
    let accounts = reader.strings(section, "accounts");
    for account in &accounts {
        if account.value.len() != 12 && account.value.bytes().all(|byte| byte.is_ascii_digit()) {
            let message =
                format!("`{}` in {} is no AWS account; allowed: twelve digits, or a name", account.value, section.name);
            reader.problem(account.line, message);
        }
    }
    TierRules {
        branches: refs(reader.strings(section, "branches")),
        environments: refs(reader.strings(section, "environments")),
        accounts: names(accounts),
        units: names(reader.strings(section, "units")),
        resources: names(reader.strings(section, "resources")),
        tags: tags(reader, section),
    }
}

fn tags<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> BTreeMap<String, Vec<At<String>>> {
    let Some(tags) = reader.table(section, "tags", "{ key = [\"value\"] }") else { return BTreeMap::new() };
    let keys: Vec<String> = tags.table.keys().map(|key| key.get_ref().to_string()).collect();
    keys.into_iter().map(|key| (key.clone(), reader.strings(tags, &key))).collect()
}

fn refs(texts: Vec<At<String>>) -> Vec<At<RefPattern>> {
    texts.into_iter().map(|at| At { value: RefPattern::parse(&at.value), line: at.line }).collect()
}

fn names(texts: Vec<At<String>>) -> Vec<At<NamePattern>> {
    texts.into_iter().map(|at| At { value: NamePattern::new(at.value), line: at.line }).collect()
}

fn scope<'a>(reader: &mut Reader<'a>, root: Section<'a>) -> ScopeRules {
    let Some(section) = reader.table(root, "scope", "[scope]") else { return ScopeRules::default() };
    reader.only(section, &["repositories", "exclude", "regions", "account", "organization_role"]);
    let repositories = reader.strings(section, "repositories");
    for repository in repositories.iter().filter(|repository| repository.value.split('/').count() != 2) {
        let message = format!("`{}` is no repository; allowed: `owner/name` or `owner/*`", repository.value);
        reader.problem(repository.line, message);
    }
    let excludes = reader.tables(section, "exclude", "[[scope.exclude]]");
    let accounts = reader.tables(section, "account", "[[scope.account]]");
    let scope = ScopeRules {
        repositories: names(repositories),
        excludes: excludes.into_iter().map(|entry| exclude(reader, entry)).collect(),
        regions: reader.strings(section, "regions"),
        organization_role: reader.string(section, "organization_role"),
        accounts: accounts.into_iter().map(|entry| scope_account(reader, entry)).collect(),
    };
    unique(reader, scope.accounts.iter().map(|account| (account.name.as_str(), account.line)), "[[scope.account]]");
    scope
}

fn exclude<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Exclude {
    reader.only(section, &["what", "reason"]);
    Exclude {
        what: NamePattern::new(reader.required(section, "what")),
        reason: reader.required(section, "reason"),
        line: section.line,
    }
}

fn scope_account<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> ScopeAccount {
    reader.only(section, &["name", "role_arn", "regions"]);
    let role = reader.string(section, "role_arn");
    if let Some(role) = role.as_ref().filter(|role| !(role.value.starts_with("arn:") && role.value.contains(":role/")))
    {
        reader.problem(role.line, format!("`{}` is no role; allowed: arn:aws:iam::<account>:role/<name>", role.value));
    }
    ScopeAccount {
        name: reader.required(section, "name"),
        role_arn: role.map(|role| role.value),
        regions: reader.strings(section, "regions"),
        line: section.line,
    }
}

fn agent<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> StatedAgent {
    reader.only(section, &["name", "kind", "acts_as", "owner", "approved_by", "approved_on", "last_review"]);
    let kind = match reader.string(section, "kind") {
        Some(given) => reader.choice(section, "kind", &given, &KINDS),
        None => {
            let words = KINDS.map(|(word, _)| word).join(", ");
            reader.problem(section.line, format!("{} needs `kind`; allowed: {words}", section.name));
            None
        }
    };
    StatedAgent {
        name: reader.required(section, "name"),
        kind: kind.unwrap_or(StatedKind::App),
        acts_as: reader.strings(section, "acts_as"),
        owner: reader.text(section, "owner"),
        approved_by: reader.text(section, "approved_by"),
        approved_on: reader.date(section, "approved_on"),
        last_review: reader.date(section, "last_review"),
        line: section.line,
    }
}

fn people<'a>(reader: &mut Reader<'a>, root: Section<'a>) -> BTreeMap<String, Person> {
    let mut people = BTreeMap::new();
    let Some(section) = reader.table(root, "people", "[people]") else { return people };
    let keys: Vec<String> = section.table.keys().map(|key| key.get_ref().to_string()).collect();
    for key in keys {
        if let Some(entry) = reader.table(section, &key, "[people.<key>]") {
            people.insert(key, person(reader, entry));
        }
    }
    let accounts = people.values().flat_map(|person| &person.accounts);
    unique(reader, accounts.map(|account| (account.value.as_str(), account.line)), "[people]");
    people
}

fn person<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Person {
    reader.only(section, &["name", "accounts"]);
    let accounts = reader.strings(section, "accounts");
    for account in &accounts {
        let known = ["github:", "arn:", "mailto:"].iter().any(|scheme| account.value.starts_with(scheme));
        if !known {
            let message =
                format!("`{}` is no account; allowed: `github:<login>`, `mailto:<address>` or an ARN", account.value);
            reader.problem(account.line, message);
        }
    }
    Person { name: reader.required(section, "name"), accounts, line: section.line }
}

/// Reports every name that stands a second time.
fn unique<'n>(reader: &mut Reader<'_>, named: impl Iterator<Item = (&'n str, usize)>, place: &str) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for (name, line) in named {
        if let Some(before) = first.insert(name.to_ascii_lowercase(), line) {
            let (before, line) = (before.min(line), before.max(line));
            reader.problem(line, format!("`{name}` in {place} stands on line {before} already"));
        }
    }
}

fn soc2<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Soc2 {
    reader.only(section, &["categories", "type", "from", "to", "subservice"]);
    let given = reader.strings(section, "categories");
    let categories = given.iter().filter_map(|word| reader.choice(section, "categories", word, &CATEGORIES)).collect();
    let report_type = match reader.integer(section, "type") {
        Some(given) => reader.choice(section, "type", &given, &[("1", 1), ("2", 2)]),
        None => {
            reader.problem(section.line, format!("{} needs `type`; allowed: 1, 2", section.name));
            None
        }
    };
    let (from, to) = (reader.date(section, "from"), reader.date(section, "to"));
    if report_type == Some(2) && (from.is_none() || to.is_none()) {
        reader.problem(section.line, format!("{} of type 2 needs `from` and `to`", section.name));
    }
    if from.as_ref().zip(to.as_ref()).is_some_and(|(from, to)| from > to) {
        reader.problem(section.line, format!("{} ends before it begins", section.name));
    }
    let subservice = reader.strings(section, "subservice");
    Soc2 { categories, report_type: report_type.unwrap_or(1), from, to, subservice, line: section.line }
}

fn accept<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Accept {
    reader.only(section, &["finding", "reason", "owner", "approver", "compensating_control", "until"]);
    if !section.table.keys().any(|key| key.get_ref() == "until") {
        reader.problem(section.line, format!("{} needs `until`, a date: no acceptance is for ever", section.name));
    }
    Accept {
        finding: finding(reader, section),
        reason: reader.required(section, "reason"),
        owner: reader.text(section, "owner"),
        approver: reader.text(section, "approver"),
        compensating_control: reader.text(section, "compensating_control"),
        until: reader.date(section, "until").unwrap_or_default(),
        line: section.line,
    }
}

/// A finding's id: `f-` and hex digits, as the report prints it.
fn finding(reader: &mut Reader<'_>, section: Section<'_>) -> String {
    let id = reader.required(section, "finding");
    if !id.is_empty() && !id.starts_with("f-") {
        reader.problem(
            section.line,
            format!("`{id}` is no finding; allowed: an id from the report, such as f-0123456789ab"),
        );
    }
    id
}

fn response<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> Response {
    reader.only(section, &["finding", "owner", "due", "response"]);
    Response {
        finding: finding(reader, section),
        owner: reader.text(section, "owner"),
        due: reader.date(section, "due"),
        response: reader.text(section, "response"),
        line: section.line,
    }
}

fn branding<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> BrandingRules {
    reader.only(section, &["organisation", "prepared_for", "prepared_by", "accent", "logo", "confidentiality"]);
    let accent = reader.string(section, "accent");
    if let Some(accent) = accent.as_ref().filter(|accent| !is_colour(&accent.value)) {
        reader.problem(accent.line, format!("`{}` is no colour; allowed: #rrggbb", accent.value));
    }
    BrandingRules {
        organisation: reader.text(section, "organisation"),
        prepared_for: reader.text(section, "prepared_for"),
        prepared_by: reader.text(section, "prepared_by"),
        accent: accent.map(|accent| accent.value),
        logo: reader.text(section, "logo"),
        confidentiality: reader.text(section, "confidentiality"),
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn emergency<'a>(reader: &mut Reader<'a>, section: Section<'a>) -> EmergencyRule {
    reader.only(section, &["labels", "actors", "teams", "review_within_days"]);
    let days = reader.integer(section, "review_within_days");
    let within = days.as_ref().map(|given| given.value.parse::<i64>().unwrap_or(-1));
    if let (Some(given), Some(..0)) = (&days, within) {
        reader.problem(given.line, format!("`{}` in {} is no number of days", given.value, section.name));
    }
    let rule = EmergencyRule {
        labels: reader.strings(section, "labels"),
        actors: reader.strings(section, "actors"),
        teams: reader.strings(section, "teams"),
        review_within_days: within.filter(|days| *days >= 0),
        line: section.line,
    };
    if rule.labels.is_empty() && rule.actors.is_empty() && rule.teams.is_empty() {
        reader.problem(section.line, format!("{} names no `labels`, `actors` or `teams`", section.name));
    }
    rule
}
