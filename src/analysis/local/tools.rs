//! The tools inventory of a clone: SDKs that manifests ask for, APIs that code calls, keys that workflows hold, MCP servers.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    analysis::guardrails::mcp,
    base::foreign::Foreign,
    controls::{guardrails::Guardrails, tools::Tools},
    facts::files::manifest::{self, Ecosystem},
    model::{file::RepositoryFile, pipeline::Workflow},
};

/// Files that one row lists; the count goes on.
const LISTED: usize = 10;

/// A model's SDK or API, or an MCP server. No agent: code that calls a model does nothing by itself here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ToolRow {
    /// An id of `controls/tools.yaml`, or `mcp:` and a server's name.
    pub id: String,
    pub name: Foreign,
    /// `dependency openai`, `host api.openai.com`, `secret OPENAI_API_KEY`, `server npx @acme/mcp`.
    pub signals: Vec<Foreign>,
    /// The first files that show it.
    pub files: Vec<Foreign>,
    /// How many files show it.
    pub count: usize,
}

/// Looks at one file after the other.
pub struct Scanner<'a> {
    tools: &'a Tools,
    known: &'a Guardrails,
    found: BTreeMap<String, Found>,
}

#[derive(Default)]
struct Found {
    name: String,
    signals: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl<'a> Scanner<'a> {
    pub fn new(tools: &'a Tools, known: &'a Guardrails) -> Scanner<'a> {
        Scanner { tools, known, found: BTreeMap::new() }
    }

    pub fn see(&mut self, file: &RepositoryFile) {
        if let Some(ecosystem) = manifest::ecosystem(&file.path) {
            for dependency in manifest::dependencies(file) {
                if let Some(tool) = self.tools.by_package(word(ecosystem), &dependency.name) {
                    self.add(&tool.id, &tool.name, format!("dependency {}", dependency.name), &file.path);
                }
            }
        } else if let Some(guardrail) = self.known.of_file(&file.path).filter(|guardrail| guardrail.mcp.is_some()) {
            let text = file.text.seen().map_or("", String::as_str);
            for server in mcp::servers(guardrail, text).unwrap_or_default() {
                let id = format!("mcp:{}", server.name);
                self.add(&id, &format!("MCP server {}", server.name), format!("server {}", server.runs), &file.path);
            }
        } else {
            for (id, host) in file.text.seen().map(|text| self.tools.by_host(text)).unwrap_or_default() {
                self.add(id, self.tools.name(id), format!("host {host}"), &file.path);
            }
        }
    }

    /// Keys of models that a workflow's jobs read.
    pub fn workflow(&mut self, workflow: &Workflow) {
        for secret in workflow.jobs.iter().flat_map(|job| &job.secrets) {
            if let Some(tool) = self.tools.by_secret(secret) {
                self.add(&tool.id, &tool.name, format!("secret {secret}"), &workflow.path);
            }
        }
    }

    fn add(&mut self, id: &str, name: &str, signal: String, path: &str) {
        let found = self.found.entry(id.to_owned()).or_default();
        name.clone_into(&mut found.name);
        found.signals.insert(signal);
        found.files.insert(path.to_owned());
    }

    /// The rows, in the order of ids.
    pub fn finish(self) -> Vec<ToolRow> {
        let row = |(id, found): (String, Found)| ToolRow {
            id,
            name: Foreign::new(found.name),
            signals: found.signals.into_iter().map(Foreign::new).collect(),
            count: found.files.len(),
            files: found.files.into_iter().take(LISTED).map(Foreign::new).collect(),
        };
        self.found.into_iter().map(row).collect()
    }
}

fn word(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "pypi",
        Ecosystem::Cargo => "cargo",
        Ecosystem::Go => "go",
        Ecosystem::Rubygems => "rubygems",
        Ecosystem::Nuget => "nuget",
        Ecosystem::Maven => "maven",
    }
}

/// Whether a file may name an SDK, an API or a server: manifests, settings, and code. Prose calls nothing, and what was copied
/// in is its author's.
pub fn may_call(path: &str) -> bool {
    const CODE: [&str; 34] = [
        "astro", "bash", "c", "cjs", "cpp", "cs", "env", "ex", "fs", "go", "html", "java", "js", "json", "jsx", "kt",
        "lua", "mjs", "php", "ps1", "py", "rb", "rs", "scala", "sh", "svelte", "swift", "tf", "toml", "ts", "tsx",
        "vue", "yaml", "yml",
    ];
    const COPIED: [&str; 5] = ["node_modules", "vendor", "third_party", "dist", "site-packages"];
    const LOCKS: [&str; 4] = ["package-lock.json", "pnpm-lock.yaml", "composer.lock", "npm-shrinkwrap.json"];
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let code = name.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending));
    let own = !path.split('/').any(|part| COPIED.contains(&part)) && !name.contains(".min.") && !LOCKS.contains(&name);
    own && (code || manifest::ecosystem(path).is_some())
}
