//! Servers of the Model Context Protocol that a repository configures for the agents that work in it.

use serde_json::Value;

use crate::model::file::RepositoryFile;

/// A configured server. Values of `env` and `headers` are never kept: they may be secrets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct McpServer {
    pub name: String,
    /// Its program and first plain argument, `npx @scope/server`, or the host of its address.
    pub runs: String,
}

/// Where agents look for servers; the members that hold them are named alike.
const FILES: [&str; 8] = [
    ".mcp.json",
    "mcp.json",
    ".cursor/mcp.json",
    ".vscode/mcp.json",
    ".amazonq/mcp.json",
    ".kiro/settings/mcp.json",
    ".roo/mcp.json",
    ".gemini/settings.json",
];

/// Codex writes TOML.
const TOML: &str = ".codex/config.toml";

/// Whether a file at the root may configure servers.
pub fn configures(path: &str) -> bool {
    FILES.contains(&path) || path == TOML
}

/// The servers of one file, in the order of their names; none where it cannot be read.
pub fn servers(file: &RepositoryFile) -> Vec<McpServer> {
    let Some(text) = file.text.seen() else { return Vec::new() };
    let value: Option<Value> = match file.path.as_str() {
        TOML => toml::from_str(text).ok(),
        _ => serde_json::from_str(text).ok(),
    };
    let members = ["mcpServers", "servers", "mcp_servers"];
    let tables = members.iter().filter_map(|member| value.as_ref()?.get(member)?.as_object());
    let mut all: Vec<McpServer> =
        tables.flatten().map(|(name, server)| McpServer { name: name.clone(), runs: runs(server) }).collect();
    all.sort();
    all.dedup();
    all
}

fn runs(server: &Value) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observed::Observed;

    fn read(path: &str, text: &str) -> Vec<(String, String)> {
        let file = RepositoryFile { path: path.to_owned(), text: Observed::known(text.to_owned(), Vec::new()) };
        servers(&file).into_iter().map(|server| (server.name, server.runs)).collect()
    }

    #[test]
    fn names_servers_and_keeps_no_secret() {
        let json = r#"{"mcpServers": {
            "github": {"command": "docker", "args": ["run", "-i", "ghcr.io/github/github-mcp-server"], "env": {"TOKEN": "s3cret"}},
            "db": {"command": "npx", "args": ["-y", "@modelcontextprotocol/server-postgres", "postgres://u:p@db/x"]},
            "far": {"url": "https://key@mcp.acme.example/sse?token=s3cret"}}}"#;
        let pair = |name: &str, runs: &str| (name.to_owned(), runs.to_owned());
        assert_eq!(
            read(".mcp.json", json),
            [
                pair("db", "npx @modelcontextprotocol/server-postgres"),
                pair("far", "mcp.acme.example"),
                pair("github", "docker ghcr.io/github/github-mcp-server")
            ]
        );
        assert_eq!(
            read(".codex/config.toml", "[mcp_servers.aws]\ncommand = 'uvx'\nargs = ['awslabs.x@1']"),
            [pair("aws", "uvx awslabs.x@1")]
        );
        assert_eq!(read(".mcp.json", "not json"), []);
    }
}
