//! SDKs and APIs of language models: `controls/tools.yaml`. A tool beside the agents; using one makes nothing an agent.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;

use super::embedded;

/// One entry of `controls/tools.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub id: String,
    pub name: String,
    /// Names by ecosystem; one that ends in `*` stands for all that begin so.
    #[serde(default)]
    pub packages: BTreeMap<String, Vec<String>>,
    /// Hosts of its API; one that begins with a dot stands for every host below it.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Usual names of the secrets that hold its key.
    #[serde(default)]
    pub secrets: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Tools {
    tools: Vec<Tool>,
    hosts: Regex,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tools: Vec<Tool>,
}

#[derive(Debug, thiserror::Error)]
#[error("controls/tools.yaml: {0}")]
pub struct ToolsError(String);

impl Tools {
    /// The list built into this binary.
    pub fn built_in() -> Result<Tools, ToolsError> {
        let text = embedded::text("tools.yaml").unwrap_or_default();
        let File { tools } = yaml_serde::from_str(text).map_err(|e| ToolsError(e.to_string()))?;
        let hosts: Vec<String> = tools.iter().flat_map(|tool| &tool.hosts).map(|host| regex::escape(host)).collect();
        let hosts = Regex::new(&format!("(?i){}", hosts.join("|"))).map_err(|e| ToolsError(e.to_string()))?;
        Ok(Tools { tools, hosts })
    }

    /// The tool that a package belongs to.
    pub fn by_package(&self, ecosystem: &str, name: &str) -> Option<&Tool> {
        let is = |known: &String| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => known == name,
        };
        self.tools.iter().find(|tool| tool.packages.get(ecosystem).is_some_and(|names| names.iter().any(is)))
    }

    /// The tool whose key a secret of this name usually is.
    pub fn by_secret(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.secrets.iter().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The tools whose hosts stand in a text, each with its host, once.
    pub fn by_host(&self, text: &str) -> BTreeMap<&str, &str> {
        let mut found = BTreeMap::new();
        for host in self.hosts.find_iter(text).filter(|host| is_whole(text.as_bytes(), host.start(), host.end())) {
            let is = |known: &String| known.eq_ignore_ascii_case(host.as_str());
            for tool in &self.tools {
                if let Some(host) = tool.hosts.iter().find(|known| is(known)) {
                    found.insert(tool.id.as_str(), host.as_str());
                }
            }
        }
        found
    }

    /// The tool's name.
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.tools.iter().find(|tool| tool.id == id).map_or(id, |tool| tool.name.as_str())
    }
}

/// Whether a host's name begins and ends there: `api.openai.com.acme.example` is another one.
fn is_whole(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let below = bytes.get(start) == Some(&b'.');
    let begins = if below { word(before) } else { !word(before) && before != Some(&b'.') };
    let goes_on = bytes.get(end) == Some(&b'.') && word(bytes.get(end + 1));
    begins && !word(bytes.get(end)) && !goes_on
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_hosts_and_packages_and_not_what_only_begins_like_them() {
        let tools = Tools::built_in().unwrap();
        for (text, expected) in [
            ("fetch('https://API.openai.com/v1/responses')", vec!["openai"]),
            ("https://acme.openai.azure.com/openai", vec!["azure-openai"]),
            ("host: api.anthropic.com.", vec!["anthropic"]),
            ("https://api.openai.com.acme.example/", vec![]),
            ("my-api.openai.com", vec![]),
            ("docs.anthropic.com", vec![]),
            ("openapi: 3.1.0\npaths:\n  /agents/{id}: {}", vec![]),
        ] {
            assert_eq!(tools.by_host(text).into_keys().collect::<Vec<_>>(), expected, "{text}");
        }
        assert_eq!(tools.by_package("npm", "@ai-sdk/openai").unwrap().id, "vercel-ai-sdk");
        assert!(tools.by_package("npm", "openapi").is_none());
        assert!(tools.by_package("pypi", "ai").is_none(), "a name in another ecosystem");
        assert_eq!(tools.by_secret("openai_api_key").unwrap().id, "openai");
    }
}
