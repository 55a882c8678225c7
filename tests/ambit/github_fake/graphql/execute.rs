//! Execution with GraphQL's null rules: a field that fails is null with an error, and a null where none may be takes its
//! parent with it. <https://spec.graphql.org/October2021/#sec-Handling-Field-Errors>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::document::{Document, Field, Operation, Selection};
use super::resolve::{Asked, Source};
use super::schema::{Kind, Schema, Type, named};

/// What a document came to.
pub struct Outcome {
    pub data: Value,
    pub errors: Vec<Value>,
    /// Values that the schema does not allow: faults of a scenario.
    pub violations: Vec<String>,
}

pub struct Execution<'a> {
    pub schema: &'a Schema,
    pub document: &'a Document,
    pub variables: &'a BTreeMap<String, Value>,
    pub source: &'a Source<'a>,
}

/// A null where none may be, on its way up.
struct Bubble;

struct Run<'a> {
    of: &'a Execution<'a>,
    path: Vec<Value>,
    errors: Vec<Value>,
    violations: Vec<String>,
}

impl Execution<'_> {
    pub fn run(&self, operation: &Operation) -> Outcome {
        let mut run = Run { of: self, path: Vec::new(), errors: Vec::new(), violations: Vec::new() };
        let query = self.schema.get("Query").unwrap();
        let data = run.object(&query, &Value::Null, &[&operation.selections]).unwrap_or(Value::Null);
        Outcome { data, errors: run.errors, violations: run.violations }
    }
}

impl<'a> Run<'a> {
    fn object(&mut self, ty: &Type, object: &Value, selections: &[&'a [Selection]]) -> Result<Value, Bubble> {
        let mut fields = Vec::new();
        selections.iter().for_each(|all| self.collect(ty, all, &mut fields));
        let mut out = Map::new();
        for (key, asked) in fields {
            self.path.push(json!(key));
            let value = self.field(ty, object, &asked);
            self.path.pop();
            out.insert(key.to_owned(), value?);
        }
        Ok(Value::Object(out))
    }

    /// The fields that apply to a concrete type, in order, those of one key together.
    fn collect(&self, ty: &Type, selections: &'a [Selection], into: &mut Vec<(&'a str, Vec<&'a Field>)>) {
        let applies = |on: &str| self.of.schema.get(on).is_some_and(|t| self.of.schema.is(&ty.name, &t));
        for selection in selections {
            match selection {
                Selection::Field(field) => match into.iter_mut().find(|(key, _)| *key == field.key) {
                    Some((_, all)) => all.push(field),
                    None => into.push((&field.key, vec![field])),
                },
                Selection::Inline { on, selections } if on.as_deref().is_none_or(applies) => {
                    self.collect(ty, selections, into);
                }
                Selection::Spread(name) if applies(&self.of.document.fragments[name].on) => {
                    self.collect(ty, &self.of.document.fragments[name].selections, into);
                }
                Selection::Inline { .. } | Selection::Spread(_) => {}
            }
        }
    }

    fn field(&mut self, on: &Type, object: &Value, fields: &[&'a Field]) -> Result<Value, Bubble> {
        let field = fields[0];
        if field.name == "__typename" {
            return Ok(json!(on.name));
        }
        let ty = &on.fields[&field.name].ty;
        let args = field.args.iter().filter_map(|(k, v)| Some((k.clone(), v.filled(self.of.variables)?))).collect();
        let asked = Asked { on: &on.name, field: &field.name, args: &args, object, ty };
        match self.of.source.resolve(&asked) {
            Ok(value) => self.complete(ty, value, fields),
            Err(failure) => {
                self.error(Some(failure.kind), &failure.message, field);
                if ty.ends_with('!') { Err(Bubble) } else { Ok(Value::Null) }
            }
        }
    }

    fn complete(&mut self, ty: &str, value: Value, fields: &[&'a Field]) -> Result<Value, Bubble> {
        let Some(inner) = ty.strip_suffix('!') else {
            return Ok(self.completed(ty, value, fields).unwrap_or(Value::Null));
        };
        let completed = self.completed(inner, value, fields)?;
        if completed.is_null() {
            self.error(None, &format!("Cannot return null for non-nullable field {}.", fields[0].name), fields[0]);
            return Err(Bubble);
        }
        Ok(completed)
    }

    fn completed(&mut self, ty: &str, value: Value, fields: &[&'a Field]) -> Result<Value, Bubble> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Array(items) if ty.starts_with('[') => {
                let inner = &ty[1..ty.len() - 1];
                let item = |(at, item)| {
                    self.path.push(json!(at));
                    let value = self.complete(inner, item, fields);
                    self.path.pop();
                    value
                };
                items.into_iter().enumerate().map(item).collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
            value => {
                let of = self.of.schema.get(named(ty)).unwrap();
                if of.is_leaf() { Ok(self.leaf(&of, value)) } else { self.composite(&of, &value, fields) }
            }
        }
    }

    fn composite(&mut self, of: &Type, value: &Value, fields: &[&'a Field]) -> Result<Value, Bubble> {
        let name = if of.is_abstract() { value["__typename"].as_str().unwrap_or_default() } else { &of.name };
        if !self.of.schema.is(name, of) {
            self.violations.push(format!("ANSWER {}: `{name}` is no {}", json!(self.path), of.name));
            return Ok(Value::Null);
        }
        let concrete = self.of.schema.get(name).unwrap();
        let selections: Vec<&[Selection]> = fields.iter().map(|f| f.selections.as_slice()).collect();
        self.object(&concrete, value, &selections)
    }

    fn leaf(&mut self, of: &Type, value: Value) -> Value {
        let allowed = match (of.kind, of.name.as_str()) {
            (Kind::Enum, _) => value.as_str().is_some_and(|text| of.members.contains(text)),
            (_, "Int") => value.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
            (_, "Boolean") => value.is_boolean(),
            (_, "String" | "ID" | "DateTime" | "URI" | "GitObjectID") => value.is_string(),
            _ => true,
        };
        if !allowed {
            self.violations.push(format!("ANSWER {}: {value} is no {}", json!(self.path), of.name));
        }
        value
    }

    fn error(&mut self, kind: Option<&str>, message: &str, field: &Field) {
        let (line, column) = field.place;
        let mut error = json!({
            "path": self.path, "locations": [{ "line": line, "column": column }], "message": message,
        });
        if let Some(kind) = kind {
            error["type"] = json!(kind);
        }
        self.errors.push(error);
    }
}
