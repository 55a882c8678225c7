//! GitHub's OpenAPI description as a contract: routing, strict requests, schema-checked answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::http::decode;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Path parameters that may hold a slash.
const MULTI_SEGMENT: [&str; 4] = ["path", "branch", "ref", "tree_sha"];

pub type Query = Vec<(String, String)>;
pub type Args = BTreeMap<String, String>;

pub struct Route {
    pub method: String,
    pub path: String,
    segments: Vec<Segment>,
    literals: usize,
    query: BTreeMap<String, Param>,
    responses: Value,
}

enum Segment {
    Literal(String),
    One(String),
    Many(String),
}

struct Param {
    required: bool,
    schema: Value,
}

pub struct Contract {
    spec: Value,
    routes: Vec<Arc<Route>>,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

/// What a request matched.
pub enum Match {
    Route(Arc<Route>, Args),
    /// A document, which GraphQL's own schema checks.
    GraphQl,
    /// The path is described, the method is not.
    OtherMethod,
    None,
}

impl Contract {
    /// Parsed once for the whole test binary; compiled schemas are shared too.
    pub fn shared() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self::new(include_str!("../../data/github/openapi.json")))
    }

    fn new(text: &str) -> Self {
        let spec: Value = serde_json::from_str(text).unwrap();
        let mut routes = Vec::new();
        for (path, item) in spec["paths"].as_object().unwrap() {
            for method in METHODS.iter().filter(|m| item.get(**m).is_some()) {
                routes.push(Arc::new(Route::new(&spec, path, item, method)));
            }
        }
        routes.sort_by_key(|r| std::cmp::Reverse(r.literals));
        Self { spec, routes, compiled: Mutex::default() }
    }

    pub fn find(&self, method: &str, path: &str) -> Match {
        if (method, path) == ("POST", "/graphql") {
            return Match::GraphQl;
        }
        let parts: Vec<&str> = path.split('/').collect();
        let mut other = false;
        for route in &self.routes {
            let mut args = Args::new();
            if !matches(&route.segments, &parts, &mut args) {
                continue;
            }
            if route.method == method {
                return Match::Route(Arc::clone(route), args);
            }
            other = true;
        }
        if other { Match::OtherMethod } else { Match::None }
    }

    /// GitHub ignores an unknown parameter in silence; here it is a violation, so a typo cannot pass a test.
    pub fn check_request(&self, route: &Route, query: &Query) -> Vec<String> {
        let mut out = Vec::new();
        for (key, text) in query {
            match route.query.get(key.trim_end_matches("[]")) {
                None => out.push(format!("unknown query parameter `{key}`")),
                Some(param) => out.extend(self.check_value(route, key, text, &param.schema)),
            }
        }
        let missing = |name: &&String| !query.iter().any(|(key, _)| key == *name);
        let required = route.query.iter().filter(|(_, p)| p.required).map(|(name, _)| name);
        out.extend(required.filter(missing).map(|name| format!("missing required query `{name}`")));
        out
    }

    fn check_value(&self, route: &Route, key: &str, text: &str, schema: &Value) -> Option<String> {
        // The description asks for a date-time and points to the search syntax of dates, `>=2026-10-01` among it.
        // <https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax>
        if key == "created" && route.path.ends_with("/actions/runs") {
            let date = text.trim_start_matches(['<', '>', '=']);
            return date.parse::<jiff::civil::Date>().err().map(|why| format!("query `{key}`: {why}"));
        }
        let value = match schema["type"].as_str() {
            Some("integer" | "number") => text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)),
            Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), |b| json!(b)),
            Some("array") => json!([text]),
            _ => json!(text),
        };
        let validator = self.compile(&format!("query {} {} {key}", route.method, route.path), schema);
        let wrong = validator.iter_errors(&value).next().map(|e| e.to_string());
        let page = value.as_i64().filter(|n| key == "per_page" && !(1..=100).contains(n));
        wrong.or(page.map(|n| format!("{n} is not in 1..100"))).map(|why| format!("query `{key}`: {why}"))
    }

    /// The schema errors of an answer; empty is good.
    pub fn check_response(&self, route: &Route, status: u16, body: &Value) -> Vec<String> {
        let described = route.responses.get(status.to_string()).or_else(|| route.responses.get("default"));
        let Some(response) = described.map(|r| deref(&self.spec, r)) else {
            return vec![format!("status {status} is not described for {}", route.path)];
        };
        let content = response.get("content").and_then(Value::as_object);
        let media = content.and_then(|c| c.get("application/json").or_else(|| c.values().next()));
        let Some(schema) = media.and_then(|m| m.get("schema")) else { return Vec::new() };
        let validator = self.compile(&format!("answer {} {} {status}", route.method, route.path), schema);
        validator.iter_errors(body).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    fn compile(&self, key: &str, schema: &Value) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap();
        if let Some(found) = compiled.get(key) {
            return Arc::clone(found);
        }
        let mut root = to_json_schema(schema);
        root["components"] = json!({ "schemas": self.referenced(schema) });
        let options = jsonschema::draft7::options().should_validate_formats(true);
        let validator = Arc::new(options.build(&root).unwrap());
        compiled.insert(key.to_owned(), Arc::clone(&validator));
        validator
    }

    /// The component schemas that a schema needs, and no more: compiling all for each answer would cost seconds.
    fn referenced(&self, schema: &Value) -> Map<String, Value> {
        let mut out = Map::new();
        let mut todo = vec![schema];
        let mut seen = BTreeSet::new();
        while let Some(node) = todo.pop() {
            match node {
                Value::Array(items) => todo.extend(items),
                Value::Object(object) => {
                    todo.extend(object.values());
                    let name = object
                        .get("$ref")
                        .and_then(Value::as_str)
                        .and_then(|r| r.strip_prefix("#/components/schemas/"));
                    if let Some(name) = name.filter(|n| seen.insert(*n)) {
                        let target = &self.spec["components"]["schemas"][name];
                        out.insert(name.to_owned(), to_json_schema(target));
                        todo.push(target);
                    }
                }
                _ => {}
            }
        }
        out
    }
}

