//! Workflow files of the default branch's head, with the state in which GitHub lists them.

mod expression;
mod job;
mod outline;
mod parse;

use std::collections::BTreeMap;

use super::{
    answer::{self, Reader},
    files::{self, Files},
    heads::Head,
    paths,
    shape::text,
};
use crate::model::{
    id::RepoName,
    observed::Observed,
    pipeline::{Workflow, WorkflowFile},
};

pub use parse::parse;

/// Every workflow file. One that cannot be read or parsed stays in the list and says why.
pub(super) fn workflows(
    reader: &Reader<'_>,
    repo: &RepoName,
    files: &Files,
    head: Option<&Head>,
) -> Observed<Vec<WorkflowFile>> {
    let listed = reader.list(&paths::repo(repo, "/actions/workflows")).observed();
    let states: BTreeMap<String, String> =
        listed.members().iter().filter_map(|item| Some((text(item, "path")?, text(item, "state")?))).collect();
    files.as_ref().and_then(|files| {
        let paths = files.iter().filter(|path| files::is_workflow(path));
        let sources: Vec<_> = paths.map(|path| (path, files::source(reader, repo, path, head))).collect();
        // A file that could not be read may say anything: the list is then not all that there is to know.
        let whole = sources.iter().all(|(_, source)| source.is_whole());
        let mut all: Vec<WorkflowFile> =
            sources.into_iter().map(|(path, source)| file(path, source, &states)).collect();
        all.extend(listed.members().iter().filter_map(|item| own_of_github(item, &listed)));
        answer::listed(all, whole, Vec::new())
    })
}

fn file(path: &str, source: Observed<String>, states: &BTreeMap<String, String>) -> WorkflowFile {
    let Some(source_text) = source.seen() else {
        let why = source.gap(path).map_or_else(
            || "it is not there".to_owned(),
            |gap| match gap.needs {
                Some(needs) => format!("{}: needs {needs}", gap.why),
                None => gap.why,
            },
        );
        return WorkflowFile::Unreadable { path: path.to_owned(), why, evidence: source.evidence };
    };
    match parse(path, source_text, source.evidence.clone()) {
        WorkflowFile::Parsed(workflow) => {
            WorkflowFile::Parsed(Workflow { state: states.get(path).cloned(), ..workflow })
        }
        unreadable => unreadable,
    }
}

/// A workflow that GitHub runs by itself and that has no file, `dynamic/copilot-swe-agent/copilot`: its jobs are not shown.
fn own_of_github<T>(item: &serde_json::Value, listed: &Observed<T>) -> Option<WorkflowFile> {
    let path = text(item, "path").filter(|path| path.starts_with("dynamic/"))?;
    Some(WorkflowFile::Parsed(Workflow {
        name: text(item, "name").unwrap_or_else(|| path.clone()),
        state: text(item, "state"),
        path,
        triggers: Vec::new(),
        permissions: None,
        jobs: Vec::new(),
        evidence: listed.evidence.clone(),
    }))
}
