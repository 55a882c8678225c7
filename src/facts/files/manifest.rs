//! The packages that a manifest asks for, by ecosystem. Lock files are left out: what they name, nobody chose.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

use crate::model::file::RepositoryFile;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ecosystem {
    Npm,
    Pypi,
    Cargo,
    Go,
    Rubygems,
    Nuget,
    Maven,
}

/// A package by the name under which its ecosystem knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    pub ecosystem: Ecosystem,
    pub name: String,
}

/// The ecosystem whose manifest a path is; `None` for every other file.
pub fn ecosystem(path: &str) -> Option<Ecosystem> {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    let requirements = name.ends_with(".txt") && (name.starts_with("requirements") || path.contains("requirements/"));
    Some(match name {
        "package.json" => Ecosystem::Npm,
        "pyproject.toml" | "Pipfile" => Ecosystem::Pypi,
        _ if requirements => Ecosystem::Pypi,
        "Cargo.toml" => Ecosystem::Cargo,
        "go.mod" => Ecosystem::Go,
        "Gemfile" => Ecosystem::Rubygems,
        "Directory.Packages.props" => Ecosystem::Nuget,
        _ if name.ends_with(".csproj") || name.ends_with(".fsproj") => Ecosystem::Nuget,
        "pom.xml" | "build.gradle" | "build.gradle.kts" | "libs.versions.toml" => Ecosystem::Maven,
        _ => return None,
    })
}

/// What a manifest asks for, sorted; nothing where it cannot be read.
pub fn dependencies(file: &RepositoryFile) -> Vec<Dependency> {
    let Some(ecosystem) = ecosystem(&file.path) else { return Vec::new() };
    let Some(text) = file.text.seen() else { return Vec::new() };
    let names = match (ecosystem, file.name()) {
        (Ecosystem::Npm, _) => npm(text),
        (Ecosystem::Pypi, "pyproject.toml" | "Pipfile") => python_project(text),
        (Ecosystem::Pypi, _) => text.lines().filter_map(requirement).collect(),
        (Ecosystem::Cargo, _) => cargo(text),
        (Ecosystem::Go, _) => captured(&GO, text),
        (Ecosystem::Rubygems, _) => captured(&GEM, text),
        (Ecosystem::Nuget, _) => captured(&NUGET, text),
        (Ecosystem::Maven, "pom.xml") => maven(text),
        (Ecosystem::Maven, _) => captured(&GRADLE, text),
    };
    let mut all: Vec<Dependency> =
        names.into_iter().map(|name| Dependency { ecosystem, name: normal(ecosystem, &name) }).collect();
    all.sort();
    all.dedup();
    all
}

/// A name as its ecosystem compares it (PEP 503; NuGet ignores case).
pub fn normal(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::Pypi => name.to_ascii_lowercase().replace(['_', '.'], "-"),
        Ecosystem::Nuget => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    }
}

fn npm(text: &str) -> Vec<String> {
    const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let tables = TABLES.iter().filter_map(|table| value.get(table).and_then(Value::as_object));
    tables.flat_map(|table| table.keys().cloned()).collect()
}

/// PEP 621 and PEP 735, Poetry's tables, and Pipenv's.
fn python_project(text: &str) -> Vec<String> {
    let Ok(file) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let file = toml::Value::Table(file);
    let at = |path: &[&str]| path.iter().try_fold(&file, |value, key| value.get(key)).cloned();
    let mut names = Vec::new();
    for list in
        [at(&["project", "dependencies"]), at(&["project", "optional-dependencies"]), at(&["dependency-groups"])]
    {
        list.iter().for_each(|value| texts(value, &mut names));
    }
    let mut names: Vec<String> = names.iter().filter_map(|text| requirement(text)).collect();
    for table in [at(&["tool", "poetry", "dependencies"]), at(&["packages"]), at(&["dev-packages"])] {
        names.extend(table.iter().filter_map(toml::Value::as_table).flat_map(|table| table.keys().cloned()));
    }
    let groups = at(&["tool", "poetry", "group"]);
    let groups = groups.iter().filter_map(toml::Value::as_table).flatten();
    let tables = groups.filter_map(|(_, group)| group.get("dependencies")?.as_table());
    names.extend(tables.flat_map(|table| table.keys().cloned()));
    names
}

fn texts(value: &toml::Value, found: &mut Vec<String>) {
    match value {
        toml::Value::String(text) => found.push(text.clone()),
        toml::Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        toml::Value::Table(table) => table.values().for_each(|item| texts(item, found)),
        _ => {}
    }
}

/// The name of a PEP 508 requirement; options and comments are none.
fn requirement(line: &str) -> Option<String> {
    let line = line.trim();
    let name: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = line.get(name.len()..).unwrap_or_default().trim_start();
    let ends = rest.is_empty() || rest.starts_with(['[', '=', '<', '>', '!', '~', ';', '@', '#', '(', '\\']);
    (starts && ends).then_some(name)
}

