//! How strangers get at an agent that runs in a workflow: who may start it, whose words it reads, whose code it runs.
//!
//! Sources: GitHub docs, "Events that trigger workflows" (runs for a fork's `pull_request` hold no secrets and a token that
//! reads), "Script injections" (contexts that anyone may fill), "Secure use reference"; the actions' own documentation in
//! `controls/agent-actions.yaml`.

use std::{collections::BTreeSet, sync::LazyLock};

use regex::Regex;

use crate::{
    analysis::{
        agents::{AgentPrincipal, Identity, agent_step},
        guardrails::condition,
    },
    controls::{
        agents::Signatures,
        guardrails::{AgentAction, Guardrails},
    },
    model::{
        agent::Steering,
        pipeline::{Job, RunnerRef, Step, TokenPermissions, Trigger, Workflow, WorkflowDefaults},
        severity::Severity,
        truth::Truth,
        world::World,
    },
};

/// A way in for somebody who may not write to the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub kind: EntryKind,
    /// Whether somebody without the right to write gets in.
    pub strangers: Truth,
    pub event: String,
    pub severity: Severity,
    /// As a clause: `anyone can start it by an issue`.
    pub says: String,
    pub mend: &'static str,
    pub line: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// They start it.
    OpenDoor,
    /// Their words stand in its prompt.
    UntrustedText,
    /// Their code lies in its folder.
    UntrustedHead,
    /// Nothing asks before it acts.
    FreeHand,
}

impl EntryKind {
    /// As a rule's id: `entry.open_door`.
    pub fn rule(self) -> &'static str {
        match self {
            EntryKind::OpenDoor => "entry.open_door",
            EntryKind::UntrustedText => "entry.untrusted_text",
            EntryKind::UntrustedHead => "entry.untrusted_head",
            EntryKind::FreeHand => "entry.free_hand",
        }
    }
}

/// What decides beside the file itself.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub signatures: &'a Signatures,
    pub guardrails: &'a Guardrails,
    /// Outsiders neither see it nor write in it.
    pub private: bool,
    /// What a token may do where nothing says; `None` where that was not read.
    pub defaults: Option<&'a WorkflowDefaults>,
}

/// The ways into every agent that the job runs, worst first.
pub fn of_job(around: Surroundings<'_>, workflow: &Workflow, job: &Job) -> Vec<Entry> {
    let runs = |step: &Step| agent_step(around.signatures, step).is_some();
    let agents: Vec<&Step> = job.steps.iter().filter(|step| runs(step)).collect();
    let mut found = BTreeSet::new();
    for trigger in &workflow.triggers {
        let Some(reach) = Reach::of(trigger, around.private) else { continue };
        let holds = if reach.bare { Vec::new() } else { holdings(around, workflow, job) };
        for step in &agents {
            let view = View { around, job, step, trigger, reach, held: !holds.is_empty() };
            found.extend([view.door(), view.text(), view.head()].into_iter().flatten());
        }
    }
    let steered = found.iter().any(|entry: &Entry| entry.severity >= Severity::Medium);
    let held = !holdings(around, workflow, job).is_empty();
    found.extend(agents.iter().filter_map(|step| free_hand(around, step, steered, held)));
    let mut all: Vec<Entry> = found.into_iter().collect();
    all.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.cmp(b)));
    all
}

/// Whether strangers steer a job's agent while the job holds rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// None does, or the job holds nothing.
    Shut,
    /// It hangs on another job, an action that is not known, or defaults of tokens that were not read.
    Perhaps(Entry),
    Open {
        entry: Entry,
        holds: Vec<String>,
    },
}

/// The worst way in. A free hand alone lets nobody in.
pub fn judge(around: Surroundings<'_>, workflow: &Workflow, job: &Job) -> Judged {
    let worst = |around: Surroundings<'_>| {
        of_job(around, workflow, job).into_iter().find(|entry| entry.kind != EntryKind::FreeHand)
    };
    let Some(entry) = worst(around).filter(|entry| entry.severity >= Severity::Medium) else { return Judged::Shut };
    let least = least();
    let at_least = worst(Surroundings { defaults: around.defaults.or(Some(&least)), ..around });
    let sure = at_least.is_some_and(|entry| entry.severity >= Severity::Medium);
    match entry.strangers == Truth::Unknown || !sure {
        true => Judged::Perhaps(entry),
        false => Judged::Open { entry, holds: holdings(around, workflow, job) },
    }
}

/// The defaults that give least.
fn least() -> WorkflowDefaults {
    WorkflowDefaults { default_permissions: "read".to_owned(), can_approve_reviews: false }
}

