//! The list that both fakes answer: `tests/conformance/scenarios/selftest.json`.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Fake, Scenario};

struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn next(&self) -> Option<String> {
        let link = self.headers.get("link")?;
        let next = link.split(", ").find(|l| l.ends_with("rel=\"next\""))?;
        Some(next.trim_start_matches('<').split('>').next()?.to_owned())
    }
}

/// A client that shares nothing with the one under test. `None` when the connection broke.
fn send(fake: &Fake, method: &str, path: &str, headers: &BTreeMap<String, String>, body: &str) -> Option<Answer> {
    let address = fake.server.address;
    let path = path.strip_prefix(&fake.url()).unwrap_or(path);
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
    headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
    let mut stream = TcpStream::connect(address).unwrap();
    if !body.is_empty() {
        request.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> =
        lines.filter_map(|l| l.split_once(": ")).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let whole = headers.get("content-length").is_none_or(|n| n.parse() == Ok(body.len()));
    whole.then(|| Answer { status, headers, text: body.to_owned() })
}

/// One step with what earlier ones kept.
struct Step<'a> {
    fake: &'a Fake,
    kept: &'a mut BTreeMap<String, String>,
    step: &'a Value,
}

impl Step<'_> {
    fn name(&self) -> &str {
        self.step["name"].as_str().unwrap_or("control")
    }

    fn object(&self, key: &str) -> Vec<(String, Value)> {
        let object = self.step[key].as_object().into_iter().flatten();
        object.map(|(k, v)| (k.clone(), v.clone())).collect()
    }

    fn filled(&self, text: &str) -> String {
        self.kept.iter().fold(text.to_owned(), |text, (key, value)| text.replace(&format!("${key}"), value))
    }

    fn headers(&self) -> BTreeMap<String, String> {
        let mut headers = BTreeMap::from([("user-agent".to_owned(), "selftest".to_owned())]);
        let token = self.step.get("as").map_or(Some("ghp_admin"), Value::as_str);
        headers.extend(token.map(|t| ("authorization".to_owned(), format!("Bearer {}", self.filled(t)))));
        for (name, value) in self.object("send") {
            headers.insert(name, self.filled(value.as_str().unwrap()));
        }
        headers.retain(|_, value| !value.is_empty());
        headers
    }

    fn run(&mut self) {
        if let Some(control) = self.step["control"].as_str() {
            self.control(control);
        } else if let Some(first) = self.step["walk"].as_str() {
            self.walk(first);
        } else {
            let (method, path) = match (self.step["post"].as_str(), self.step["get"].as_str()) {
                (Some(path), _) => ("POST", path),
                (None, Some(path)) => ("GET", path),
                (None, None) => ("POST", "/graphql"),
            };
            let answer = send(self.fake, method, &self.filled(path), &self.headers(), &self.document());
            match answer {
                None => assert_eq!(self.step["broken"], true, "{}: the connection broke", self.name()),
                Some(answer) => self.check(&answer),
            }
        }
    }

    /// The body of a GraphQL request, or nothing.
    fn document(&self) -> String {
        let Some(query) = self.step["graphql"].as_str() else { return String::new() };
        let variables = self.filled(&self.step["variables"].to_string());
        json!({ "query": query, "variables": serde_json::from_str::<Value>(&variables).unwrap() }).to_string()
    }

    fn control(&self, action: &str) {
        let body = &self.step["body"];
        match action {
            "variants" => body.as_array().unwrap().iter().for_each(|v| self.fake.variant(v.as_str().unwrap())),
            "faults" => body.as_array().unwrap().iter().for_each(|f| self.fake.fault(f.clone())),
            "patch" => self.fake.patch(body["path"].as_str().unwrap(), body["body"].clone()),
            "limit" => body.as_object().unwrap().iter().for_each(|(k, v)| self.fake.limit(k, v.as_u64().unwrap())),
            "clock" => self.fake.advance(Duration::from_secs(body["advance_s"].as_u64().unwrap())),
            "identity" => self
                .fake
                .identity(body["token"].as_str().unwrap(), serde_json::from_value(body["identity"].clone()).unwrap()),
            "reset" => self.fake.reset(),
            "violations" => assert_eq!(json!(self.fake.violations().len()), *body, "{:?}", self.fake.violations()),
            other => panic!("no control {other}"),
        }
    }

    fn walk(&self, first: &str) {
        let (mut pages, mut rows, mut next) = (0, 0, Some(first.to_owned()));
        while let Some(path) = next {
            let answer = send(self.fake, "GET", &path, &self.headers(), "").unwrap();
            let mut body = answer.json();
            rows += super::paging::rows_mut(&mut body).map_or(0, |r| r.len());
            pages += 1;
            next = answer.next();
        }
        assert_eq!(
            (json!(pages), json!(rows)),
            (self.step["pages"].clone(), self.step["rows"].clone()),
            "{}",
            self.name()
        );
    }

    fn check(&mut self, answer: &Answer) {
        let (name, body) = (self.name().to_owned(), answer.json());
        let at = |pointer: &str| body.pointer(pointer);
        assert_eq!(json!(answer.status), self.step["status"], "{name}: {}", answer.text);
        for (header, value) in self.object("header") {
            assert_eq!(answer.headers.get(&header), Some(&self.filled(value.as_str().unwrap())), "{name}");
        }
        for (header, part) in self.object("header_has") {
            assert!(answer.headers[&header].contains(part.as_str().unwrap()), "{name}");
        }
        for header in self.step["no_header"].as_array().into_iter().flatten() {
            assert_eq!(answer.headers.get(header.as_str().unwrap()), None, "{name}");
        }
        for (pointer, value) in self.object("is") {
            assert_eq!(at(&pointer), Some(&value), "{name}: {pointer}");
        }
        for (pointer, part) in self.object("has") {
            assert!(
                at(&pointer).and_then(Value::as_str).unwrap().contains(part.as_str().unwrap()),
                "{name}: {pointer}"
            );
        }
        for pointer in self.step["absent"].as_array().into_iter().flatten() {
            assert_eq!(at(pointer.as_str().unwrap()), None, "{name}");
        }
        if let Some(start) = self.step["text"].as_str() {
            assert!(answer.text.starts_with(start), "{name}: {}", answer.text);
        }
        if let Some(length) = self.step["length"].as_u64() {
            assert_eq!(body.as_array().map(Vec::len), usize::try_from(length).ok(), "{name}");
        }
        for (header, key) in self.object("keep") {
            self.kept.insert(key.as_str().unwrap().to_owned(), answer.headers[&header].clone());
        }
        for (key, pointer) in self.object("keep_body") {
            let value = body.pointer(pointer.as_str().unwrap()).and_then(Value::as_str).unwrap();
            self.kept.insert(key, value.to_owned());
        }
    }
}

