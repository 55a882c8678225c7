//! GraphQL over the scenario's repositories, on GitHub's own schema and at its published price.
//!
//! Parsed by apollo-parser, as the wire does; checked and executed here: apollo-compiler would do both, but it turns on
//! serde_json's `preserve_order`, and tests would no longer see the bytes that ship.

mod cost;
mod document;
mod execute;
mod resolve;
mod schema;
mod validate;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use self::cost::Cost;
use self::document::{Document, Operation};
use self::execute::Execution;
pub use self::resolve::Source;
use self::schema::Schema;
use super::limits::Window;
use super::rules::Rest;
use super::state::Identity;

/// What a scenario says for GraphQL alone.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Graph {
    /// By "owner/name", in the shapes of GitHub's schema; connections are plain lists.
    pub repositories: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posted {
    query: String,
    #[serde(default)]
    variables: Option<BTreeMap<String, Value>>,
}

pub struct Answer {
    pub body: Value,
    pub points: u64,
    pub violations: Vec<String>,
}

impl Graph {
    /// `None` when the posted body is no GraphQL request at all.
    pub fn answer(&self, posted: &[u8], rest: &Rest, who: &Identity, window: &Window) -> Option<Answer> {
        let Posted { query, variables } = serde_json::from_slice(posted).ok()?;
        let mut variables = variables.unwrap_or_default();
        let document = match Document::parse(&query) {
            Ok(document) => document,
            Err(error) => return Some(refused(1, vec![(None, error)])),
        };
        let [operation] = document.operations.as_slice() else {
            return Some(refused(0, vec![(None, "a document of one operation is expected".to_owned())]));
        };
        let schema = Schema::shared();
        let invalid = validate::check(schema, &document, operation, &variables);
        if !invalid.is_empty() {
            return Some(refused(0, invalid.into_iter().map(|message| (None, message)).collect()));
        }
        fill_defaults(operation, &mut variables);
        let cost = Cost::of(schema, &document, operation, &variables);
        let points = cost.points();
        if !cost.problems.is_empty() {
            return Some(refused(0, cost.problems.into_iter().map(|(kind, message)| (Some(kind), message)).collect()));
        }
        let rate_limit = rate_limit(window, points, cost.nodes);
        let source = Source { repositories: &self.repositories, rest, who, rate_limit };
        let execution = Execution { schema, document: &document, variables: &variables, source: &source };
        let outcome = execution.run(operation);
        let mut body = json!({ "data": outcome.data });
        if !outcome.errors.is_empty() {
            body["errors"] = json!(outcome.errors);
        }
        Some(Answer { body, points, violations: outcome.violations })
    }
}

/// A document that GitHub would not execute: for a client that knows its questions a violation.
fn refused(points: u64, problems: Vec<(Option<&str>, String)>) -> Answer {
    let violations = problems.iter().map(|(_, message)| format!("graphql: {message}")).collect();
    let error = |(kind, message): (Option<&str>, String)| match kind {
        Some(kind) => json!({ "type": kind, "message": message }),
        None => json!({ "message": message }),
    };
    let errors: Vec<Value> = problems.into_iter().map(error).collect();
    Answer { body: json!({ "errors": errors }), points, violations }
}

fn fill_defaults(operation: &Operation, variables: &mut BTreeMap<String, Value>) {
    for (name, variable) in &operation.variables {
        if let Some(value) = variable.default.as_ref().and_then(|d| d.filled(&BTreeMap::new())) {
            variables.entry(name.clone()).or_insert(value);
        }
    }
}

fn rate_limit(window: &Window, points: u64, nodes: u64) -> Value {
    let reset = jiff::Timestamp::from_second(i64::try_from(window.reset).unwrap()).unwrap();
    let used = window.used + points;
    json!({
        "cost": points, "limit": window.limit, "remaining": window.limit.saturating_sub(used), "used": used,
        "nodeCount": nodes, "resetAt": reset.to_string(),
    })
}