/// Whether a job runs an agent.
pub fn runs_agent(signatures: &Signatures, job: &Job) -> bool {
    job.steps.iter().any(|step| agent_step(signatures, step).is_some())
}

/// A step of the job whose agent asks nobody, and what the job holds, in words.
pub fn unasked(around: Surroundings<'_>, workflow: &Workflow, job: &Job) -> Option<(Entry, String)> {
    let free = of_job(around, workflow, job).into_iter().find(|entry| entry.kind == EntryKind::FreeHand)?;
    let holds = holdings(around, workflow, job);
    Some((free, if holds.is_empty() { "nothing that writes".to_owned() } else { holds.join(" and ") }))
}

/// Marks the agents of workflows that strangers surely steer while the job holds rights. Defaults that were not read count as
/// those that give least: what is only possible is the check's to say.
pub fn mark_steered(world: &World, signatures: &Signatures, guardrails: &Guardrails, agents: &mut [AgentPrincipal]) {
    let least = least();
    for principal in agents {
        let Identity::Job { repository, workflow, job } = &principal.identity else { continue };
        let Some(repository) = world.repositories().iter().find(|known| known.name == *repository) else { continue };
        let Some(workflow) = repository.workflow(workflow) else { continue };
        let Some(job) = workflow.jobs.iter().find(|known| known.id == *job) else { continue };
        let defaults = Some(repository.workflow_defaults.seen().unwrap_or(&least));
        let around = Surroundings { signatures, guardrails, private: repository.private, defaults };
        let surely = |entry: &Entry| {
            entry.kind != EntryKind::FreeHand && entry.strangers == Truth::True && entry.severity >= Severity::Medium
        };
        principal.agent.steered_by = of_job(around, workflow, job)
            .into_iter()
            .find(surely)
            .map(|entry| Steering { how: entry.says, evidence: workflow.evidence.clone() });
    }
}

/// What the job holds that a stranger would want, in words. A key that opens a model is not counted.
pub fn holdings(around: Surroundings<'_>, workflow: &Workflow, job: &Job) -> Vec<String> {
    let mut words = Vec::new();
    match job.permissions.as_ref().or(workflow.permissions.as_ref()) {
        Some(stated) => words.extend(stated_powers(stated)),
        None => match around.defaults {
            Some(defaults) if defaults.default_permissions == "write" => {
                words.push("a token that writes, as the repository's default is".to_owned());
            }
            Some(_) => {}
            None => words.push("a token of unread defaults".to_owned()),
        },
    }
    let secrets: Vec<&str> =
        job.secrets.iter().map(String::as_str).filter(|name| !around.signatures.opens_a_model(name)).collect();
    if job.reads_all_secrets || job.inherits_secrets {
        words.push("every secret".to_owned());
    } else if !secrets.is_empty() {
        words.push(format!("the secrets {}", secrets.join(", ")));
    }
    if let RunnerRef::SelfHosted(labels) = &job.runner {
        words.push(format!("the self-hosted runner {}", labels.join(", ")));
    }
    if job.steps.iter().any(|step| step.uses.as_deref().is_some_and(|uses| uses.starts_with("actions/cache"))) {
        words.push("a cache that other runs read".to_owned());
    }
    words
}

fn stated_powers(stated: &TokenPermissions) -> Vec<String> {
    let writes: Vec<&str> =
        stated.iter().filter(|(_, level)| *level == "write").map(|(name, _)| name.as_str()).collect();
    if writes == ["*"] {
        return vec!["a token that writes everything".to_owned()];
    }
    let named: Vec<&str> = writes.iter().copied().filter(|name| *name != "id-token").collect();
    let token = (!named.is_empty()).then(|| format!("a token that writes {}", named.join(", ")));
    let minting = writes.contains(&"id-token").then(|| "the right to mint cloud tokens".to_owned());
    token.into_iter().chain(minting).collect()
}

/// What an event gives to people who may not write.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// They start it, rather than only write what it reads.
    starts: bool,
    /// A run for a fork: no secrets, and a token that reads.
    bare: bool,
}

impl Reach {
    fn of(trigger: &Trigger, private: bool) -> Option<Reach> {
        // Setting a label or an assignee takes the triage role at least; whose text it is stays the same.
        const BY_ROLE: [&str; 10] = [
            "labeled",
            "unlabeled",
            "assigned",
            "unassigned",
            "milestoned",
            "demilestoned",
            "pinned",
            "unpinned",
            "locked",
            "transferred",
        ];
        let by_role = !trigger.types.is_empty() && trigger.types.iter().all(|kind| BY_ROLE.contains(&kind.as_str()));
        let bare = match trigger.event.as_str() {
            "issues"
            | "issue_comment"
            | "discussion"
            | "discussion_comment"
            | "pull_request_target"
            | "workflow_run"
            | "gollum" => false,
            "pull_request" | "pull_request_review" | "pull_request_review_comment" => true,
            _ => return None,
        };
        Some(Reach { starts: !by_role && !private, bare })
    }
}

