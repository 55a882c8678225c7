//! Recorded answers of the real GitHub, run by `tests/corpus/run DIR`: each is lowered as if the collector had just asked.
//! None may panic, and no member of a list may be lost without a word.

use std::{collections::BTreeMap, path::PathBuf};

use ambit::{
    evidence::{
        Answer, Api, Caller, End, GITHUB_JSON, GithubSource, Header, Key, Params, Record, Response, Scope, Store,
        first_page, normal_path,
    },
    facts,
    model::{
        id::EvidenceId,
        observed::{Observed, Reading},
        world::{Organization, Repository},
    },
};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Exchange {
    path: String,
    status: u16,
    body: String,
}

/// What became of a list.
#[derive(PartialEq)]
enum Told {
    /// Read whole, with so many members.
    Whole(usize),
    /// Read, and marked as lacking some.
    Part,
    /// Nothing is claimed, or only that it is not there.
    Nothing,
}

fn told<T>(list: &Observed<Vec<T>>) -> Told {
    match &list.reading {
        Reading::Known { value, complete: true } => Told::Whole(value.len()),
        Reading::Known { .. } => Told::Part,
        _ => Told::Nothing,
    }
}

type OfRepository = fn(&Repository) -> Told;
type OfOrganization = fn(&Organization) -> Told;

/// Lists of a repository: how recordings name them, how the collector asks, and the fact.
const REPOSITORY: [(&str, &str, OfRepository); 6] = [
    ("/keys", "/keys", |repository| told(&repository.deploy_keys)),
    ("/collaborators", "/collaborators?affiliation=direct", |repository| told(&repository.collaborators)),
    ("/environments", "/environments", |repository| told(&repository.environments)),
    ("/deployments", "/deployments?per_page=100", |repository| told(&repository.deployments)),
    ("/rules/branches/main", "/rules/branches/main", |repository| {
        repository.branches.members().first().map_or(Told::Nothing, |branch| told(&branch.rules))
    }),
    ("/actions/runners", "/actions/runners", |repository| told(&repository.runners)),
];

const ORGANIZATION: [(&str, OfOrganization); 4] = [
    ("/teams", |organization| told(&organization.teams)),
    ("/members", |organization| told(&organization.members)),
    ("/actions/secrets", |organization| told(&organization.secrets)),
    ("/installations", |organization| told(&organization.installations)),
];

fn record(path: &str, status: u16, body: ambit::base::digest::Digest, header: &Header) -> Record {
    let path = normal_path(path);
    Record {
        id: EvidenceId::new(""),
        number: 0,
        key: Some(Key(ambit::base::digest::Digest::of(&path))),
        scope: Scope::new("github"),
        api: Api::Github,
        service: "rest".to_owned(),
        region: String::new(),
        operation: "GET".to_owned(),
        method: "GET".to_owned(),
        url: format!("https://api.github.com{path}"),
        path,
        accept: GITHUB_JSON.to_owned(),
        params: Params::new(),
        request_body: None,
        at: header.started,
        took_ms: 1,
        caller: Caller { name: "corpus".to_owned(), credential: String::new() },
        attempt: 1,
        page: None,
        next: None,
        answer: Answer::Response(Response {
            status,
            headers: BTreeMap::new(),
            body: Some(body),
            size: 0,
            received: None,
            redactions: Vec::new(),
            transient: false,
            code: None,
        }),
    }
}

/// The organisation `acme` with one repository, after these answers.
async fn lowered(answers: &[(String, u16, String)]) -> Observed<Organization> {
    let mut header = Header::new("2026-11-25T03:00:00Z".parse().unwrap(), "corpus");
    header.organisations = vec!["acme".to_owned()];
    header.repositories = vec!["acme/shop".to_owned()];
    let base = "https://api.github.com".to_owned();
    header.github = vec![GithubSource { scope: Scope::new("github"), base, identity: "corpus".to_owned() }];
    let header = header.with_id();
    let store = Store::in_memory().await.unwrap();
    let writer = store.start(header.clone()).await.unwrap();
    for (path, status, body) in answers {
        let digest = writer.put(body.clone().into()).await.unwrap();
        writer.append(record(path, *status, digest, &header)).await.unwrap();
    }
    writer.end(End { at: header.started, complete: true, why: None }).await.unwrap();
    facts::github::lower(&store.load(writer.id()).await.unwrap(), &Scope::new("github"))
}

