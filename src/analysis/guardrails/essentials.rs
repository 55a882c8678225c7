//! Where a repository runs a gate before a commit reaches production: in a hook on the author's machine, in a job of CI, or
//! in a job that a branch requires. Whoever commits can leave a hook out (`git commit --no-verify`), and a job that nothing
//! requires stops no merge; a required one holds an agent as well.

use std::collections::BTreeSet;

use crate::{
    controls::essentials::Tools,
    model::{
        file::RepositoryFile,
        pipeline::{Job, Step, Workflow},
    },
};

/// Where it runs, the strongest last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file that states what runs before a commit.
    Hook(String),
    /// A workflow's path and a job that pull requests start and nothing requires.
    Job(String, String),
    /// The name of a check that the branch requires.
    Required(String),
}

impl Place {
    /// In words: `the required check lint`.
    pub fn words(&self) -> String {
        match self {
            Place::Hook(path) => format!("a hook of {path}, which whoever commits can leave out"),
            Place::Job(path, job) => format!("job {job} of {path}, which nothing requires"),
            Place::Required(check) => format!("the required check {check}"),
        }
    }
}

/// The strongest place where one of the tools runs; `required` are the names of checks that the branch requires.
pub fn strongest<'a>(
    tools: &Tools,
    files: &[RepositoryFile],
    workflows: impl Iterator<Item = &'a Workflow>,
    required: &BTreeSet<String>,
) -> Option<Place> {
    let hooks = files.iter().filter(|file| holds_commits(&file.path)).filter_map(|file| {
        let text = file.text.seen()?;
        tools.named_in(hook_text(&file.path, text).as_str()).then(|| Place::Hook(file.path.clone()))
    });
    let jobs = workflows.filter(|workflow| before_merge(workflow)).flat_map(|workflow| {
        let running = workflow.jobs.iter().filter(|job| job.steps.iter().any(|step| does(tools, step)));
        running.map(|job| match required.iter().find(|check| names_job(check, workflow, job)) {
            Some(check) => Place::Required(check.clone()),
            None => Place::Job(workflow.path.clone(), job.id.clone()),
        })
    });
    hooks.chain(jobs).max()
}

fn does(tools: &Tools, step: &Step) -> bool {
    step.uses.as_deref().is_some_and(|uses| tools.run_by_action(uses))
        || step.run.as_deref().is_some_and(|run| tools.named_in(run))
}

fn before_merge(workflow: &Workflow) -> bool {
    let events = ["pull_request", "pull_request_target", "merge_group"];
    workflow.triggers.iter().any(|trigger| events.contains(&trigger.event.as_str()))
}

/// A check is named after its job, with the values of a matrix behind it ("About status checks").
fn names_job(check: &str, workflow: &Workflow, job: &Job) -> bool {
    let name = job.name.as_deref().unwrap_or(&job.id);
    let bare = check.strip_prefix(&format!("{} / ", workflow.name)).unwrap_or(check);
    bare == name || bare.strip_prefix(name).is_some_and(|rest| rest.starts_with(" ("))
}

/// Whether a file states what runs before a commit.
pub fn holds_commits(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, ".pre-commit-config.yaml" | "lefthook.yml" | ".lefthook.yml" | "pre-commit" | "package.json")
}

/// Of a package file only what its hooks run: a script that merely stands there holds nothing back.
fn hook_text(path: &str, text: &str) -> String {
    if !path.ends_with("package.json") {
        return text.to_owned();
    }
    let file: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let hooks = ["lint-staged", "husky", "pre-commit", "simple-git-hooks"].iter().filter_map(|key| file.get(key));
    hooks.map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        controls::essentials::Essentials,
        facts::github::workflows,
        model::{observed::Observed, pipeline::WorkflowFile},
    };

    const CI: &str = "name: CI\non: pull_request\njobs:\n  lint:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx eslint .\n  unit:\n    name: Unit tests\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest --cov=src\n";

    fn place(essential: &str, files: &[(&str, &str)], ci: &str, required: &[&str]) -> Option<Place> {
        let known = Essentials::built_in().unwrap();
        let tools = &known.essentials.iter().find(|known| known.id == essential).unwrap().tools;
        let file = |(path, text): &(&str, &str)| RepositoryFile {
            path: (*path).to_owned(),
            text: Observed::known((*text).to_owned(), Vec::new()),
        };
        let files: Vec<RepositoryFile> = files.iter().map(file).collect();
        let WorkflowFile::Parsed(workflow) = workflows::parse(".github/workflows/ci.yml", ci, Vec::new()) else {
            panic!("it parses")
        };
        strongest(tools, &files, std::iter::once(&workflow), &required.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn the_strongest_place_counts() {
        let hooks = (".pre-commit-config.yaml", "repos: [{repo: x, hooks: [{id: ruff}, {id: gitleaks}]}]");
        let job = |id: &str| Some(Place::Job(".github/workflows/ci.yml".to_owned(), id.to_owned()));
        let hook = Some(Place::Hook(hooks.0.to_owned()));
        assert_eq!(place("formatting_lint", &[hooks], CI, &[]), job("lint"));
        assert_eq!(place("formatting_lint", &[], CI, &["lint"]), Some(Place::Required("lint".to_owned())));
        assert_eq!(place("hard_coded_values", &[hooks], CI, &["lint"]), hook);
        assert_eq!(
            place("coverage", &[], CI, &["Unit tests (3.11)"]),
            Some(Place::Required("Unit tests (3.11)".to_owned()))
        );
        assert_eq!(place("coverage", &[], CI, &["Unit"]), job("unit"));
        assert_eq!(place("placeholder_code", &[hooks], CI, &["lint"]), None);
        assert_eq!(place("formatting_lint", &[], &CI.replace("on: pull_request", "on: push"), &["lint"]), None);
    }

    #[test]
    fn a_script_in_a_package_file_is_no_hook() {
        let script = ("package.json", r#"{"scripts": {"lint": "eslint ."}}"#);
        let staged = ("package.json", r#"{"lint-staged": {"*.ts": "eslint --fix"}}"#);
        let none = "on: push\njobs: {a: {runs-on: x, steps: []}}\n";
        assert_eq!(place("formatting_lint", &[script], none, &[]), None);
        assert_eq!(place("formatting_lint", &[staged], none, &[]), Some(Place::Hook("package.json".to_owned())));
    }
}
