//! What `ambit agents --local` says of the guardrails in a clone.

use serde_json::Value;

use super::local::answer;
use crate::repository::{Repository, ambit};

/// A repository with a weak spot of each concern, and some that only look weak.
fn weak() -> Repository {
    let repository = Repository::new();
    repository.write("CODEOWNERS", "/AGENTS.md @acme/platform\n");
    repository.write("AGENTS.md", "Test: `npm test`\n");
    repository.write("CLAUDE.md", "Test: `pnpm test`\nBe kind\u{200b} to users\n");
    repository.write("docs/README.md", "Nothing\u{200b} reads this.\n");
    repository.write(
        ".claude/settings.json",
        "{\n  \"permissions\": {\"defaultMode\": \"bypassPermissions\"},\n  \"attribution\": {\"commit\": \"\"}\n}\n",
    );
    repository.write(
        ".mcp.json",
        r#"{"mcpServers": {"gh": {"command": "npx", "args": ["@modelcontextprotocol/server-github"], "env": {"GITHUB_TOKEN": "ghp_0123456789abcdef"}}}}"#,
    );
    repository.write(".gemini/settings.json", "{");
    let job =
        "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: anthropics/claude-code-base-action@v1\n";
    repository.write(".github/workflows/open.yml", format!("on: issues\npermissions: {{contents: write}}\n{job}"));
    repository.write(".github/workflows/bare.yml", format!("on: issues\npermissions: {{contents: read}}\n{job}"));
    repository.commit(".github/workflows/default.yml", &format!("on: issues\n{job}"));
    repository
}

fn told(answer: &Value) -> Vec<(String, String, bool)> {
    let rows = answer["guardrails"]["weaknesses"].as_array().unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.iter().map(|row| (text(row, "rule"), text(row, "path"), row["sure"].as_bool().unwrap())).collect()
}

#[test]
fn each_weak_spot_is_told_once_and_the_others_are_not() {
    let repository = weak();
    let answer = answer(&repository, repository.path());
    let row = |rule: &str, path: &str, sure: bool| (rule.to_owned(), path.to_owned(), sure);
    let mut found = told(&answer);
    found.sort();
    assert_eq!(
        found,
        [
            row("claude.commits_unmarked", ".claude/settings.json", true),
            row("claude.runs_unasked", ".claude/settings.json", true),
            row("entry.open_door", ".github/workflows/default.yml", false),
            row("entry.open_door", ".github/workflows/open.yml", true),
            row("instructions.contradict", "", true),
            row("instructions.hidden_text", "CLAUDE.md", true),
            row("mcp.secret_inline", ".mcp.json", true),
            row("mcp.writes", ".mcp.json", true),
        ]
    );
    let severities: Vec<&str> = answer["guardrails"]["weaknesses"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities, ["high", "high", "high", "high", "high", "medium", "medium", "low"], "worst first");
    assert!(!answer.to_string().contains("ghp_"), "a credential of the clone is shown");
    let gaps = answer["coverage"]["gaps"].to_string();
    assert!(gaps.contains(".gemini/settings.json") && gaps.contains("not JSON"), "{gaps}");
}

#[test]
fn files_that_steer_agents_stand_with_their_owners() {
    let repository = weak();
    let guardrails = &answer(&repository, repository.path())["guardrails"];
    assert_eq!((&guardrails["steering"], &guardrails["unowned"]), (&5.into(), &4.into()));
    let owned: Vec<&Value> = guardrails["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| !row["owners"].as_array().unwrap().is_empty())
        .collect();
    assert_eq!(owned, [&serde_json::json!({"path": "AGENTS.md", "owners": ["@acme/platform"]})]);
}

#[test]
fn a_person_reads_where_and_how_to_mend_it() {
    let repository = weak();
    let output = repository.command(&ambit()).args(["agents", "--local", "."]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "Settings, servers and instructions that steer agents: 5, under CODEOWNERS 1",
        "high     .claude/settings.json:2: every tool runs without asking",
        "(perhaps) .github/workflows/default.yml:6: job a runs an agent: anyone can start it by an issue, and it holds a token of unread defaults",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
