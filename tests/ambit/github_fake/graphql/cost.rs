//! What GitHub charges for a document, by its published formula.
//! <https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api>

use std::collections::BTreeMap;

use serde_json::Value;

use super::document::{Document, Field, Operation, Selection};
use super::schema::{Schema, named};

/// Nodes in one document at most.
const NODE_LIMIT: u64 = 500_000;

#[derive(Default)]
pub struct Cost {
    /// The sum over connections of what they may return.
    pub nodes: u64,
    /// The requests that would be needed to resolve each connection.
    requests: u64,
    /// GitHub's error type and what is wrong.
    pub problems: Vec<(&'static str, String)>,
}

impl Cost {
    pub fn of(
        schema: &Schema,
        document: &Document,
        operation: &Operation,
        variables: &BTreeMap<String, Value>,
    ) -> Self {
        let mut walk = Walk { schema, document, variables, cost: Self::default() };
        walk.selections(&operation.selections, "Query", 1);
        let mut cost = walk.cost;
        if cost.nodes > NODE_LIMIT {
            let message =
                format!("This query requests up to {} possible nodes which exceeds the maximum limit.", cost.nodes);
            cost.problems.push(("MAX_NODE_LIMIT_EXCEEDED", message));
        }
        cost
    }

    /// A hundredth of the requests, rounded, and never nothing.
    pub fn points(&self) -> u64 {
        ((self.requests + 50) / 100).max(1)
    }
}

struct Walk<'a> {
    schema: &'a Schema,
    document: &'a Document,
    variables: &'a BTreeMap<String, Value>,
    cost: Cost,
}

impl Walk<'_> {
    fn selections(&mut self, selections: &[Selection], parent: &str, times: u64) {
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(field, parent, times),
                Selection::Inline { on, selections } => {
                    self.selections(selections, on.as_deref().unwrap_or(parent), times)
                }
                Selection::Spread(name) => {
                    let fragment = &self.document.fragments[name];
                    self.selections(&fragment.selections, &fragment.on, times);
                }
            }
        }
    }

    fn field(&mut self, field: &Field, parent: &str, times: u64) {
        let parent = self.schema.get(parent);
        let Some(ty) = parent.as_ref().and_then(|p| p.fields.get(&field.name)).map(|f| named(&f.ty)) else { return };
        let mut below = times;
        if ty.ends_with("Connection") {
            let size = ["first", "last"].iter().find_map(|arg| field.args.get(*arg)?.filled(self.variables)?.as_u64());
            if size.is_none_or(|n| !(1..=100).contains(&n)) {
                let message = format!("`{}` needs `first` or `last` of 1 to 100", field.name);
                self.cost.problems.push(("MISSING_PAGINATION_BOUNDARIES", message));
            }
            below = times * size.unwrap_or(0);
            self.cost.requests += times;
            self.cost.nodes += below;
        }
        self.selections(&field.selections, ty, below);
    }
}

/// The worked examples of GitHub's page.
#[test]
fn a_document_costs_what_github_says() {
    let cost = |text: &str| {
        let document = Document::parse(text).unwrap();
        Cost::of(Schema::shared(), &document, &document.operations[0], &BTreeMap::new())
    };
    let first = "{ viewer { repositories(first: 50) { edges { repository: node { name issues(first: 10) { totalCount } } } } } }";
    assert_eq!(cost(first).nodes, 550);
    let second = "{ viewer { login repositories(first: 100) { edges { node { id issues(first: 50) { edges { node { id \
                  labels(first: 60) { edges { node { id name } } } } } } } } } } }";
    assert_eq!((cost(second).requests, cost(second).points()), (5101, 51));
    assert_eq!(cost("{ viewer { repositories { totalCount } } }").problems[0].0, "MISSING_PAGINATION_BOUNDARIES");
}
