//! One request in, one contract-checked answer out, one entry in the log.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::contract::{Args, Contract, Match, Query, Route};
use super::fault::{self, Effect, Fault};
use super::graphql;
use super::http::{Reply, Request, decode};
use super::limits::{Limits, Window};
use super::paging;
use super::state::{Denial, Identity, Scenario, repository};

type Headers = Vec<(String, String)>;

/// What the fake saw of one request.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The path by name, also when it was asked by id.
    pub path: String,
    /// With its question mark, or empty.
    pub query: String,
    /// The operation: "GET /orgs/{org}", or "GET UNROUTED /path".
    pub op: String,
    pub status: u16,
    pub token: String,
    pub violations: Vec<String>,
}

pub struct Core {
    contract: &'static Contract,
    scenario: Scenario,
    pub state: Scenario,
    pub limits: Limits,
    pub faults: Vec<Fault>,
    pub log: Vec<Entry>,
}

/// A status and a body on their way out.
struct Out {
    status: u16,
    body: Value,
    headers: Headers,
    violations: Vec<String>,
    /// What it takes from the hour's budget.
    points: u64,
}

struct Call<'a> {
    request: &'a Request,
    route: &'a Route,
    args: &'a Args,
    path: &'a str,
    token: &'a str,
    who: &'a Identity,
    query: Query,
}

fn out(status: u16, message: &str, headers: Headers) -> Out {
    let body = json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() });
    Out::new(status, body, headers)
}

impl Out {
    fn new(status: u16, body: Value, headers: Headers) -> Self {
        Self { status, body, headers, violations: Vec::new(), points: 1 }
    }
}

impl Core {
    pub fn new(scenario: Scenario) -> Self {
        let state = scenario.clone();
        Self {
            contract: Contract::shared(),
            scenario,
            state,
            limits: Limits::new(),
            faults: Vec::new(),
            log: Vec::new(),
        }
    }

    pub fn reset(&mut self) {
        *self = Self::new(std::mem::take(&mut self.scenario));
    }

    pub fn handle(&mut self, request: &Request) -> (Duration, Reply) {
        let path = self.state.canonical(request.path());
        let authorization = request.header("authorization").unwrap_or_default();
        let token = authorization.rsplit(' ').next().unwrap_or_default().to_owned();
        let found = self.contract.find(&request.method, &path);
        let op = match &found {
            Match::Route(route, _) => route.op(),
            Match::GraphQl => "POST /graphql".to_owned(),
            _ => format!("{} UNROUTED {path}", request.method),
        };
        let query = request.search().to_owned();
        let call = format!("{} {path}{query}", request.method);
        self.log.push(Entry { path: path.clone(), query, op, status: 0, token: token.clone(), violations: Vec::new() });
        let (delay, effect) = fault::next(&mut self.faults, &call).unwrap_or((Duration::ZERO, Effect::None));
        let answer = match effect {
            Effect::Reset => return (delay, Reply::Reset),
            Effect::Truncate => return (delay, Reply::Truncate),
            Effect::Answer { status, body, headers } => Out::new(status, body, headers),
            Effect::None => self.admit(request, found, &path, &token),
        };
        let entry = self.log.last_mut().unwrap();
        entry.status = answer.status;
        entry.violations.extend(answer.violations);
        (delay, reply(answer.status, &answer.body, answer.headers))
    }

