//! One repository: its settings first, then the branches that those name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    Error, Plan, Share, changes,
    client::Client,
    lines,
    organization::Known,
    trail::{self, Pipeline},
};
use crate::{
    base::fnmatch,
    controls::config::RefPattern,
    facts::github::{
        environments,
        files::{BY_NAME, CODEOWNERS, Folder, is_workflow, texts_beside},
        heads::Head,
        paths,
        trail::runs,
        workflows,
    },
    model::{
        id::{BranchName, RepoName},
        pipeline::WorkflowFile,
    },
};

/// A repository as the listing names it.
pub(super) struct Listed {
    pub name: RepoName,
    pub default_branch: String,
    pub archived: bool,
}

impl Listed {
    pub fn of(item: &Value) -> Option<Listed> {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        Some(Listed {
            name: RepoName::new(text("full_name")?),
            default_branch: text("default_branch").unwrap_or_default().to_owned(),
            archived: item.get("archived").and_then(Value::as_bool).unwrap_or(false),
        })
    }
}

pub(super) async fn collect(
    client: &Client,
    plan: &Plan,
    org: &Known,
    repository: &Listed,
    head: Option<&Head>,
) -> Result<(), Error> {
    let name = &repository.name;
    if plan.share == Share::Privileged {
        return rulesets(client, plan, org, name).await;
    }
    let (webhooks, environments, files, ()) = tokio::try_join!(
        settings(client, org, name),
        environments_of(client, name),
        files(client, repository, head),
        rulesets(client, plan, org, name)
    )?;
    let pipeline = Pipeline {
        environments: environments.count,
        reviewed: environments.reviewed,
        workflows: files.workflows,
        webhooks,
        bypasses: !org.bypasses,
    };
    let mapped = plan.branches.iter().filter(|pattern| concerns(pattern, name)).map(|pattern| pattern.pattern.clone());
    let named = mapped.chain(environments.branches).chain(files.triggers);
    let branches = branches(client, repository, named.collect()).await?;
    for branch in &branches {
        client.get(&paths::protection(name, branch)).await?;
        client.get_paged(&paths::branch_rules(name, branch)).await?;
    }
    let activity = trail::repository(client, plan, name, &pipeline).await?;
    lines::collect(client, plan, name, &branches, &activity).await?;
    changes::collect(client, plan, name, &branches).await
}

fn concerns(pattern: &RefPattern, name: &RepoName) -> bool {
    let lower = |text: &str| text.to_ascii_lowercase();
    pattern.repository.as_ref().is_none_or(|wanted| fnmatch::matches(&lower(wanted), &lower(name.as_str())))
}

/// What needs one question each; returns how many webhooks there are.
async fn settings(client: &Client, org: &Known, name: &RepoName) -> Result<usize, Error> {
    let at = |rest: &str| paths::repo(name, rest);
    for rest in
        ["/collaborators?affiliation=direct", "/keys", "/actions/secrets", "/actions/runners", "/actions/workflows"]
    {
        client.get_paged(&at(rest)).await?;
    }
    if !org.secrets {
        client.get_paged(&at("/actions/organization-secrets")).await?;
    }
    for rest in ["/actions/permissions", "/actions/permissions/workflow", "/actions/oidc/customization/sub"] {
        client.get(&at(rest)).await?;
    }
    Ok(client.get_paged(&at("/hooks")).await?.items.len())
}

/// The rulesets over the repository, each where it is defined.
async fn rulesets(client: &Client, plan: &Plan, org: &Known, name: &RepoName) -> Result<(), Error> {
    for ruleset in client.get_paged(&paths::rulesets(name)).await?.items {
        let Some(id) = ruleset.get("id").and_then(Value::as_u64) else { continue };
        let of_org = ruleset.get("source_type").and_then(Value::as_str) == Some("Organization");
        if !(of_org && org.rulesets.contains(&id)) {
            let path = paths::ruleset(name, id);
            if client.get(&path).await?.ok() {
                trail::history(client, plan, &path).await?;
            }
        }
    }
    Ok(())
}

/// What later questions hang on.
struct Environments {
    count: usize,
    /// Some environment asks for a reviewer, or may.
    reviewed: bool,
    /// Branches that their policies name.
    branches: Vec<String>,
}

/// The environments with their rules.
async fn environments_of(client: &Client, name: &RepoName) -> Result<Environments, Error> {
    let listed = client.get_paged(&paths::repo(name, "/environments")).await?;
    let mut branches = Vec::new();
    for (environment, custom_policy) in environments::names(&listed.items) {
        let at = |rest: &str| paths::environment(name, &environment, rest);
        if custom_policy {
            let policies = client.get_paged(&at("/deployment-branch-policies")).await?;
            branches.extend(environments::branch_patterns(&policies.items));
        }
        client.get(&at("/deployment_protection_rules")).await?;
        client.get_paged(&at("/secrets")).await?;
    }
    if !listed.complete || !listed.items.is_empty() {
        client.get(&paths::repo(name, environments::DEPLOYMENTS)).await?;
    }
    let reviewed = !listed.complete || environments::any_reviewer(&listed.items);
    Ok(Environments { count: listed.items.len(), reviewed, branches })
}

