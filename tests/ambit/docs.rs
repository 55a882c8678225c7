//! What is written about Ambit agrees with Ambit: the checks' pages, the book's contents, the keys of `ambit.toml`, links.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use ambit::{
    checks::{self, CheckDef},
    controls::catalogue::{Catalogue, Overlay},
    report::{Mode, Severity},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a generated file with the one in the repository; with `UPDATE_DOCS=1` writes it.
fn agrees(path: &Path, text: &str) {
    let shown = path.strip_prefix(root()).unwrap().display();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == text, "{shown} is not what the code says; run: UPDATE_DOCS=1 cargo test --test ambit docs::");
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Info => "info",
    }
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::PrivilegeEscalation => "privilege escalation",
        Mode::EnvironmentConfusion => "environment confusion",
        Mode::ApprovalBypass => "approval bypass",
    }
}

/// The page of a check: its doc comment, and what it serves.
fn page(check: &CheckDef, catalogue: &Catalogue) -> String {
    let objective = catalogue.objectives.iter().find(|one| one.id == check.objective).unwrap();
    let criteria: Vec<&str> = catalogue
        .frameworks
        .iter()
        .flat_map(|framework| &framework.criteria)
        .filter(|row| row.objectives.iter().any(|id| id == check.objective))
        .map(|row| row.id.as_str())
        .collect();
    let criteria = if criteria.is_empty() { "none".to_owned() } else { criteria.join(", ") };
    let by = if check.manual { "a person" } else { "what was read" };
    format!(
        "# {}\n\n{}\n| | |\n|---|---|\n| severity | {} |\n| failure mode | {} |\n| answered by | {by} |\n| objective | `{}`: {} |\n| criteria | {criteria} |\n",
        check.id,
        check.page(),
        severity(check.severity),
        mode(check.mode),
        objective.id,
        objective.title,
    )
}

fn checks_in_order() -> Vec<CheckDef> {
    let mut all = checks::all();
    all.sort_by_key(|check| (check.family, check.id));
    all
}

#[test]
fn the_schema_of_a_clones_agents_is_what_the_types_say() {
    let schema = schemars::schema_for!(ambit::analysis::local::Inventory);
    agrees(&root().join("docs/schema/agents-1.json"), &(serde_json::to_string_pretty(&schema).unwrap() + "\n"));
}

#[test]
fn every_check_has_the_page_that_its_file_says_and_no_page_is_left_over() {
    let catalogue = Catalogue::load(&Overlay::default()).unwrap();
    let folder = root().join("docs/checks");
    let mut expected = BTreeSet::new();
    for check in checks_in_order() {
        let path = folder.join(check.family).join(format!("{}.md", check.id));
        agrees(&path, &page(&check, &catalogue));
        expected.insert(path);
    }
    for path in markdown(&folder) {
        assert!(expected.contains(&path), "{} is the page of no check", path.display());
    }
}

#[test]
fn the_contents_of_the_book_name_every_page() {
    let mut summary = include_str!("docs_summary.md").to_owned();
    let mut family = "";
    for check in checks_in_order() {
        if check.family != family {
            family = check.family;
            summary.push_str(&format!("\n# Checks: {family}\n\n"));
        }
        summary.push_str(&format!("- [{}](checks/{family}/{}.md)\n", check.id, check.id));
    }
    agrees(&root().join("docs/SUMMARY.md"), &summary);
    for path in markdown(&root().join("docs")) {
        let name = path.strip_prefix(root().join("docs")).unwrap().to_string_lossy().replace('\\', "/");
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "docs/SUMMARY.md does not name {name}");
    }
}

#[test]
fn every_key_that_ambit_toml_may_hold_is_documented() {
    let source = std::fs::read_to_string(root().join("src/controls/config/sections.rs")).unwrap();
    let text = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let mut keys = BTreeSet::new();
    for (at, call) in source.match_indices("reader.only(section, &[") {
        let list = source[at + call.len()..].split(']').next().unwrap();
        keys.extend(list.split(',').map(|key| key.trim().trim_matches('"').to_owned()));
    }
    let root_list = source.split("let sections = [").nth(1).unwrap().split(']').next().unwrap();
    keys.extend(root_list.split(',').map(|key| key.trim().trim_matches('"').to_owned()));
    assert!(keys.len() > 30, "{keys:?}");
    for key in keys {
        let named = [format!("`{key}`"), format!("[{key}]"), format!("[{key}."), format!(".{key}]")];
        assert!(named.iter().any(|form| text.contains(form)), "docs/configuration.md does not say what `{key}` is");
    }
}

#[test]
fn every_command_is_in_the_quick_start_or_the_list_of_commands() {
    let text = std::fs::read_to_string(root().join("docs/quick-start.md")).unwrap();
    let source = std::fs::read_to_string(root().join("src/cli/args.rs")).unwrap();
    let body = source.split("pub enum Command {").nth(1).unwrap().split("\n}").next().unwrap();
    let commands: Vec<String> = body
        .lines()
        .filter_map(|line| line.trim().split_once('(').map(|(name, _)| name.to_ascii_lowercase()))
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase()))
        .collect();
    assert!(commands.len() >= 12, "{commands:?}");
    for command in commands {
        let named =
            text.split(&format!("ambit {command}")).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
        assert!(named, "docs/quick-start.md does not name `ambit {command}`");
    }
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut pages = markdown(&root().join("docs"));
    pages.extend([root().join("README.md"), root().join("CONTRIBUTING.md")]);
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") || target.contains(char::is_whitespace) {
                continue;
            }
            let path = page.parent().unwrap().join(target);
            assert!(path.exists(), "{} links to {target}", page.display());
        }
    }
}

#[test]
fn sample_workflows_pin_every_action_and_grant_nothing_by_default() {
    for entry in std::fs::read_dir(root().join("samples/workflows")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let uses: Vec<&str> =
            text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")).collect();
        assert!(!uses.is_empty(), "{}", path.display());
        for action in uses {
            let commit = action.split('@').nth(1).unwrap().split(' ').next().unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{action}");
        }
        assert!(text.contains("\npermissions: {}\n"), "{}", path.display());
        for line in text.lines().filter(|line| line.trim_end().ends_with(": write")) {
            assert_eq!(line.trim(), "id-token: write", "{}", path.display());
        }
        let scripts = text.lines().filter(|line| line.contains("ambit/bin/ambit") || line.contains("cargo install"));
        assert!(scripts.clone().count() > 0);
        for line in scripts {
            assert!(!line.contains("${{"), "an expression in a script can be a command: {line}");
        }
    }
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(markdown(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