    /// Everything GitHub decides before it looks at the object: who asks, how often, and whether they may.
    fn admit(&mut self, request: &Request, found: Match, path: &str, token: &str) -> Out {
        if request.header("user-agent").is_none_or(str::is_empty) {
            let message =
                "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.";
            return out(403, message, Headers::new());
        }
        let asked = match &found {
            Match::Route(route, args) => Some((&**route, args)),
            Match::GraphQl => None,
            missed => return self.unrouted(missed),
        };
        let template = asked.map_or("/graphql", |(route, _)| route.path.as_str());
        let is_app = token.split('.').count() == 3;
        if let (true, Some((_, args))) = (is_app && template.ends_with("/access_tokens"), asked) {
            return self.mint(&args["installation_id"]);
        }
        let identity = if is_app { Some(Identity::default()) } else { self.state.tokens.get(token).cloned() };
        let Some(who) = identity else { return self.anonymous(token) };
        if template == "/rate_limit" {
            return self.rate_limit(token);
        }
        let resource = match template {
            "/graphql" => "graphql",
            path if path.ends_with("/audit-log") => "audit_log",
            _ => "core",
        };
        let window = self.limits.window(token, resource).clone();
        if window.remaining() == 0 {
            return exhausted(&window);
        }
        let op = self.log.last().unwrap().op.clone();
        let mut answer = match (who.denial(&op), asked) {
            (Some(denial), _) => denied(denial),
            (None, None) => self.graphql(request, &who, &window),
            (None, Some((route, args))) => {
                self.rest(&Call { request, route, args, path, token, who: &who, query: request.query() })
            }
        };
        let window = self.limits.window(token, resource);
        window.used += answer.points;
        answer.headers.extend(window.headers());
        answer.headers.extend(who.headers);
        answer
    }

    fn graphql(&self, request: &Request, who: &Identity, window: &Window) -> Out {
        match self.state.graphql.answer(&request.body, &self.state.rest, who, window) {
            None => Out { points: 0, ..out(400, "Problems parsing JSON", Headers::new()) },
            Some(graphql::Answer { body, points, violations }) => {
                Out { points, violations, ..Out::new(200, body, Headers::new()) }
            }
        }
    }

    fn unrouted(&self, missed: &Match) -> Out {
        let status = if matches!(missed, Match::OtherMethod) { 405 } else { 404 };
        let mut answer = out(status, "Not Found", Headers::new());
        answer.violations.push(format!("not in the contract: {}", self.log.last().unwrap().op));
        answer
    }

    fn mint(&mut self, installation: &str) -> Out {
        let Some(identity) = self.state.installations.get(installation).cloned() else {
            return out(404, "Not Found", Headers::new());
        };
        let token = format!("ghs_fake{}", self.state.tokens.len());
        let permissions = if identity.permissions.is_object() { identity.permissions.clone() } else { json!({}) };
        let body = json!({ "token": token, "expires_at": "2126-01-01T00:00:00Z", "permissions": permissions, "repository_selection": "all" });
        self.state.tokens.insert(token, identity);
        Out::new(201, body, Headers::new())
    }

    fn anonymous(&mut self, token: &str) -> Out {
        let window = self.limits.window("", "anonymous");
        window.used += 1;
        let (status, message) = if token.is_empty() { (404, "Not Found") } else { (401, "Bad credentials") };
        out(status, message, window.headers())
    }

    fn rate_limit(&mut self, token: &str) -> Out {
        let mut figures = |resource: &str| {
            let w = self.limits.window(token, resource);
            json!({ "limit": w.limit, "remaining": w.remaining(), "reset": w.reset, "used": w.used })
        };
        let resources = json!({ "core": figures("core"), "graphql": figures("graphql"), "search": figures("search"), "audit_log": figures("audit_log") });
        let body = json!({ "rate": resources["core"], "resources": resources });
        Out::new(200, body, self.limits.window(token, "core").headers())
    }

    fn rest(&self, call: &Call<'_>) -> Out {
        let illegal = self.contract.check_request(call.route, &call.query);
        if !illegal.is_empty() {
            let violations = illegal.iter().map(|v| format!("{}: {v}", call.route.op())).collect();
            return Out {
                violations,
                points: 0,
                ..out(400, &format!("CONTRACT VIOLATION {illegal:?}"), Headers::new())
            };
        }
        match self.state.body(call.who, call.route, call.args, call.path, &call.query) {
            Some(body) => self.found(call, body),
            None => out(404, self.not_found(call), Headers::new()),
        }
    }