/// What the workflow files say that later questions hang on.
#[derive(Default)]
struct Files {
    /// Branches whose pushes trigger a workflow.
    triggers: Vec<String>,
    /// Paths, and whether a job may use an environment.
    workflows: Vec<(String, bool)>,
}

/// The files that count, as far as the head's answer does not hold them.
async fn files(client: &Client, repository: &Listed, head: Option<&Head>) -> Result<Files, Error> {
    let name = &repository.name;
    let root = match head {
        Some(head) => head.root.clone(),
        None => Folder::of(&client.get(&paths::tree(name, &repository.default_branch)).await?.json(), ""),
    };
    let mut files = root.files.clone();
    files.extend(head.into_iter().flat_map(|head| head.named.iter().cloned()));
    for (folder, digest) in root.to_read(head.is_some()) {
        match head.and_then(|head| head.github.as_ref()).filter(|_| folder == ".github") {
            Some(github) => files.extend(github.files.iter().cloned()),
            None => {
                let below = client.get(&paths::whole_tree(name, digest)).await?;
                files.extend(Folder::of(&below.json(), &format!("{folder}/")).files);
            }
        }
    }
    files.sort();
    files.dedup();
    let owners = CODEOWNERS.iter().find(|path| files.iter().any(|file| file == **path));
    match owners {
        Some(path) => drop(source(client, name, path, head).await?),
        None if head.is_none() && root.folders.contains_key("docs") => {
            drop(source(client, name, "docs/CODEOWNERS", head).await?);
        }
        None => {}
    }
    let by_name = files.iter().filter(|path| BY_NAME.contains(*path));
    for path in by_name.chain(texts_beside(&files)) {
        source(client, name, path, head).await?;
    }
    let mut found = Files::default();
    for path in files.iter().filter(|path| is_workflow(path)) {
        let text = source(client, name, path, head).await?;
        found.add(path, text.as_deref());
    }
    Ok(found)
}

/// A file's text, asked for where the head's answer does not hold it.
async fn source(client: &Client, name: &RepoName, path: &str, head: Option<&Head>) -> Result<Option<String>, Error> {
    if let Some(text) = head.and_then(|head| head.texts.get(path)) {
        return Ok(Some(text.clone()));
    }
    let answer = client.get_as(&paths::contents(name, path), paths::RAW).await?;
    Ok(String::from_utf8(answer.body.to_vec()).ok().filter(|_| answer.ok()))
}

impl Files {
    /// A file that could not be read may use an environment.
    fn add(&mut self, path: &str, text: Option<&str>) {
        let deploys = match text.map(|text| workflows::parse(path, text, Vec::new())) {
            Some(WorkflowFile::Parsed(workflow)) => {
                let pushes = workflow.triggers.iter().filter(|trigger| trigger.event == "push");
                self.triggers.extend(pushes.flat_map(|trigger| trigger.branches.clone()));
                runs::may_deploy(&workflow)
            }
            Some(WorkflowFile::Unreadable { .. }) | None => true,
        };
        self.workflows.push((path.to_owned(), deploys));
    }
}

/// The default branch, those named, and those that a named pattern matches. A pattern for all branches names none.
async fn branches(client: &Client, repository: &Listed, named: BTreeSet<String>) -> Result<Vec<BranchName>, Error> {
    let everything = |pattern: &str| matches!(pattern, "*" | "**" | "**/*");
    let negated = |pattern: &str| pattern.starts_with('!');
    let wanted = named.iter().filter(|name| !name.is_empty() && !everything(name) && !negated(name));
    let (patterns, mut names): (Vec<&String>, BTreeSet<&str>) =
        wanted.fold(Default::default(), |(mut p, mut n), name| {
            if name.contains(['*', '?', '[']) {
                p.push(name);
            } else {
                n.insert(name.as_str());
            }
            (p, n)
        });
    if !repository.default_branch.is_empty() {
        names.insert(&repository.default_branch);
    }
    let mut all: BTreeSet<BranchName> = names.into_iter().map(BranchName::from).collect();
    if !patterns.is_empty() {
        let listed = client.get_paged(&paths::repo(&repository.name, "/branches")).await?.items;
        let existing = listed.iter().filter_map(|item| item.get("name").and_then(Value::as_str));
        all.extend(existing.filter(|name| patterns.iter().any(|p| fnmatch::matches(p, name))).map(BranchName::from));
    }
    Ok(all.into_iter().collect())
}
