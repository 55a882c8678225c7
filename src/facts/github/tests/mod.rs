//! Lowering from recorded answers, in the shapes of GitHub's own examples (OpenAPI description `ghec`, 2022-11-28).

mod organization;
mod repository;
mod rules;
mod trail;
mod workflows;

use serde_json::{Value, json};

use crate::{
    base::{
        clock::{Clock, ManualClock},
        digest::Digest,
    },
    evidence::{
        Answer, Api, Caller, GITHUB_JSON, GithubSource, Header, Key, Next, Params, Record, Response, RunLog, Scope,
        Store, first_page, normal_path,
    },
    model::{
        id::EvidenceId,
        observed::{Observed, Reading},
        world::{Coverage, Organization, Repository},
    },
};

/// Recorded answers, to be lowered. A later answer to the same question replaces the earlier one.
pub(super) struct Recording {
    header: Header,
    records: Vec<(Record, Vec<u8>)>,
    complete: bool,
}

impl Recording {
    pub fn new() -> Recording {
        let clock = ManualClock::shared("2026-11-25T00:00:00Z".parse().unwrap());
        let mut header = Header::new(clock.now(), "test");
        header.organisations = vec!["acme".to_owned()];
        let base = "https://api.github.com".to_owned();
        header.github = vec![GithubSource { scope: Scope::new("github"), base, identity: "test".to_owned() }];
        Recording { header, records: Vec::new(), complete: true }
    }

    /// The organisation as an owner sees it, with one private repository `acme/shop` on `main`.
    pub fn acme() -> Recording {
        Recording::new()
            .get("/orgs/acme", organization())
            .get("/user", user("alice", 101))
            .list("/orgs/acme/repos", json!([repository("shop", 2001)]))
            .list("/orgs/acme/members", json!([user("alice", 101), user("bob", 102)]))
            .list("/orgs/acme/members?role=admin", json!([user("alice", 101)]))
            .list("/orgs/acme/teams", json!([]))
            .list("/orgs/acme/installations", json!({"total_count": 0, "installations": []}))
            .list("/orgs/acme/actions/secrets", json!({"total_count": 0, "secrets": []}))
    }

    /// `GET path` was answered with this.
    pub fn get(self, path: &str, body: Value) -> Recording {
        self.answered(path, GITHUB_JSON, 200, body.to_string())
    }

    /// A list's only page.
    pub fn list(self, path: &str, body: Value) -> Recording {
        self.get(&first_page(path), body)
    }

    /// A file's text.
    pub fn file(self, path: &str, text: &str) -> Recording {
        self.answered(path, super::paths::RAW, 200, text.to_owned())
    }