fn cargo(text: &str) -> Vec<String> {
    let Ok(file) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let mut names = Vec::new();
    cargo_tables(&file, &mut names);
    names
}

/// Dependency tables stand at the top, under `workspace` and under `target.CONDITION`.
fn cargo_tables(table: &toml::Table, names: &mut Vec<String>) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else { continue };
        match key.as_str() {
            "dependencies" | "dev-dependencies" | "build-dependencies" => {
                names.extend(inner.iter().map(|(name, of)| {
                    let renamed = of.get("package").and_then(toml::Value::as_str);
                    renamed.unwrap_or(name).to_owned()
                }));
            }
            "workspace" => cargo_tables(inner, names),
            "target" => inner.values().filter_map(toml::Value::as_table).for_each(|of| cargo_tables(of, names)),
            _ => {}
        }
    }
}

/// Patterns of line-oriented manifests; the tests of this file compile every one.
type Lines = LazyLock<Option<Regex>>;
static GO: Lines = LazyLock::new(|| Regex::new(r"(?m)^\s*(?:require\s+)?([\w.-]+\.[\w.-]+(?:/[\w.~-]+)+)\s+v\d").ok());
static GEM: Lines = LazyLock::new(|| Regex::new(r#"(?m)^\s*gem\s*\(?\s*["']([\w.-]+)["']"#).ok());
static NUGET: Lines = LazyLock::new(|| Regex::new(r#"<Package(?:Reference|Version)\s+Include="([\w.-]+)""#).ok());
static GRADLE: Lines = LazyLock::new(|| Regex::new(r#"["']([\w.-]+:[\w.-]+)(?::[^"'\s]*)?["']"#).ok());

fn captured(pattern: &Lines, text: &str) -> Vec<String> {
    let found = pattern.iter().flat_map(|pattern| pattern.captures_iter(text));
    found.filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect()
}

/// `group:artifact` of every dependency element.
fn maven(text: &str) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
    let elements = document.descendants().filter(|node| node.tag_name().name() == "dependency");
    let child = |node: &roxmltree::Node<'_, '_>, name: &str| {
        node.children().find(|child| child.tag_name().name() == name)?.text().map(|text| text.trim().to_owned())
    };
    elements.filter_map(|node| Some(format!("{}:{}", child(&node, "groupId")?, child(&node, "artifactId")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::observed::Observed;

    fn names(path: &str, text: &str) -> Vec<String> {
        let file = RepositoryFile { path: path.to_owned(), text: Observed::known(text.to_owned(), Vec::new()) };
        dependencies(&file).into_iter().map(|dependency| dependency.name).collect()
    }

    #[test]
    fn reads_the_manifests_of_seven_ecosystems() {
        for (path, text, expected) in [
            (
                "a/package.json",
                r#"{"name":"ai","dependencies":{"openai":"^4"},"devDependencies":{"ai":"5"}}"#,
                vec!["ai", "openai"],
            ),
            (
                "pyproject.toml",
                "[project]\nname='x'\ndependencies=['Anthropic>=1','google_genai']\n[tool.poetry.group.dev.dependencies]\nlitellm='*'",
                vec!["anthropic", "google-genai", "litellm"],
            ),
            (
                "requirements-dev.txt",
                "# openai\n-r base.txt\nopenai[datalib]==1.0\nhttpx ; python_version>'3'\n",
                vec!["httpx", "openai"],
            ),
            (
                "Cargo.toml",
                "[package]\nname='openai'\n[target.'cfg(unix)'.dependencies]\nllm={package='async-openai',version='1'}\n[workspace.dependencies]\nrmcp='1'",
                vec!["async-openai", "rmcp"],
            ),
            (
                "go.mod",
                "module github.com/me/x\nrequire (\n\tgithub.com/openai/openai-go v1.2.3 // indirect\n)\n",
                vec!["github.com/openai/openai-go"],
            ),
            (
                "Gemfile",
                "source 'https://rubygems.org'\ngem 'ruby-openai', '~> 7'\n# gem 'anthropic'\n",
                vec!["ruby-openai"],
            ),
            (
                "src/A.csproj",
                r#"<Project><ItemGroup><PackageReference Include="Azure.AI.OpenAI" Version="2"/></ItemGroup></Project>"#,
                vec!["azure.ai.openai"],
            ),
            (
                "pom.xml",
                "<project xmlns='http://maven.apache.org/POM/4.0.0'><dependencies><dependency><groupId>com.openai</groupId><artifactId>openai-java</artifactId></dependency></dependencies></project>",
                vec!["com.openai:openai-java"],
            ),
            (
                "build.gradle.kts",
                "implementation(\"dev.langchain4j:langchain4j:1.0\")",
                vec!["dev.langchain4j:langchain4j"],
            ),
            ("package-lock.json", r#"{"dependencies":{"openai":{}}}"#, vec![]),
            ("package.json", "{ broken", vec![]),
        ] {
            assert_eq!(names(path, text), expected, "{path}");
        }
    }
}
