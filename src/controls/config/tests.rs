use super::*;

const WHOLE: &str = r##"
[tiers.production]
branches = ["main", "acme/shop@release/*"]
environments = ["acme/shop@production"]
accounts = ["111122223333"]
resources = ["arn:aws:rds:*:db:shop*"]
tags = { stage = ["prod", "live"] }

[tiers.staging]
branches = ["staging"]

[scope]
repositories = ["acme/*"]
regions = ["eu-west-1"]

[[scope.exclude]]
what = "acme/legacy"
reason = "archived in March"

[[scope.account]]
name = "prod"
role_arn = "arn:aws:iam::111122223333:role/ambit"
regions = ["eu-west-1"]

[[agent]]
name = "Claude"
kind = "app"
acts_as = ["claude"]
owner = "anna"
approved_by = "ben"
approved_on = 2026-01-15
last_review = "2026-10-01"

[people.anna]
name = "Anna Ek"
accounts = ["github:Anna", "arn:aws:iam::111122223333:user/anna"]

[soc2]
categories = ["security", "availability"]
type = 2
from = 2026-01-01
to = 2026-12-31
subservice = ["GitHub", "AWS"]

[[accept]]
finding = "f-0123456789ab"
reason = "migration"
owner = "anna"
approver = "ben"
until = "2027-01-31"

[[response]]
finding = "f-0123456789ab"
owner = "anna"
due = "2026-12-31"
response = "reviewers are added in December"

[branding]
accent = "#1f6feb"
organisation = "Acme"

[hook]
anything = ["goes", { here = true }]
"##;

fn problems(text: &str) -> Vec<String> {
    let error = Config::parse("ambit.toml", text.as_bytes()).unwrap_err();
    error.to_string().lines().map(str::to_owned).collect()
}

#[test]
fn a_whole_file_is_read_with_the_line_of_each_assertion() {
    let config = Config::parse("ambit.toml", WHOLE.as_bytes()).unwrap();
    let production = &config.tiers[&Tier::Production];
    assert_eq!(production.branches[1].value, RefPattern::parse("acme/shop@release/*"));
    assert_eq!(config.source(production.branches[1].line), "ambit.toml:3");
    assert_eq!(production.tags["stage"].iter().map(|at| at.value.as_str()).collect::<Vec<_>>(), ["prod", "live"]);
    assert_eq!(config.agents[0].approved_on.as_deref(), Some("2026-01-15"));
    assert_eq!(config.agents[0].line, 25);
    assert_eq!(
        config.person("github:anna").map(|(key, person)| (key, person.name.as_str())),
        Some(("anna", "Anna Ek"))
    );
    assert_eq!(config.person("github:ann"), None);
    assert_eq!(config.name_of("anna"), "Anna Ek");
    assert_eq!(config.name_of("ben"), "ben");
    assert_eq!(config.soc2.as_ref().map(|soc2| soc2.report_type), Some(2));
    assert_eq!(config.excluded("acme/legacy").map(|exclude| exclude.reason.as_str()), Some("archived in March"));
    assert_eq!(config.excluded("acme/shop"), None);
    assert_eq!(config.accepts[0].until, "2027-01-31");
    assert_eq!(config.digest.as_ref().map(String::len), Some(64));
}

#[test]
fn the_digest_is_of_the_bytes() {
    let empty = Config::parse("ambit.toml", b"").unwrap();
    assert_eq!(empty.digest.as_deref(), Some("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert!(empty.tiers.is_empty() && empty.agents.is_empty());
}

#[test]
fn unknown_keys_name_file_line_and_what_is_allowed() {
    assert_eq!(
        problems("\n[tiers.production]\nbrnches = [\"main\"]\n"),
        ["ambit.toml:3: unknown key `brnches` in [tiers.production]; allowed: branches, environments, accounts, \
             units, resources, tags"]
    );
    assert_eq!(
        problems("[tiers.prod]\n"),
        ["ambit.toml:1: unknown key `prod` in [tiers]; allowed: sandbox, dev, staging, production"]
    );
    assert_eq!(
        problems("[teirs.production]\n"),
        ["ambit.toml:1: unknown key `teirs` in the file; allowed: tiers, scope, agent, people, soc2, accept, \
             response, branding, emergency, hook"]
    );
}

#[test]
fn every_wrong_value_is_told_at_once_in_order_of_lines() {
    let text = "[tiers.production]\nbranches = \"main\"\naccounts = [\"1\"]\n[[agent]]\nname = \"x\"\nkind = \"robot\"\n\
                approved_on = \"soon\"\n[soc2]\ntype = 3\ncategories = [\"speed\"]\n[people.a]\nname = \"A\"\n\
                accounts = [\"anna\"]\n[branding]\naccent = \"red\"\n";
    assert_eq!(
        problems(text),
        [
            "ambit.toml:2: `branches` in [tiers.production] must be an array of strings; found string",
            "ambit.toml:3: `1` in [tiers.production] is no AWS account; allowed: twelve digits, or a name",
            "ambit.toml:6: `kind` in [[agent]] cannot be `robot`; allowed: app, bot, workflow, person, principal",
            "ambit.toml:7: `approved_on` in [[agent]] must be a date such as 2026-11-25",
            "ambit.toml:9: `type` in [soc2] cannot be `3`; allowed: 1, 2",
            "ambit.toml:10: `categories` in [soc2] cannot be `speed`; allowed: security, availability, \
             processing_integrity, confidentiality, privacy",
            "ambit.toml:13: `anna` is no account; allowed: `github:<login>`, `mailto:<address>` or an ARN",
            "ambit.toml:15: `red` is no colour; allowed: #rrggbb",
        ]
    );
}

#[test]
fn an_acceptance_needs_an_end_and_a_finding() {
    assert_eq!(
        problems("[[accept]]\nfinding = \"x\"\nreason = \"y\"\n"),
        [
            "ambit.toml:1: [[accept]] needs `until`, a date: no acceptance is for ever",
            "ambit.toml:1: `x` is no finding; allowed: an id from the report, such as f-0123456789ab",
        ]
    );
    let ownerless = "[[accept]]\nfinding = \"f-1\"\nreason = \"y\"\nuntil = 2027-01-01\n";
    assert_eq!(Config::parse("a", ownerless.as_bytes()).unwrap().accepts[0].owner, None);
    let no_day = problems("[[accept]]\nfinding = \"f-1\"\nreason = \"y\"\nuntil = \"2027-02-30\"\n");
    assert_eq!(no_day, ["ambit.toml:4: `until` in [[accept]] must be a date such as 2026-11-25"]);
}

#[test]
fn one_account_is_one_person() {
    let text = "[people.a]\nname = \"A\"\naccounts = [\"github:anna\"]\n[people.b]\nname = \"B\"\naccounts = [\"github:Anna\"]\n";
    assert_eq!(problems(text), ["ambit.toml:6: `github:Anna` in [people] stands on line 3 already"]);
}

#[test]
fn broken_toml_and_broken_text_name_their_line() {
    assert!(problems("[tiers]\nx = = 1\n")[0].starts_with("ambit.toml:2: "));
    let error = Config::parse("ambit.toml", b"a = 1\n\xff").unwrap_err();
    assert_eq!(error.to_string(), "ambit.toml:2: not UTF-8 text");
}