    /// An error with GitHub's message. `path` is asked for as a list and as an object.
    pub fn refused(self, path: &str, status: u16, message: &str) -> Recording {
        let body = json!({"message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string()});
        let paths = [normal_path(path), first_page(path)];
        paths.iter().fold(self, |all, path| all.answered(path, GITHUB_JSON, status, body.to_string()))
    }

    /// A GraphQL answer to the query `Changes`.
    pub fn changes(mut self, base: &str, after: Option<&str>, body: Value) -> Recording {
        let question = format!("/graphql#{base}{after:?}{}", self.records.len());
        self = self.answered(&question, GITHUB_JSON, 200, body.to_string());
        let nth = self.records.len();
        let (record, _) = self.records.last_mut().unwrap();
        record.service = "graphql".to_owned();
        record.operation = super::changes::QUERY.to_owned();
        let params = json!({"owner": "acme", "name": "shop", "base": base, "after": after, "first": nth});
        record.params = serde_json::from_value(params).unwrap();
        self
    }

    /// A GraphQL answer to the query `Heads`.
    pub fn heads(mut self, body: Value) -> Recording {
        let question = format!("/graphql#heads{}", self.records.len());
        self = self.answered(&question, GITHUB_JSON, 200, body.to_string());
        let (record, _) = self.records.last_mut().unwrap();
        record.service = "graphql".to_owned();
        record.operation = super::heads::QUERY.to_owned();
        record.params = serde_json::from_value(json!({"o0": "acme", "n0": "shop"})).unwrap();
        self
    }

    fn answered(mut self, path: &str, accept: &str, status: u16, body: String) -> Recording {
        let path = normal_path(path);
        self.records.retain(|(old, _)| !(old.path == path && old.accept == accept));
        let headers = [("content-type".to_owned(), "application/json".to_owned())].into();
        let digest = Digest::of(&body);
        let response = Response {
            status,
            headers,
            body: Some(digest),
            size: 0,
            received: None,
            redactions: Vec::new(),
            transient: false,
            code: None,
        };
        let record = Record {
            id: EvidenceId::new(""),
            number: 0,
            key: Some(Key(Digest::of(format!("{path} {accept}")))),
            scope: Scope::new("github"),
            api: Api::Github,
            service: "rest".to_owned(),
            region: String::new(),
            operation: "GET".to_owned(),
            method: "GET".to_owned(),
            url: format!("https://api.github.com{path}"),
            path,
            accept: accept.to_owned(),
            params: Params::new(),
            request_body: None,
            at: self.header.started,
            took_ms: 1,
            caller: Caller { name: "test".to_owned(), credential: String::new() },
            attempt: 1,
            page: None,
            next: None,
            answer: Answer::Response(response),
        };
        self.records.push((record, body.into_bytes()));
        self
    }

    /// The last answer came with this header.
    pub fn header(mut self, name: &str, value: &str) -> Recording {
        let Answer::Response(response) = &mut self.records.last_mut().unwrap().0.answer else { panic!("no response") };
        response.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The last answer names this next page.
    pub fn next(mut self, path: &str) -> Recording {
        self.records.last_mut().unwrap().0.next = Some(Next::Page(normal_path(path)));
        self
    }

    pub fn setting(mut self, name: &str, value: &str) -> Recording {
        self.header.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn scope(mut self, repository: &str) -> Recording {
        self.header.repositories.push(repository.to_owned());
        self
    }

    pub fn cut_off(mut self) -> Recording {
        self.complete = false;
        self
    }

    pub fn log(&self) -> RunLog {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let store = Store::in_memory().await.unwrap();
            let writer = store.start(self.header.clone().with_id()).await.unwrap();
            let run = writer.id().clone();
            for (record, body) in &self.records {
                writer.put(body.clone().into()).await.unwrap();
                writer.append(record.clone()).await.unwrap();
            }
            if self.complete {
                writer.end(crate::evidence::End { at: self.header.started, complete: true, why: None }).await.unwrap();
            }
            store.load(&run).await.unwrap()
        })
    }

    pub fn lowered(&self) -> Observed<Organization> {
        super::lower(&self.log(), &Scope::new("github"))
    }

    pub fn organization(&self) -> Organization {
        self.lowered().seen().unwrap().clone()
    }

    pub fn repository(&self) -> Repository {
        self.organization().repositories.members()[0].clone()
    }

    pub fn coverage(&self) -> Coverage {
        crate::facts::coverage(&self.log())
    }
}

/// What a reading is, in one word and its reason.
pub(super) fn told<T>(reading: &Observed<T>) -> String {
    match &reading.reading {
        Reading::Known { complete: true, .. } => "known".to_owned(),
        Reading::Known { complete: false, .. } => "partial".to_owned(),
        Reading::Absent => "absent".to_owned(),
        Reading::Denied { needs } => format!("denied: {}", needs.grant),
        Reading::Unavailable { edition } => format!("unavailable: {edition}"),
        Reading::Failed { why } => format!("failed: {why}"),
        Reading::NotCollected { why } => format!("not collected: {why}"),
    }
}

pub(super) fn user(login: &str, id: u64) -> Value {
    json!({"login": login, "id": id, "node_id": "MDQ6VXNlcjE=", "type": "User", "site_admin": false})
}

pub(super) fn repository(name: &str, id: u64) -> Value {
    json!({
        "id": id, "name": name, "full_name": format!("acme/{name}"), "private": true, "fork": false, "archived": false,
        "default_branch": "main", "owner": {"login": "acme", "id": 500, "type": "Organization"},
        "permissions": {"admin": true, "push": true, "pull": true},
    })
}

/// "Get an organization" for an owner.
pub(super) fn organization() -> Value {
    json!({
        "login": "acme", "id": 500, "type": "Organization", "public_repos": 0, "total_private_repos": 1,
        "owned_private_repos": 1, "default_repository_permission": "read", "two_factor_requirement_enabled": true,
        "plan": {"name": "team", "space": 976562499, "private_repos": 9999},
    })
}
