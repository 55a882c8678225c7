//! The checks of agents' guardrails, each on a world that passes, one that fails and one that could not be read.

use super::{approving::repository, *};
use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity},
        changes::persons::Persons,
        tiers::Tiers,
    },
    checks::Sight,
    controls::{agents::Signatures, essentials::Essentials, guardrails::Guardrails},
    facts::github::workflows,
    model::{
        actor::{Account, AccountKind, Collaborator},
        agent::Owner,
        file::RepositoryFile,
        pipeline::{WorkflowDefaults, WorkflowFile},
        rules::Rule,
        world::Repository,
    },
};

fn denied<T>() -> Observed<T> {
    Observed::denied("GitHub", "repository contents: read", Vec::new())
}

fn workflow(text: &str) -> WorkflowFile {
    workflows::parse(".github/workflows/a.yml", text, Vec::new())
}

fn file(path: &str, text: &str) -> RepositoryFile {
    RepositoryFile { path: path.to_owned(), text: known(text.to_owned()) }
}

fn rule(kind: &str, parameters: serde_json::Value) -> Rule {
    Rule { kind: kind.to_owned(), parameters, ruleset_id: None }
}

/// The outcome of one check's rows, worst first, with the severity of the first.
fn outcomes(check: &str, repository: Repository) -> Vec<(Outcome, Severity)> {
    outcomes_of(check, repository, &[], &Persons::default())
}

fn outcomes_of(
    check: &str,
    repository: Repository,
    agents: &[AgentPrincipal],
    persons: &Persons,
) -> Vec<(Outcome, Severity)> {
    let mut world = world();
    if let Some(mut organization) = world.forge.seen().cloned() {
        organization.repositories = known(vec![repository]);
        world.forge = known(organization);
    }
    let (signatures, guardrails) = (Signatures::built_in().unwrap(), Guardrails::built_in().unwrap());
    let (essentials, tiers) = (Essentials::built_in().unwrap(), Tiers::new(&Config::default(), &[]));
    let sight = Sight {
        world: &world,
        tiers: &tiers,
        agents,
        paths: &[],
        powers: &[],
        recovery: &[],
        alerts: &[],
        signatures: &signatures,
        persons,
        guardrails: &guardrails,
        essentials: &essentials,
    };
    let mut rows: Vec<(Outcome, Severity)> = checks::run(&sight)
        .into_iter()
        .filter(|finding| finding.check.as_str() == check)
        .map(|finding| (finding.outcome, finding.severity))
        .collect();
    rows.sort();
    rows
}

fn worst(check: &str, change: impl FnOnce(&mut Repository)) -> Outcome {
    let mut repository = repository("acme/shop");
    repository.private = false;
    change(&mut repository);
    outcomes(check, repository).first().unwrap_or_else(|| panic!("{check} says nothing")).0
}

fn with_rules(repository: &mut Repository, rules: Vec<Rule>) {
    let mut branch = repository.branches.members()[0].clone();
    branch.rules = known(rules);
    repository.branches = known(vec![branch]);
}

const OPEN: &str = "on: issues\npermissions: {contents: write}\njobs: {a: {runs-on: ubuntu-latest, steps: [{uses: anthropics/claude-code-base-action@v1}]}}\n";

#[test]
fn strangers_at_an_agent_that_holds_rights() {
    let check = "agent_open_to_strangers";
    let with = |text: &str| {
        let file = workflow(text);
        move |repository: &mut Repository| repository.workflows = known(vec![file])
    };
    assert_eq!(worst(check, with(OPEN)), Outcome::Fail);
    assert_eq!(worst(check, with(&OPEN.replace("write", "read"))), Outcome::Pass);
    assert_eq!(worst(check, with("on: push\njobs: {a: {runs-on: x, steps: [{run: ls}]}}\n")), Outcome::NotApplicable);
    assert_eq!(worst(check, |repository| repository.workflows = denied()), Outcome::Unknown);
    let unread = |text: &str| {
        let file = workflow(text);
        move |repository: &mut Repository| {
            repository.workflows = known(vec![file]);
            repository.workflow_defaults = denied::<WorkflowDefaults>();
        }
    };
    assert_eq!(worst(check, unread(&OPEN.replace("permissions: {contents: write}\n", ""))), Outcome::Unknown);
    assert_eq!(worst(check, unread(OPEN)), Outcome::Fail, "what was read proves it alone");
}