/// One agent step under one trigger.
struct View<'a> {
    around: Surroundings<'a>,
    job: &'a Job,
    step: &'a Step,
    trigger: &'a Trigger,
    reach: Reach,
    held: bool,
}

impl View<'_> {
    fn door(&self) -> Option<Entry> {
        if !self.reach.starts {
            return None;
        }
        let strangers = condition::guards(self.job, self.step, &self.trigger.event).not().and(self.step_admits());
        let event = &self.trigger.event;
        let says = match strangers {
            Truth::False => return None,
            Truth::True => format!("anyone can start it by {}", words_of(event)),
            Truth::Unknown => {
                format!("whether anyone can start it by {} hangs on what cannot be read", words_of(event))
            }
        };
        let mend = "let only people who may write start it: take the input that opens it out, or ask for `author_association` in `if`";
        Some(self.entry(EntryKind::OpenDoor, strangers, says, mend))
    }

    /// Whether the step itself lets somebody start it who may not write.
    fn step_admits(&self) -> Truth {
        let Some(uses) = self.step.uses.as_deref() else { return Truth::True };
        match self.around.guardrails.actions.of(uses) {
            None => Truth::Unknown,
            Some(action) => (!action.checks_actor || opened(action, self.step)).into(),
        }
    }

    fn text(&self) -> Option<Entry> {
        let field = self.prompts().iter().find_map(|text| untrusted(text))?;
        let says = format!("its prompt holds {field}, which anyone may write");
        let mend =
            "hand the text over as data that a step without rights has read, or give the job nothing that writes";
        Some(self.entry(EntryKind::UntrustedText, self.strangers_write(), says, mend))
    }

    /// In a private repository only those who were let in write anything.
    fn strangers_write(&self) -> Truth {
        (!self.around.private).into()
    }

    /// The texts that reach the model: prompts of an action, or the command line with its environment.
    fn prompts(&self) -> Vec<&str> {
        let step = self.step;
        match step.uses.as_deref() {
            Some(uses) => {
                let named = self.around.guardrails.actions.of(uses).map(|action| &action.prompts);
                let reads = |name: &String| named.is_none_or(|prompts| prompts.contains(name));
                let inputs = step.with.iter().filter(|(name, _)| reads(name)).map(|(_, value)| value.as_str());
                inputs.collect()
            }
            None => step.run.iter().map(String::as_str).chain(step.env.values().map(String::as_str)).collect(),
        }
    }

    fn head(&self) -> Option<Entry> {
        let privileged =
            matches!(self.trigger.event.as_str(), "pull_request_target" | "workflow_run" | "issue_comment");
        let checkout = self.job.steps.iter().find(|step| checks_out_head(step)).filter(|_| privileged)?;
        let says =
            format!("it works on the head of anyone's pull request, started by {}", words_of(&self.trigger.event));
        let mend = "check out the base, or run the agent on `pull_request`, where it holds nothing";
        let strangers = self.strangers_write();
        Some(Entry { line: checkout.line, ..self.entry(EntryKind::UntrustedHead, strangers, says, mend) })
    }

    fn entry(&self, kind: EntryKind, strangers: Truth, says: String, mend: &'static str) -> Entry {
        let severity = match (self.held, strangers) {
            (false, _) => Severity::Info,
            (true, Truth::False) => Severity::Low,
            (true, _) => Severity::High,
        };
        Entry { kind, strangers, event: self.trigger.event.clone(), severity, says, mend, line: self.step.line }
    }
}

fn opened(action: &AgentAction, step: &Step) -> bool {
    let opens = |(input, value): (&String, &crate::controls::agents::Pattern)| {
        step.with.get(input).is_some_and(|given| value.is_match(given))
    };
    action.opened_by.iter().any(opens)
}

/// The first context in `${{ … }}` that somebody without rights can fill.
fn untrusted(text: &str) -> Option<String> {
    static CONTEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"github\.head_ref|github\.event\.(issue\.(title|body)|pull_request\.(title|body|head\.(ref|label|repo\.default_branch))|comment\.body|review\.body|review_comment\.body|discussion\.(title|body)|pages\b\S*?page_name|workflow_run\.(head_branch|display_title|head_commit\.message|head_repository\.description)|head_commit\.message|commits\b\S*?message)|(?i:toJSON)\(\s*github(\.event(\.(issue|comment|pull_request|review|discussion))?)?\s*\)",
        )
        .ok()
    });
    let pattern = CONTEXT.as_ref()?;
    let expressions = text.split("${{").skip(1).filter_map(|rest| rest.split("}}").next());
    expressions.filter_map(|expression| pattern.find(expression)).map(|found| found.as_str().to_owned()).next()
}

