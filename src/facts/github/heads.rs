//! The heads of default branches from GraphQL: folder listings and the texts that count, many repositories in one point.
//!
//! GraphQL's `object(expression:)` is null both where nothing is and where nothing may be seen. The root folder is the
//! witness: a repository whose root is listed lets its contents be read, so a null below it is nothing. One whose root is
//! not listed is asked for over REST.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answer::Reader,
    files::{CODEOWNERS, Folder, WORKFLOWS},
    shape::{flag, text},
};
use crate::model::{
    id::{EvidenceId, RepoName},
    observed::Observed,
};

/// The name of the query that asks for them.
pub const QUERY: &str = "Heads";

/// GraphQL's aliases of the files of [`CODEOWNERS`], in that order.
pub const OWNERS: [&str; 3] = ["ownersGithub", "ownersRoot", "ownersDocs"];

/// What one answer says of one repository.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub root: Folder,
    /// All below `.github`, where that is a folder and was shown whole.
    pub github: Option<Folder>,
    /// Texts of workflow files and of CODEOWNERS, by path.
    pub texts: BTreeMap<String, String>,
    /// Files asked for by name that are there, in folders that the listings above do not show too.
    pub named: Vec<String>,
    pub(super) evidence: Vec<EvidenceId>,
}

impl Head {
    /// Reads one repository of the answer; `None` when it does not prove that the contents may be read.
    pub fn of(node: &Value) -> Option<Head> {
        let root = folder(entries(node.get("root")?)?, "");
        let below = |name: &str| root.folders.contains_key(name);
        let github = match below(".github") {
            // A folder below it that is withheld leaves the whole to REST.
            true => Some(folder(entries(node.get("github")?)?, ".github/")).filter(|github| !github.truncated),
            false => None,
        };
        let (mut texts, mut named) = (BTreeMap::new(), Vec::new());
        for entry in node.get("workflows").and_then(entries).into_iter().flatten() {
            if let (Some(name), Some(source)) = (text(entry, "name"), entry.get("object").and_then(blob)) {
                texts.insert(format!("{WORKFLOWS}{name}"), source);
            }
        }
        for (alias, object) in node.as_object().into_iter().flatten() {
            let Some(path) = path_of(alias).filter(|_| !object.is_null()) else { continue };
            texts.extend(blob(object).map(|source| (path.clone(), source)));
            named.push(path);
        }
        for (path, alias) in CODEOWNERS.iter().zip(OWNERS) {
            if let Some(source) = node.get(alias).and_then(blob) {
                texts.insert((*path).to_owned(), source);
            }
        }
        Some(Head { root, github, texts, named, evidence: Vec::new() })
    }

    /// A file's text, where the answer holds it.
    pub(super) fn text(&self, path: &str) -> Option<Observed<String>> {
        let source = self.texts.get(path)?;
        Some(Observed::known(source.clone(), self.evidence.clone()))
    }
}

/// The alias of a file that is asked for by its path: GraphQL takes letters, digits and underscores alone, so the path is
/// written in hexadecimal digits.
pub fn alias(path: &str) -> String {
    path.bytes().fold(ALIAS.to_owned(), |alias, byte| format!("{alias}{byte:02x}"))
}

const ALIAS: &str = "text_";

fn path_of(alias: &str) -> Option<String> {
    let digits = alias.strip_prefix(ALIAS)?.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    String::from_utf8(digits.map(byte).collect::<Option<Vec<u8>>>()?).ok()
}

/// The repositories of one answer.
pub fn of_answer(answer: &Value) -> BTreeMap<RepoName, Head> {
    let nodes = answer.get("data").and_then(Value::as_object).into_iter().flatten();
    let head = |node: &Value| Some((RepoName::new(text(node, "nameWithOwner")?), Head::of(node)?));
    nodes.filter_map(|(_, node)| head(node)).collect()
}

/// Every answer, by repository.
pub(super) fn by_repository(reader: &Reader<'_>) -> BTreeMap<RepoName, Head> {
    let mut all = BTreeMap::new();
    for call in reader.log.calls(reader.scope, "graphql", "", QUERY) {
        let answer = reader.single(&call.pages, |record| reader.log.json(record)).observed();
        let Some(value) = answer.seen() else { continue };
        let evidence = || answer.evidence.clone();
        all.extend(of_answer(value).into_iter().map(|(name, head)| (name, Head { evidence: evidence(), ..head })));
    }
    all
}

fn entries(tree: &Value) -> Option<&Vec<Value>> {
    tree.get("entries")?.as_array()
}

/// A listing with those nested in it, every path below `prefix`. One that was asked for and not shown cuts it short.
fn folder(entries_of: &[Value], prefix: &str) -> Folder {
    let mut all = Folder::default();
    for entry in entries_of {
        let Some(path) = text(entry, "name").map(|name| format!("{prefix}{name}")) else { continue };
        match text(entry, "type").as_deref() {
            Some("tree") => {
                let below = entry.get("object");
                if let Some(nested) = below.and_then(entries) {
                    let nested = folder(nested, &format!("{path}/"));
                    all.files.extend(nested.files);
                    all.folders.extend(nested.folders);
                    all.truncated |= nested.truncated;
                }
                let withheld = |below: &Value| below.is_null() || below.get("entries").is_some_and(Value::is_null);
                all.truncated |= below.is_some_and(withheld);
                all.folders.insert(path, text(entry, "oid").unwrap_or_default());
            }
            Some("commit") => {}
            _ => all.files.push(path),
        }
    }
    all
}

/// A text blob that GitHub gave whole.
fn blob(object: &Value) -> Option<String> {
    let whole = flag(object, "isTruncated") != Some(true) && flag(object, "isBinary") != Some(true);
    text(object, "text").filter(|_| whole)
}
