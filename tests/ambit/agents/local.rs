//! What `ambit agents --local` says of histories made for it.

use std::{collections::BTreeSet, path::Path};

use ambit::analysis::local::Inventory;
use serde_json::Value;

use crate::repository::{Repository, ambit};

/// The JSON answer for a path.
pub fn answer(repository: &Repository, path: &Path) -> Value {
    let output = repository.command(&ambit()).args(["agents", "--json", "--local"]).arg(path).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn own(repository: &Repository) -> Value {
    answer(repository, repository.path())
}

fn agents(answer: &Value) -> Vec<&str> {
    answer["agents"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

fn row<'a>(answer: &'a Value, id: &str) -> &'a Value {
    answer["agents"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()
}

#[test]
fn the_answer_has_these_members_and_no_others() {
    let repository = Repository::new();
    let claude = "Fix\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>";
    let sha = repository.commit_by("Ann", "ann@acme.example", claude);
    let answer = own(&repository);
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        members(&answer),
        set(&["schema_version", "repository", "head", "agents", "commits", "tools", "guardrails", "coverage"])
    );
    assert_eq!(
        members(&answer["agents"][0]),
        set(&["id", "name", "kind", "acts_as", "signals", "commits", "pull_requests", "first_seen", "last_seen"])
    );
    assert_eq!(members(&answer["commits"][0]), set(&["sha", "agent", "level", "signals"]));
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["head"], sha.as_str());
    let schema = serde_json::to_value(schemars::schema_for!(Inventory)).unwrap();
    let wrong: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&answer).map(|e| e.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_commit_says_by_which_signals_and_the_others_are_unknown() {
    let repository = Repository::new();
    repository.commit_by("Ann", "ann@acme.example", "By hand, or not");
    let by_copilot = repository.commit_by("Copilot", "198982749+Copilot@users.noreply.github.com", "Add export");
    let squash = "Add import (#12)\n\n* Add import\n\nco-authored-by: Claude <noreply@anthropic.com>\n\n* Tidy\n\nCo-authored-by: Bob <bob@acme.example>";
    let with_claude = repository.commit_by("Ann", "ann@acme.example", squash);
    repository.commit_by("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com", "Update all");
    let answer = own(&repository);
    let rows: BTreeSet<(&str, &str, &str, &str)> = answer["commits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap();
            (text("sha"), text("agent"), text("level"), row["signals"][0].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        BTreeSet::from([
            (by_copilot.as_str(), "github-copilot-cloud-agent", "author", "author"),
            (with_claude.as_str(), "claude-code", "coauthor", "Co-authored-by"),
        ])
    );
    assert_eq!(row(&answer, "claude-code")["acts_as"], serde_json::json!(["Ann (a person)"]));
    assert_eq!(row(&answer, "claude-code")["pull_requests"], 1);
    let coverage = &answer["coverage"];
    assert_eq!((&coverage["commits"], &coverage["marked"]), (&4.into(), &2.into()));
    assert_eq!((&coverage["automation"], &coverage["unknown"]), (&1.into(), &1.into()));
}

#[test]
fn a_merged_branch_is_an_agents_change_where_its_commits_bear_no_mark() {
    let repository = Repository::new();
    repository.commit_by("Ann", "ann@acme.example", "Begin");
    for (number, branch) in [(1, "codex/fix-a"), (2, "cursor/stable-paging"), (3, "claudette/x")] {
        repository.git(&["checkout", "-q", "-b", branch]);
        repository.commit_by("Ann", "ann@acme.example", "Work");
        repository.git(&["checkout", "-q", "main"]);
        let message = format!("Merge pull request #{number} from acme/{branch}");
        repository.git(&["merge", "-q", "--no-ff", "-m", &message, branch]);
        repository.git(&["branch", "-q", "-D", branch]);
    }
    let answer = own(&repository);
    assert_eq!(agents(&answer), ["openai-codex"], "a branch about cursors is no Cursor");
    assert_eq!(row(&answer, "openai-codex")["pull_requests"], 1);
    assert_eq!(row(&answer, "openai-codex")["commits"], 0);
    assert_eq!(answer["commits"], serde_json::json!([]));
    assert_eq!(answer["coverage"]["pull_requests_with_branch"], 3);

    let mark = "Co-authored-by: Cursor <cursoragent@cursor.com>";
    repository.commit_by("Ann", "ann@acme.example", &format!("x\n\n{mark}"));
    let answer = own(&repository);
    assert_eq!(row(&answer, "cursor")["pull_requests"], 1, "shown by a mark, its branch counts");
}

/// What rivals count as agents, and what is one.
#[test]
fn endpoints_plain_workflows_and_cursors_are_no_agents() {
    let repository = Repository::new();
    repository.write("openapi.yaml", "openapi: 3.1.0\npaths:\n  /agents/{id}/claude: {get: {operationId: getAgent}}\n");
    repository.write("src/cursor.graphql", "query { users(first: 5, after: $cursor) { pageInfo { endCursor } } }\n");
    repository.write("src/agent.py", "class Agent:\n    def run(self): cursor.execute('select 1')\n");
    repository.write(
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  claude:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          # claude -p 'not yet'\n          echo \"run claude -p to try\"\n          npm test -- agent\n",
    );
    repository.write("AGENTS.md", "Everybody reads this.\n");
    repository.write("package.json", r#"{"dependencies": {"openai": "^4", "user-agent": "1", "ai": "5"}}"#);
    repository.write("lib/ask.ts", "await fetch('https://api.anthropic.com/v1/messages')\n");
    repository.write("README.md", "Calls https://api.mistral.ai some day.\n");
    repository.commit("CODEOWNERS", "* @claude\n");
    let answer = own(&repository);
    assert_eq!(agents(&answer), Vec::<&str>::new());
    let tools: Vec<(&str, &str)> = answer["tools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| (tool["id"].as_str().unwrap(), tool["signals"][0].as_str().unwrap()))
        .collect();
    assert_eq!(
        tools,
        [("anthropic", "host api.anthropic.com"), ("openai", "dependency openai"), ("vercel-ai-sdk", "dependency ai")]
    );
}

#[test]
fn workflows_and_configuration_show_agents_and_tools() {
    let repository = Repository::new();
    repository.write(
        ".github/workflows/ai.yml",
        "on: issues\njobs:\n  triage:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: anthropics/claude-code-action@v1\n        with: {anthropic_api_key: '${{ secrets.ANTHROPIC_API_KEY }}'}\n  fix:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx codex exec 'fix it'\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: docker://ghcr.io/openhands/agent-server:1.2\n",
    );
    repository.write(".github/workflows/broken.yml", "on: [");
    repository.write(".mcp.json", r#"{"mcpServers": {"db": {"command": "npx", "args": ["-y", "@acme/db-mcp"]}}}"#);
    repository.commit(".gemini/settings.json", "{}");
    let answer = own(&repository);
    assert_eq!(agents(&answer), ["claude-github-app", "gemini-cli", "openai-codex", "openhands"]);
    let acts = &row(&answer, "claude-github-app")["acts_as"];
    assert_eq!(*acts, serde_json::json!(["job triage of .github/workflows/ai.yml"]));
    assert_eq!(row(&answer, "gemini-cli")["acts_as"], serde_json::json!([]), "configured; not seen to act");
    let tools: Vec<&str> =
        answer["tools"].as_array().unwrap().iter().map(|tool| tool["id"].as_str().unwrap()).collect();
    assert_eq!(tools, ["anthropic", "mcp:db"]);
    assert_eq!(answer["coverage"]["gaps"][0]["what"], ".github/workflows/broken.yml");
}

/// Files in a clone are claims: they raise nothing, here or in an assessment.
#[test]
fn a_forged_evidence_file_says_nothing() {
    let repository = Repository::new();
    repository.write("ambit.toml", "[[agent]]\nname = 'Own'\nacts_as = ['app:claude']\n");
    repository.write("ambit-store/log.json", r#"{"agents": []}"#);
    repository.commit("evidence.json", r#"{"agents": [{"id": "claude-code", "commits": 900}]}"#);
    assert_eq!(agents(&own(&repository)), Vec::<&str>::new());
}

#[test]
fn a_person_reads_agents_tools_and_limits() {
    let repository = Repository::new();
    let claude = "Fix (#3)\n\nCo-Authored-By: Claude <noreply@anthropic.com>";
    repository.commit_by("Ann \u{1b}[31mred", "ann@acme.example", claude);
    let output = repository.command(&ambit()).args(["agents", "--local", "."]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Claude Code (claude-code): 1 commit, 1 merged pull request"), "{text}");
    assert!(text.contains("1 of 1 commits carry an agent's mark"), "{text}");
    assert!(!text.contains('\u{1b}'), "a name draws nothing on the terminal");
}