/// What every exchange stands on: an account and a repository, so that its answer is looked at.
fn ground() -> Vec<(String, u16, String)> {
    let owner = json!({"login": "acme", "id": 1, "type": "Organization"});
    let repository = json!({
        "id": 2, "name": "shop", "full_name": "acme/shop", "private": true, "default_branch": "main", "owner": owner,
    });
    vec![
        ("/orgs/acme".to_owned(), 200, owner.to_string()),
        ("/repos/acme/shop".to_owned(), 200, repository.to_string()),
        (first_page("/repos/acme/shop/rules/branches/main"), 200, "[]".to_owned()),
    ]
}

/// The members of a list, where the body is one.
fn members(body: &str) -> Option<usize> {
    match serde_json::from_str(body).ok()? {
        Value::Array(items) => Some(items.len()),
        Value::Object(object) => object.values().find_map(Value::as_array).map(Vec::len),
        _ => None,
    }
}

/// The path below an organisation or a repository, its branch called `main`.
fn below(path: &str) -> Option<(bool, String)> {
    let mut parts = path.trim_start_matches('/').splitn(4, '/');
    let (kind, _, second) = (parts.next()?, parts.next()?, parts.next());
    match kind {
        "orgs" => Some((false, path.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap_or_default())),
        "repos" => {
            let rest = parts.next().map(|rest| format!("/{rest}")).unwrap_or_default();
            let branch = rest.strip_prefix("/branches/").and_then(|rest| rest.strip_suffix("/protection"));
            let rules = rest.strip_prefix("/rules/branches/");
            let named = match (branch, rules) {
                (Some(_), _) => "/branches/main/protection".to_owned(),
                (_, Some(_)) => "/rules/branches/main".to_owned(),
                _ => rest.clone(),
            };
            second.map(|_| (true, named))
        }
        _ => None,
    }
}

#[tokio::test]
#[ignore = "needs a corpus: tests/corpus/run DIR"]
#[expect(clippy::disallowed_methods, reason = "the corpus lies where the script says")]
async fn recorded_answers_are_lowered_without_a_loss() {
    let Ok(work) = std::env::var("AMBIT_CORPUS_WORK") else { return };
    let file = PathBuf::from(work).join("exchanges.jsonl");
    if !file.exists() {
        return;
    }
    let text = std::fs::read_to_string(file).unwrap();
    let exchanges: Vec<Exchange> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut read, mut whole, mut part, mut rows) = (0, 0, 0, 0);
    let mut lost = Vec::new();
    for exchange in &exchanges {
        let Some((of_repository, rest)) = below(&exchange.path) else { continue };
        let prefix = if of_repository { "/repos/acme/shop" } else { "/orgs/acme" };
        let asked = REPOSITORY.iter().find(|(name, ..)| of_repository && *name == rest).map_or(&*rest, |(_, at, _)| at);
        let at = format!("{prefix}{asked}");
        let mut answers = ground();
        let places = [normal_path(&at), first_page(&at)];
        answers.retain(|(path, ..)| !places.contains(&normal_path(path)));
        answers.extend(places.map(|path| (path, exchange.status, exchange.body.clone())));
        let facts = lowered(&answers).await;
        read += 1;
        let told = match (facts.seen(), of_repository) {
            (None, _) => continue,
            (Some(organization), false) => {
                ORGANIZATION.iter().find(|(name, _)| *name == rest).map(|(_, fact)| fact(organization))
            }
            (Some(organization), true) => organization.repositories.members().first().and_then(|repository| {
                REPOSITORY.iter().find(|(name, ..)| *name == rest).map(|(.., fact)| fact(repository))
            }),
        };
        let (Some(told), Some(count)) = (told, members(&exchange.body).filter(|_| exchange.status == 200)) else {
            continue;
        };
        rows += count;
        match told {
            Told::Whole(known) if known == count => whole += 1,
            Told::Whole(known) => lost.push(format!("{}: {known} of {count} members, as if whole", exchange.path)),
            Told::Part | Told::Nothing => part += 1,
        }
    }
    println!(
        "github: {read} recorded answers lowered without a panic; {whole} lists whole, {part} marked, {rows} members in all"
    );
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
