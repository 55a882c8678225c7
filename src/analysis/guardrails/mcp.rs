//! MCP servers that a project's files name, with what they can write to.
//!
//! A server is known by its command line, its environment and its address (`controls/mcp-servers.yaml`). One that nobody knows
//! is listed and not judged: what it can do stands in its code.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::{Concern, Weakness, line_of, settings};
use crate::{
    controls::guardrails::{Guardrail, McpServers},
    model::severity::Severity,
};

/// A server as a file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    /// Its program and first plain argument, `npx @scope/server`, or the host of its address; no part that may be a secret.
    pub runs: String,
    /// Command line, environment as `NAME=value`, address and headers, on one line. Holds what the file holds: never print it.
    line: String,
    /// Environment and headers alone.
    values: Vec<(String, String)>,
}

/// The servers of one file; none where its kind names no key for them.
pub fn servers(guardrail: &Guardrail, text: &str) -> Result<Vec<Named>, String> {
    let Some(key) = &guardrail.mcp else { return Ok(Vec::new()) };
    let file = settings::parse(guardrail.format, text)?;
    let entries = file.get(key).and_then(Value::as_object);
    Ok(entries.into_iter().flatten().filter_map(|(name, entry)| Some(named(name, entry.as_object()?))).collect())
}

fn named(name: &str, entry: &Map<String, Value>) -> Named {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let pairs = |key: &str| {
        let members = entry.get(key).and_then(Value::as_object).into_iter().flatten();
        members.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect::<Vec<_>>()
    };
    let arguments = entry.get("args").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<(String, String)> = [pairs("env"), pairs("headers"), pairs("http_headers")].concat();
    let line: Vec<String> = text("command")
        .into_iter()
        .chain(arguments.filter_map(Value::as_str).map(str::to_owned))
        .chain(text("url").or_else(|| text("httpUrl")).or_else(|| text("serverUrl")))
        .chain(values.iter().map(|(name, value)| format!("{name}={value}")))
        .collect();
    Named { name: name.to_owned(), runs: runs(entry), line: line.join(" "), values }
}

fn runs(server: &Map<String, Value>) -> String {
    let text = |name: &str| server.get(name).and_then(Value::as_str);
    if let Some(address) = text("url").or(text("serverUrl")).or(text("httpUrl")) {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        // Whoever stands before an @ is a credential.
        return host.rsplit_once('@').map_or(host, |(_, host)| host).to_owned();
    }
    let arguments = server.get("args").and_then(Value::as_array).into_iter().flatten();
    let first = arguments.filter_map(Value::as_str).find(|argument| is_plain(argument));
    let program = text("command").unwrap_or_default().split_whitespace().next().unwrap_or_default();
    [program, first.unwrap_or_default()].join(" ").trim().to_owned()
}

/// A package, an image or a path; no option, and nothing that may be a key or an address with one.
fn is_plain(argument: &str) -> bool {
    let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '@' | '/' | '.' | '-' | '_' | ':');
    !argument.starts_with('-')
        && !argument.contains(odd)
        && !argument.contains("://")
        && argument.contains(['/', '-', '.'])
}

/// What is weak about a server.
pub fn weaknesses(known: &McpServers, server: &Named, text: &str) -> Vec<Weakness> {
    let line = line_of(text, &format!("\"{}\"", server.name)).or_else(|| line_of(text, &server.name));
    let found = |rule: &str, severity: Severity, says: String, mend: &str| Weakness {
        concern: Concern::Servers,
        rule: rule.to_owned(),
        severity,
        says,
        mend: mend.to_owned(),
        line,
    };
    let mut all = Vec::new();
    if let Some(writes) = known.writing(&server.line) {
        let says = format!("its server `{}`, {}, can write to {}", server.name, writes.title, writes.reaches);
        let mend = "start it read only, or give it a credential that only reads";
        all.push(found("mcp.writes", Severity::Medium, says, mend));
    }
    if is_floating(&server.line) {
        let says = format!("its server `{}` is whatever its publisher released last", server.name);
        all.push(found("mcp.unpinned", Severity::Medium, says, "name the version"));
    }
    if let Some((name, _)) = server.values.iter().find(|(name, value)| is_literal_secret(name, value)) {
        let says = format!("the credential {name} of its server `{}` stands in the file", server.name);
        all.push(found("mcp.secret_inline", Severity::High, says, "make it invalid and read it from the environment"));
    }
    all
}

/// A package runner that fetches what is newest: asked to, or with no version at all.
fn is_floating(line: &str) -> bool {
    static LATEST: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\b(npx|bunx|pnpm dlx|uvx|pipx run)\b.*@latest\b").ok());
    LATEST.as_ref().is_some_and(|latest| latest.is_match(line))
}