#[test]
fn settings_that_take_marks_away() {
    let check = "agent_attribution_missing";
    let with = |text: &str| {
        let file = file(".claude/settings.json", text);
        move |repository: &mut Repository| {
            repository.pull_requests = known(Vec::new());
            repository.agent_files = known(vec![file]);
        }
    };
    assert_eq!(worst(check, with(r#"{"attribution": {"commit": ""}}"#)), Outcome::Fail);
    assert_eq!(worst(check, with(r#"{"includeCoAuthoredBy": true}"#)), Outcome::NotApplicable);
    assert_eq!(worst(check, with("{")), Outcome::Unknown);
    let marks = with(r#"{"attribution": {"commit": ""}}"#);
    assert_eq!(worst("agent_runs_unasked", marks), Outcome::Pass, "a mark is no question");
}

#[test]
fn settings_that_take_questions_away() {
    let check = "agent_runs_unasked";
    let with = |text: &str| {
        let file = file(".claude/settings.json", text);
        move |repository: &mut Repository| repository.agent_files = known(vec![file])
    };
    assert_eq!(worst(check, with(r#"{"permissions": {"defaultMode": "bypassPermissions"}}"#)), Outcome::Fail);
    assert_eq!(worst(check, with(r#"{"permissions": {"defaultMode": "plan"}}"#)), Outcome::Pass);
    assert_eq!(worst(check, with("{")), Outcome::Unknown);
    let unread = RepositoryFile { path: ".claude/settings.json".to_owned(), text: denied() };
    assert_eq!(worst(check, |repository| repository.agent_files = known(vec![unread])), Outcome::Unknown);
    assert_eq!(worst(check, |repository| repository.agent_files = denied()), Outcome::Unknown);
    let free =
        "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: 'claude -p x --dangerously-skip-permissions'}]}}\n";
    assert_eq!(worst(check, |repository| repository.workflows = known(vec![workflow(free)])), Outcome::Fail);
}

#[test]
fn servers_that_write() {
    let check = "mcp_server_writes";
    let with = |text: &str| {
        let file = file(".mcp.json", text);
        move |repository: &mut Repository| repository.agent_files = known(vec![file])
    };
    assert_eq!(worst(check, with(r#"{"mcpServers": {"gh": {"command": "github-mcp-server"}}}"#)), Outcome::Fail);
    assert_eq!(
        worst(check, with(r#"{"mcpServers": {"gh": {"command": "github-mcp-server", "args": ["--read-only"]}}}"#)),
        Outcome::Pass
    );
    assert_eq!(worst(check, with("[")), Outcome::Unknown);
    assert_eq!(worst(check, |repository| repository.agent_files = denied()), Outcome::Unknown);
}

#[test]
fn instructions_that_hide_something_or_have_no_owner() {
    let check = "agent_instructions_unsound";
    let with = |text: &str| {
        let file = file("CLAUDE.md", text);
        move |repository: &mut Repository| repository.agent_files = known(vec![file])
    };
    assert_eq!(worst(check, with("be\u{200b} kind")), Outcome::Fail);
    assert_eq!(worst(check, with("be kind")), Outcome::Pass);
    let unread = || RepositoryFile { path: "CLAUDE.md".to_owned(), text: denied() };
    assert_eq!(worst(check, |repository| repository.agent_files = known(vec![unread()])), Outcome::Unknown);

    let check = "agent_instructions_unowned";
    let review = || rule("pull_request", serde_json::json!({"require_code_owner_review": true}));
    let owned = |text: &str, rules: Vec<Rule>| {
        let text = text.to_owned();
        move |repository: &mut Repository| {
            repository.agent_files = known(vec![file("CLAUDE.md", "be kind")]);
            repository.codeowners = known(text);
            with_rules(repository, rules);
        }
    };
    assert_eq!(worst(check, owned("* @acme/all", vec![review()])), Outcome::Pass);
    assert_eq!(worst(check, owned("/src/ @acme/all", vec![review()])), Outcome::Fail);
    assert_eq!(worst(check, owned("* @acme/all", Vec::new())), Outcome::Fail);
    assert_eq!(worst(check, |_| {}), Outcome::NotApplicable);
    assert_eq!(worst(check, |repository| repository.agent_files = denied()), Outcome::Unknown);
    let hidden = |repository: &mut Repository| {
        owned("* @acme/all", vec![review()])(repository);
        repository.codeowners = denied();
    };
    assert_eq!(worst(check, hidden), Outcome::Unknown);
}

const CI: &str = "on: pull_request\njobs: {all: {runs-on: ubuntu-latest, steps: [{run: 'ambit hook && npx eslint . && npx promptfoo eval'}, {uses: semgrep/semgrep-action@v1}, {uses: codecov/codecov-action@v5}]}}\n";

fn with_ci(required: &str) -> impl FnOnce(&mut Repository) {
    let checks = serde_json::json!({"required_status_checks": [{"context": required}]});
    move |repository| {
        repository.workflows = known(vec![workflow(CI)]);
        repository.agent_files = known(vec![file("AGENTS.md", "be kind")]);
        with_rules(repository, vec![rule("required_status_checks", checks)]);
    }
}

#[test]
fn gates_that_hold_agents_too() {
    for check in ["essential_not_required", "agent_evals_missing"] {
        assert_eq!(worst(check, with_ci("all")), Outcome::Pass, "{check}");
        assert_eq!(worst(check, with_ci("other")), Outcome::Fail, "{check}");
        let hidden = |repository: &mut Repository| {
            with_ci("other")(repository);
            repository.workflows = denied();
        };
        assert_eq!(worst(check, hidden), Outcome::Unknown, "{check}");
    }
    assert_eq!(worst("agent_evals_missing", |_| {}), Outcome::NotApplicable);
}

#[test]
fn an_automated_review_by_rule() {
    let check = "ai_review_missing";
    let with = |rules: Vec<Rule>| move |repository: &mut Repository| with_rules(repository, rules);
    assert_eq!(worst(check, with(vec![rule("copilot_code_review", serde_json::json!({}))])), Outcome::Pass);
    let bot = serde_json::json!({"required_status_checks": [{"context": "CodeRabbit"}]});
    assert_eq!(worst(check, with(vec![rule("required_status_checks", bot)])), Outcome::Pass);
    assert_eq!(worst(check, |_| {}), Outcome::Fail);
    let hidden = |repository: &mut Repository| {
        let mut branch = repository.branches.members()[0].clone();
        branch.rules = denied();
        repository.branches = known(vec![branch]);
    };
    assert_eq!(worst(check, hidden), Outcome::Unknown);
}

#[test]
fn staging_before_production() {
    let check = "staging_skipped";
    let with = |jobs: &str| {
        let file = workflow(&format!("on: push\njobs:\n{jobs}"));
        move |repository: &mut Repository| {
            let staging = repository.environments.members()[0].clone();
            let mut production = staging.clone();
            production.name = "production".into();
            repository.environments = known(vec![staging, production]);
            repository.workflows = known(vec![file]);
        }
    };
    let job = |id: &str, more: &str| format!("  {id}: {{runs-on: ubuntu-latest, steps: []{more}}}\n");
    let production = |needs: &str| job("prod", &format!(", environment: production{needs}"));
    let staged =
        job("stage", ", environment: staging") + &job("wait", ", needs: stage") + &production(", needs: [wait]");
    assert_eq!(worst(check, with(&staged)), Outcome::Pass);
    assert_eq!(worst(check, with(&production(""))), Outcome::Fail);
    let beside = job("stage", ", environment: staging") + &production("");
    assert_eq!(worst(check, with(&beside)), Outcome::Fail, "beside is not before");
    let called = "  first: {uses: ./.github/workflows/x.yml}\n".to_owned() + &production(", needs: first");
    assert_eq!(worst(check, with(&called)), Outcome::Unknown);
    let hidden = |repository: &mut Repository| {
        with(&staged)(repository);
        repository.workflows = denied();
    };
    assert_eq!(worst(check, hidden), Outcome::Unknown);
}

/// An owner counts as long as the organisation knows one of the accounts that `[people]` joins to the name.
#[test]
fn owners_who_have_left() {
    let config = Config::parse("ambit.toml", b"[people.ann]\nname = 'Ann'\naccounts = ['github:ann']\n").unwrap();
    let persons = Persons::of(&config);
    let owned = |person: Option<&str>, change: &dyn Fn(&mut Repository)| {
        let owner =
            |person: &str| Owner { person: person.to_owned(), since: None, approved_by: None, last_review: None };
        let agent = AgentPrincipal {
            agent: Agent { owner: person.map(owner), ..agent("a") },
            identity: Identity::Unseen { why: "test".to_owned() },
        };
        let mut repository = repository("acme/shop");
        repository.collaborators = known(Vec::new());
        change(&mut repository);
        let rows = outcomes_of("agent_without_owner", repository, &[agent], &persons);
        rows.into_iter().map(|(outcome, _)| outcome).collect::<Vec<_>>()
    };
    let nothing = |_: &mut Repository| {};
    let collaborates = |repository: &mut Repository| {
        let account = Account { id: 5, login: "Ann".to_owned(), kind: AccountKind::User };
        repository.collaborators = known(vec![Collaborator { account, permission: None, role: "read".to_owned() }]);
    };
    assert!(owned(None, &nothing).contains(&Outcome::Fail), "nobody");
    assert!(owned(Some("Ann"), &nothing).contains(&Outcome::Fail), "left");
    assert!(owned(Some("Ann"), &collaborates).contains(&Outcome::Pass));
    assert!(!owned(Some("Ann"), &collaborates).contains(&Outcome::Fail));
    assert!(owned(Some("The board"), &nothing).contains(&Outcome::Pass), "joined to no account");
    let unread = |repository: &mut Repository| repository.collaborators = denied();
    let told = owned(Some("Ann"), &unread);
    assert!(told.contains(&Outcome::Unknown) && !told.contains(&Outcome::Fail), "{told:?}");
}