    fn not_found(&self, call: &Call<'_>) -> &'static str {
        match call.route.path.ends_with("/branches/{branch}/protection") {
            false => "Not Found",
            true if self.state.branch_exists(call.args) => "Branch not protected",
            true => "Branch not found",
        }
    }

    fn found(&self, call: &Call<'_>, whole: Value) -> Out {
        let (body, link) = paging::page(whole, call.route, &call.query, &self.base(call));
        let wrong = self.contract.check_response(call.route, 200, &body);
        if !wrong.is_empty() {
            let violations = wrong.iter().map(|x| format!("ANSWER {}: {x}", call.route.op())).collect();
            return Out {
                violations,
                points: 0,
                ..out(500, "FAKE ANSWER DOES NOT MATCH GITHUB'S SCHEMA", Headers::new())
            };
        }
        // Free when unchanged (seen live in PyGithub's recordings); etags belong to a token (eclipse-csi/otterdog#201).
        let digest = Sha256::digest(format!("{body}{link:?}{}", call.token));
        let etag = format!("\"{}\"", digest.iter().map(|b| format!("{b:02x}")).collect::<String>());
        let unchanged = call.request.header("if-none-match").is_some_and(|sent| sent.trim_start_matches("W/") == etag);
        if unchanged {
            return Out { points: 0, ..Out::new(304, Value::Null, vec![("etag".to_owned(), etag)]) };
        }
        let mut headers = vec![("etag".to_owned(), format!("W/{etag}"))];
        headers.extend(link.map(|l| ("link".to_owned(), l)));
        let raw = call.request.header("accept").is_some_and(|a| a.contains(".raw") || a.contains("/raw"));
        let body =
            if raw && body["encoding"] == "base64" { json!(base64(body["content"].as_str().unwrap())) } else { body };
        Out::new(200, body, headers)
    }

    /// The address that Link headers build on.
    fn base(&self, call: &Call<'_>) -> String {
        let host = call.request.header("host").unwrap_or_default();
        let full = repository(call.args).unwrap_or_default();
        let by_id = self.state.repo_ids.get(&full).and_then(|id| {
            let tail = decode(call.path).strip_prefix(&format!("/repos/{full}"))?.to_owned();
            Some(format!("/repositories/{id}{tail}"))
        });
        format!("http://{host}{}{}", self.state.prefix, by_id.unwrap_or_else(|| call.path.to_owned()))
    }
}

/// GraphQL says it with a 200.
fn exhausted(window: &Window) -> Out {
    let message = "API rate limit exceeded for installation ID 1.";
    match window.resource.as_str() {
        "graphql" => {
            Out::new(200, json!({ "errors": [{ "type": "RATE_LIMITED", "message": message }] }), window.headers())
        }
        _ => out(403, message, window.headers()),
    }
}

fn denied(denial: Denial) -> Out {
    let usual = if denial.status == 404 { "Not Found" } else { "Resource not accessible by integration" };
    let accepted = denial.accepted.map(|a| ("x-accepted-github-permissions".to_owned(), a));
    out(denial.status, denial.message.as_deref().unwrap_or(usual), accepted.into_iter().collect())
}

fn reply(status: u16, body: &Value, headers: Headers) -> Reply {
    let fixed = [
        ("content-type", "application/json; charset=utf-8"),
        ("x-github-request-id", "FAKE:0001"),
        ("x-github-api-version-selected", "2022-11-28"),
        ("x-github-media-type", "github.v3; format=json"),
    ];
    let headers = fixed.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter().chain(headers).collect();
    let body = match body {
        _ if matches!(status, 204 | 304) => Vec::new(),
        Value::String(raw) => raw.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    };
    Reply::Answer { status, headers, body }
}

/// The text behind base64 with padding, as contents come; files of a scenario are text.
pub fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for digit in text.bytes().filter_map(|b| ALPHABET.iter().position(|a| *a == b)) {
        held = (held << 6 | u32::try_from(digit).unwrap()) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    }
    String::from_utf8(bytes).unwrap()
}
