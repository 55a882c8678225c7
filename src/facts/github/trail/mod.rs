//! What was done and what keeps the record: activity, evaluated rules, runs with approvals, the audit log, webhooks.

pub mod audit;
pub mod pushes;
pub mod runs;

use serde_json::Value;

use super::{
    answer::{Reader, each, listed},
    paths,
    shape::{flag, number, strings, text},
};
use crate::model::{
    id::RepoName,
    observed::{Observed, Reading},
    pipeline::{Environment, WorkflowFile},
    trail::{AuditStream, CodeSecurity, OrganizationTrail, RepositoryTrail, Webhook},
};

/// The run setting with the enterprise's slug; its audit log's streams are listed there alone.
pub const ENTERPRISE: &str = "enterprise";

/// Pages of a list of events to read at most; what is older stays unread and the list says so.
pub const PAGES: usize = 10;

/// Whether something follows a push: only then are the repository's events asked for.
pub fn deploys(workflows: usize, environments: usize, webhooks: usize) -> bool {
    workflows + environments + webhooks > 0
}

pub(super) fn of_organization(reader: &Reader<'_>, login: &str, plan: &Observed<String>) -> OrganizationTrail {
    OrganizationTrail {
        audit_log: audit::audit_log(reader, login, plan),
        streams: streams(reader),
        webhooks: webhooks(reader, &paths::org(login, "/hooks")),
    }
}

pub(super) fn of_repository(
    reader: &Reader<'_>,
    repo: &RepoName,
    workflows: &Observed<Vec<WorkflowFile>>,
    environments: &Observed<Vec<Environment>>,
    org_bypasses: &Observed<Vec<Value>>,
) -> RepositoryTrail {
    let webhooks = webhooks(reader, &paths::repo(repo, "/hooks"));
    let read = [workflows.is_whole(), environments.is_whole(), webhooks.is_whole()].iter().all(|whole| *whole);
    if read && !deploys(workflows.members().len(), environments.members().len(), webhooks.members().len()) {
        const WHY: &str = "nothing follows a push here: no workflow, no environment and no webhook";
        return RepositoryTrail { webhooks, ..RepositoryTrail::unread(WHY) };
    }
    RepositoryTrail {
        pushes: pushes::pushes(reader, repo),
        bypasses: pushes::bypasses(reader, repo, org_bypasses),
        runs: runs::runs(reader, repo, workflows, environments),
        code_security: code_security(reader, repo),
        webhooks,
    }
}

/// Pushes of the whole organisation that passed a rule by bypass, to be told apart by repository.
pub(super) fn org_bypasses(reader: &Reader<'_>) -> Observed<Vec<Value>> {
    let header = reader.log.header();
    match header.organisations.first() {
        Some(login) => reader.list(&paths::org_bypasses(login)).observed(),
        None => Observed::not_collected("the run names no organisation"),
    }
}

/// The members of the run's period. A list that was cut short is whole when its oldest member is older than the period.
fn within<T>(reading: Observed<Vec<T>>, since: Option<&str>, at: impl Fn(&T) -> &str) -> Observed<Vec<T>> {
    let Some(since) = since else { return reading };
    let reached = reading.members().last().is_some_and(|oldest| at(oldest) < since);
    let (whole, evidence) = (reached || reading.is_whole(), reading.evidence.clone());
    let inside = reading.map(|members| members.into_iter().filter(|member| at(member) >= since).collect());
    match inside.reading {
        Reading::Known { value, .. } => listed(value, whole, evidence),
        other => Observed { reading: other, evidence },
    }
}

/// Webhooks below `path`. A path or query in an address may hold a secret, so only its scheme and host are kept.
fn webhooks(reader: &Reader<'_>, path: &str) -> Observed<Vec<Webhook>> {
    each(reader.list(path).observed(), |item| {
        let config = item.get("config")?;
        let url = text(config, "url").unwrap_or_default();
        let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        Some(Webhook {
            id: number(item, "id")?,
            host: if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") },
            active: flag(item, "active")?,
            events: strings(item, "events"),
            signed: text(config, "secret").is_some(),
            // "0" verifies; the field is a string or a number ("Create a repository webhook").
            verifies_tls: config.get("insecure_ssl").is_none_or(|value| *value == "0" || *value == 0),
        })
    })
}

/// Streams belong to the enterprise, whose name no answer about the organisation tells.
fn streams(reader: &Reader<'_>) -> Observed<Vec<AuditStream>> {
    let Some(enterprise) = reader.log.header().settings.get(ENTERPRISE) else {
        return Observed::not_collected("the enterprise was not named (--enterprise)");
    };
    each(reader.object(&paths::audit_streams(enterprise)).observed().and_then(runs::array), |item| {
        Some(AuditStream {
            id: number(item, "id")?,
            kind: text(item, "stream_type").unwrap_or_default(),
            enabled: flag(item, "enabled")?,
            paused_at: text(item, "paused_at"),
        })
    })
}

/// 204 says that no configuration is attached.
fn code_security(reader: &Reader<'_>, repo: &RepoName) -> Observed<CodeSecurity> {
    let answer = reader.object(&paths::repo(repo, "/code-security-configuration"));
    let answer = answer.observed();
    answer.and_then(|answer| match answer.get("configuration") {
        Some(configuration) => {
            let of = |name: &str| text(configuration, name);
            Observed::known(
                CodeSecurity {
                    name: of("name").unwrap_or_default(),
                    status: text(&answer, "status").unwrap_or_default(),
                    secret_scanning: of("secret_scanning"),
                    push_protection: of("secret_scanning_push_protection"),
                    code_scanning: of("code_scanning_default_setup"),
                },
                Vec::new(),
            )
        }
        None if answer == Value::Null => Observed::absent(Vec::new()),
        None => Observed::failed("the answer holds no configuration", Vec::new()),
    })
}