#[test]
fn both_fakes_answer_the_same_list() {
    let steps: Vec<Value> = serde_json::from_str(include_str!("../../conformance/scenarios/selftest.json")).unwrap();
    let fake = Fake::start(Scenario::reach());
    let mut kept = BTreeMap::new();
    for step in &steps {
        Step { fake: &fake, kept: &mut kept, step }.run();
    }
    assert!(steps.len() > 80);
}

#[test]
fn every_body_of_the_scenario_and_of_its_variants_is_one_that_github_could_give() {
    let base = Scenario::reach();
    let variants = base.variants.values().flatten();
    for (key, body) in base.rest.iter().chain(variants).filter(|(_, body)| !body.is_null()) {
        let path = key.split('?').next().unwrap();
        let contract = super::contract::Contract::shared();
        let super::contract::Match::Route(route, _) = contract.find("GET", path) else { panic!("no route for {path}") };
        assert_eq!(contract.check_response(&route, 200, body), Vec::<String>::new(), "{key}");
    }
}

#[test]
fn a_denial_an_omission_and_an_identity_are_set_by_a_test() {
    let fake = Fake::start(Scenario::reach().with("no-bypass"));
    let ask = |token: &str, path: &str| {
        let headers = [("user-agent", "test".to_owned()), ("authorization", format!("Bearer {token}"))];
        send(&fake, "GET", path, &headers.map(|(k, v)| (k.to_owned(), v)).into(), "").unwrap()
    };
    fake.deny("ghp_admin", "GET /orgs/{org}/teams*", 403, Some("members=read"));
    let refused = ask("ghp_admin", "/orgs/acme/teams/platform/members");
    assert_eq!((refused.status, refused.headers["x-accepted-github-permissions"].as_str()), (403, "members=read"));
    fake.omit("ghp_admin", "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", &["bypass_actors"]);
    assert_eq!(ask("ghp_admin", "/repos/acme/shop/rulesets/3001").json().get("bypass_actors"), None);
    fake.identity("ghp_docs", serde_json::from_value(json!({ "repositories": ["acme/docs"] })).unwrap());
    assert_eq!(ask("ghp_docs", "/orgs/acme/repos").json().as_array().map(Vec::len), Some(1));
    assert_eq!(fake.calls("GET /orgs/{org}/repos"), 1);
    let last = fake.log().pop().unwrap();
    assert_eq!(
        (last.path.as_str(), last.query.as_str(), last.token.as_str(), last.status),
        ("/orgs/acme/repos", "", "ghp_docs", 200)
    );
    fake.assert_no_violations();
}