fn checks_out_head(step: &Step) -> bool {
    let checkout = step.uses.as_deref().is_some_and(|uses| uses.starts_with("actions/checkout"));
    let of_head = |text: &String| {
        ["pull_request.head", "github.head_ref", "refs/pull/", "workflow_run.head_"]
            .iter()
            .any(|part| text.contains(part))
    };
    let by_hand = step.run.as_deref().is_some_and(|run| run.contains("gh pr checkout"));
    by_hand || (checkout && ["ref", "repository"].iter().any(|input| step.with.get(*input).is_some_and(of_head)))
}

/// A step that takes every question away from its agent. How bad that is hangs on who steers it and on what it holds.
fn free_hand(around: Surroundings<'_>, step: &Step, steered: bool, held: bool) -> Option<Entry> {
    let actions = &around.guardrails.actions;
    let given = match step.uses.as_deref() {
        Some(uses) => {
            let pattern = actions.of(uses)?.free_hand.as_ref()?;
            step.with.values().any(|value| pattern.is_match(value))
        }
        None => step.run.as_deref().is_some_and(|run| actions.commands.free_hand.is_match(run)),
    };
    let severity = match (steered, held) {
        (true, _) => Severity::High,
        (false, true) => Severity::Medium,
        (false, false) => Severity::Low,
    };
    given.then(|| Entry {
        kind: EntryKind::FreeHand,
        strangers: steered.into(),
        event: String::new(),
        severity,
        says: "nothing asks before it runs a command".to_owned(),
        mend: "name the tools that it needs instead of allowing all",
        line: step.line,
    })
}

fn words_of(event: &str) -> &'static str {
    match event {
        "issues" => "an issue",
        "issue_comment" | "discussion_comment" => "a comment",
        "discussion" => "a discussion",
        "gollum" => "a wiki page",
        "workflow_run" => "a run that a pull request starts",
        "pull_request_review" | "pull_request_review_comment" => "a review",
        _ => "a pull request",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::{facts::github::workflows, model::pipeline::WorkflowFile};

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        name: String,
        workflow: String,
        expect: String,
        #[serde(default)]
        private: bool,
        default: Option<String>,
    }

    /// `agent: kind severity, …` of the workflow's agents, as the table writes it.
    fn told(row: &Row, signatures: &Signatures, guardrails: &Guardrails) -> String {
        let WorkflowFile::Parsed(workflow) = workflows::parse("a.yml", &row.workflow, Vec::new()) else {
            return "not a workflow".to_owned();
        };
        let defaults = row
            .default
            .as_ref()
            .map(|default| WorkflowDefaults { default_permissions: default.clone(), can_approve_reviews: false });
        let around = Surroundings { signatures, guardrails, private: row.private, defaults: defaults.as_ref() };
        let job = workflow.jobs.iter().find(|job| job.id == "agent").unwrap();
        let Some((agent, _)) = job.steps.iter().find_map(|step| agent_step(signatures, step)) else {
            return "none".to_owned();
        };
        let word = |entry: &Entry| {
            let kind = match entry.kind {
                EntryKind::OpenDoor => "open_door",
                EntryKind::UntrustedText => "untrusted_text",
                EntryKind::UntrustedHead => "untrusted_head",
                EntryKind::FreeHand => "free_hand",
            };
            let unsure = if entry.strangers == Truth::Unknown { "?" } else { "" };
            format!("{kind}{unsure} {}", serde_json::to_value(entry.severity).unwrap().as_str().unwrap())
        };
        let entries: Vec<String> = of_job(around, &workflow, job).iter().map(word).collect();
        format!("{}: {}", agent.id, entries.join(", ")).trim_end().to_owned()
    }

    #[test]
    fn every_workflow_of_the_table_lets_in_whom_it_says() {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/guardrails/entries.yaml"));
        let rows: Vec<Row> = yaml_serde::from_str(text).unwrap();
        assert!(rows.len() >= 60, "{} rows", rows.len());
        let (signatures, guardrails) = (Signatures::built_in().unwrap(), Guardrails::built_in().unwrap());
        let wrong: Vec<String> = rows
            .iter()
            .map(|row| (row, told(row, &signatures, &guardrails)))
            .filter(|(row, told)| row.expect != *told)
            .map(|(row, told)| format!("{}:\n  expected {}\n  found    {told}", row.name, row.expect))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