/// A value that is no reference (`${NAME}`, `$NAME`, `{env:NAME}`) under a name that holds a credential.
fn is_literal_secret(name: &str, value: &str) -> bool {
    const WORDS: [&str; 8] = ["token", "secret", "password", "passwd", "api_key", "apikey", "api-key", "authorization"];
    let name = name.to_ascii_lowercase();
    let secret = WORDS.iter().any(|word| name.contains(word)) || name.ends_with("_key");
    let bare = value.trim_start_matches("Bearer ").trim_start_matches("token ");
    let reference = bare.contains("${") || bare.starts_with('$') || bare.contains("{env:") || bare.contains("{{");
    let placeholder = bare.starts_with('<') || bare.to_ascii_lowercase().contains("your") || bare.contains("...");
    secret && bare.len() >= 12 && !reference && !placeholder
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::guardrails::Guardrails;

    fn found(path: &str, text: &str) -> Vec<String> {
        let known = Guardrails::built_in().unwrap();
        let all = servers(known.of_file(path).unwrap(), text).unwrap();
        all.iter()
            .flat_map(|server| weaknesses(&known.servers, server, text))
            .map(|weakness| format!("{}:{}", weakness.rule, weakness.line.unwrap_or(0)))
            .collect()
    }

    #[test]
    fn servers_are_read_from_each_kind_of_file() {
        let text = "{\"mcpServers\": {\n\"gh\": {\"command\": \"npx\", \"args\": [\"-y\", \"@modelcontextprotocol/server-github@latest\"]},\n\"fs\": {\"command\": \"fs\"}}}";
        assert_eq!(found(".mcp.json", text), ["mcp.writes:2", "mcp.unpinned:2"]);
        let toml = "[mcp_servers.aws]\ncommand = \"uvx\"\nargs = [\"awslabs.aws-api-mcp-server@1\"]\n";
        assert_eq!(found(".codex/config.toml", toml), ["mcp.writes:1"]);
        let held = toml.to_owned() + "env = { READ_OPERATIONS_ONLY = \"true\" }\n";
        assert!(found(".codex/config.toml", &held).is_empty());
        let vscode = r#"{"servers": {"gh": {"url": "https://api.githubcopilot.com/mcp/", "headers": {"Authorization": "Bearer ${input:t}"}}}}"#;
        assert_eq!(found(".vscode/mcp.json", vscode), ["mcp.writes:1"]);
        assert!(found(".mcp.json", "{\"mcpServers\": []}").is_empty());
    }

    #[test]
    fn a_credential_in_the_file_is_named_and_not_shown() {
        let text = r#"{"mcpServers": {"db": {"command": "db", "env": {"DB_PASSWORD": "correct-horse-battery"}}}}"#;
        assert_eq!(found(".mcp.json", text), ["mcp.secret_inline:1"]);
        let known = Guardrails::built_in().unwrap();
        let all = servers(known.of_file(".mcp.json").unwrap(), text).unwrap();
        assert!(weaknesses(&known.servers, &all[0], text).iter().all(|weakness| !weakness.says.contains("horse")));
        for value in ["${DB_PASSWORD}", "$DB_PASSWORD", "<your password>", "{env:DB_PASSWORD}", "short"] {
            assert!(!is_literal_secret("DB_PASSWORD", value), "{value}");
        }
        assert!(!is_literal_secret("AWS_REGION", "eu-west-1-and-so-on"));
    }

    #[test]
    fn what_a_server_runs_is_told_without_a_secret() {
        let known = Guardrails::built_in().unwrap();
        let read = |path: &str, text: &str| -> Vec<(String, String)> {
            let all = servers(known.of_file(path).unwrap(), text).unwrap_or_default();
            all.into_iter().map(|server| (server.name, server.runs)).collect()
        };
        let json = r#"{"mcpServers": {
            "db": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-postgres", "postgres://u:p@db/x"]},
            "far": {"url": "https://key@mcp.acme.example/sse?token=s3cret"},
            "github": {"command": "docker", "args": ["run", "-i", "ghcr.io/github/github-mcp-server"], "env": {"TOKEN": "s3cret"}},
        }} // comments and trailing commas, as editors allow them"#;
        let pair = |name: &str, runs: &str| (name.to_owned(), runs.to_owned());
        assert_eq!(
            read(".mcp.json", json),
            [
                pair("db", "npx @modelcontextprotocol/server-postgres"),
                pair("far", "mcp.acme.example"),
                pair("github", "docker ghcr.io/github/github-mcp-server")
            ]
        );
        let toml = "[mcp_servers.aws]\ncommand = 'uvx'\nargs = ['awslabs.x@1']";
        assert_eq!(read(".codex/config.toml", toml), [pair("aws", "uvx awslabs.x@1")]);
        assert_eq!(read(".mcp.json", "not json"), []);
    }
}