impl Route {
    fn new(spec: &Value, path: &str, item: &Value, method: &str) -> Self {
        let op = &item[method];
        let params = [item, op].into_iter().filter_map(|o| o.get("parameters")?.as_array()).flatten();
        let query = params
            .map(|p| deref(spec, p))
            .filter(|p| p["in"] == "query")
            .map(|p| {
                let schema = p.get("schema").map_or(json!({}), |s| deref(spec, s).clone());
                let required = p.get("required") == Some(&Value::Bool(true));
                (p["name"].as_str().unwrap().to_owned(), Param { required, schema })
            })
            .collect();
        let segments: Vec<Segment> = path.split('/').map(Segment::new).collect();
        let literals = segments.iter().map(|s| if let Segment::Literal(l) = s { l.len() + 1 } else { 1 }).sum();
        let (method, path) = (method.to_uppercase(), path.to_owned());
        Self { method, path, segments, literals, query, responses: op["responses"].clone() }
    }

    /// The operation's name in the log and in identities: "GET /orgs/{org}".
    pub fn op(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn takes(&self, param: &str) -> bool {
        self.query.contains_key(param)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
            None => Self::Literal(text.to_owned()),
            Some(name) if MULTI_SEGMENT.contains(&name) => Self::Many(name.to_owned()),
            Some(name) => Self::One(name.to_owned()),
        }
    }
}

fn matches(segments: &[Segment], parts: &[&str], args: &mut Args) -> bool {
    let Some((segment, rest)) = segments.split_first() else { return parts.is_empty() };
    let Some((part, tail)) = parts.split_first() else { return false };
    match segment {
        Segment::Literal(text) => text == part && matches(rest, tail, args),
        Segment::One(name) => {
            args.insert(name.clone(), decode(part));
            !part.is_empty() && matches(rest, tail, args)
        }
        Segment::Many(name) => (1..=parts.len()).any(|n| {
            args.insert(name.clone(), decode(&parts[..n].join("/")));
            matches(rest, &parts[n..], args)
        }),
    }
}

fn deref<'a>(spec: &'a Value, mut node: &'a Value) -> &'a Value {
    while let Some(target) = node.get("$ref").and_then(Value::as_str) {
        node = spec.pointer(target.trim_start_matches('#')).unwrap();
    }
    node
}

/// OpenAPI 3.0 schema to JSON Schema draft-07: only `nullable` needs rewriting.
fn to_json_schema(node: &Value) -> Value {
    match node {
        Value::Array(items) => items.iter().map(to_json_schema).collect(),
        Value::Object(object) => {
            let keep = |k: &str| matches!(k, "enum" | "const");
            let out: Map<String, Value> =
                object.iter().map(|(k, v)| (k.clone(), if keep(k) { v.clone() } else { to_json_schema(v) })).collect();
            nullable(out)
        }
        other => other.clone(),
    }
}

fn nullable(mut out: Map<String, Value>) -> Value {
    if out.get("nullable") != Some(&Value::Bool(true)) {
        return Value::Object(out);
    }
    out.remove("nullable");
    json!({ "anyOf": [{ "type": "null" }, out] })
}

#[test]
fn routes_prefer_literals_and_take_slashes_where_github_does() {
    let found = |path: &str| match Contract::shared().find("GET", path) {
        Match::Route(route, args) => (route.path.clone(), args),
        _ => panic!("no route for {path}"),
    };
    let (path, args) = found("/repos/acme/shop/branches/release/1.0/protection");
    assert_eq!(path, "/repos/{owner}/{repo}/branches/{branch}/protection");
    assert_eq!(args["branch"], "release/1.0");
    assert_eq!(found("/repos/acme/shop/rulesets/rule-suites").0, "/repos/{owner}/{repo}/rulesets/rule-suites");
    assert!(matches!(Contract::shared().find("POST", "/user"), Match::OtherMethod));
}

#[test]
fn an_answer_outside_the_schema_is_refused() {
    let Match::Route(route, _) = Contract::shared().find("GET", "/repos/acme/shop/keys") else { panic!("no route") };
    assert_eq!(Contract::shared().check_response(&route, 200, &json!([])), Vec::<String>::new());
    assert!(!Contract::shared().check_response(&route, 200, &json!([{ "id": "seven" }])).is_empty());
    assert!(!Contract::shared().check_response(&route, 206, &json!([])).is_empty());

    let Match::Route(route, _) = Contract::shared().find("GET", "/orgs/acme/members") else { panic!("no route") };
    let mut members = super::Scenario::reach().rest["/orgs/acme/members"].clone();
    members[0]["html_url"] = json!("not an address");
    assert!(!Contract::shared().check_response(&route, 200, &members).is_empty(), "formats are checked");
}
