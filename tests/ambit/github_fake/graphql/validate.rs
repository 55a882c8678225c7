//! What the schema says of a document before anything is executed: the rules of GraphQL's section 5 that a client can
//! break in a document of queries. <https://spec.graphql.org/October2021/#sec-Validation>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Document, Field, Input, Operation, Selection};
use super::schema::{Kind, Schema, Type, named};

/// Every rule that the operation breaks; empty is good.
pub fn check(
    schema: &Schema,
    document: &Document,
    operation: &Operation,
    given: &BTreeMap<String, Value>,
) -> Vec<String> {
    let mut check = Check { schema, document, operation, used: Used::default(), problems: Vec::new(), depth: 0 };
    if operation.kind == "query" {
        check.selections(&operation.selections, "Query");
    } else {
        check.problems.push(format!("{} is not a query", operation.kind));
    }
    check.fragments_and_variables(given);
    check.problems
}

#[derive(Default)]
struct Used {
    fragments: BTreeSet<String>,
    variables: BTreeSet<String>,
}

struct Check<'a> {
    schema: &'a Schema,
    document: &'a Document,
    operation: &'a Operation,
    used: Used,
    problems: Vec<String>,
    depth: usize,
}

impl Check<'_> {
    fn selections(&mut self, selections: &[Selection], parent: &str) {
        let Some(parent) = self.schema.get(parent) else { return };
        self.depth += 1;
        if self.depth > 50 {
            return self.problems.push("Cannot spread a fragment within itself.".to_owned());
        }
        self.same_key_same_field(selections);
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(field, &parent),
                Selection::Inline { on: None, selections } => self.selections(selections, &parent.name),
                Selection::Inline { on: Some(on), selections } => self.narrowed(on, selections, &parent),
                Selection::Spread(name) => match self.document.fragments.get(name) {
                    Some(fragment) => {
                        self.used.fragments.insert(name.clone());
                        self.narrowed(&fragment.on, &fragment.selections, &parent);
                    }
                    None => self.problems.push(format!("Unknown fragment \"{name}\".")),
                },
            }
        }
        self.depth -= 1;
    }

    fn same_key_same_field(&mut self, selections: &[Selection]) {
        let mut seen: BTreeMap<&str, &Field> = BTreeMap::new();
        for selection in selections {
            let Selection::Field(field) = selection else { continue };
            let first = seen.entry(&field.key).or_insert(field);
            if first.name != field.name || first.args != field.args {
                self.problems.push(format!("Fields \"{}\" conflict: they differ in field or arguments.", field.key));
            }
        }
    }

    fn narrowed(&mut self, on: &str, selections: &[Selection], parent: &Type) {
        match self.schema.get(on) {
            Some(ty) if matches!(ty.kind, Kind::Object | Kind::Interface | Kind::Union) => {
                if !self.schema.overlap(&ty, parent) {
                    self.problems.push(format!("A {on} can never be a {}.", parent.name));
                }
                self.selections(selections, on);
            }
            _ => self.problems.push(format!("Unknown type \"{on}\".")),
        }
    }

    fn field(&mut self, field: &Field, parent: &Type) {
        if field.name == "__typename" {
            return;
        }
        let place = format!("{}.{}", parent.name, field.name);
        let Some(known) = parent.fields.get(&field.name) else {
            return self.problems.push(format!("Cannot query field \"{}\" on type \"{}\".", field.name, parent.name));
        };
        for (name, value) in &field.args {
            match known.args.get(name) {
                Some(arg) => self.value(value, &arg.ty, arg.has_default, &format!("{place}({name}:)")),
                None => self.problems.push(format!("Unknown argument \"{name}\" on field \"{place}\".")),
            }
        }
        let required = known.args.iter().filter(|(_, arg)| arg.ty.ends_with('!') && !arg.has_default);
        for (name, _) in required.filter(|(name, _)| !field.args.contains_key(*name)) {
            self.problems.push(format!("Argument \"{name}\" of \"{place}\" is required."));
        }
        let of = self.schema.get(named(&known.ty)).unwrap_or_else(|| panic!("the schema lacks {}", known.ty));
        match (of.is_leaf(), field.selections.is_empty()) {
            (true, false) => self.problems.push(format!("\"{place}\" has no fields to select.")),
            (false, true) => self.problems.push(format!("\"{place}\" needs a selection of fields.")),
            _ => self.selections(&field.selections, &of.name),
        }
    }

    /// Whether a value, or the declared type of a variable, fits the place it stands in.
    fn value(&mut self, value: &Input, ty: &str, has_default: bool, place: &str) {
        let wrong = match value {
            Input::Variable(name) => return self.variable(name, ty, has_default, place),
            Input::Scalar(Value::Null) => ty.ends_with('!'),
            Input::List(items) => {
                let inner = ty.trim_end_matches('!').strip_prefix('[').and_then(|t| t.strip_suffix(']'));
                let Some(inner) = inner else { return self.problems.push(format!("{place} is no list")) };
                return items.iter().for_each(|item| self.value(item, inner, false, place));
            }
            Input::Object(fields) => return self.object(fields, named(ty), place),
            Input::Enum(name) => !self.schema.get(named(ty)).is_some_and(|t| t.members.contains(name)),
            Input::Scalar(given) => match named(ty) {
                "Int" => !given.is_i64(),
                "Float" => !given.is_number(),
                "Boolean" => !given.is_boolean(),
                other => !given.is_string() || !self.schema.get(other).is_some_and(|t| t.kind == Kind::Scalar),
            },
        };
        if wrong {
            self.problems.push(format!("{place} takes {ty}, not {value:?}"));
        }
    }

    fn object(&mut self, given: &BTreeMap<String, Input>, input: &str, place: &str) {
        let Some(ty) = self.schema.get(input).filter(|t| t.kind == Kind::Input) else {
            return self.problems.push(format!("{place} takes {input}, not an object"));
        };
        for (name, value) in given {
            match ty.fields.get(name) {
                Some(field) => self.value(value, &field.ty, false, &format!("{place}.{name}")),
                None => self.problems.push(format!("Field \"{name}\" is not defined by type \"{input}\".")),
            }
        }
        for (name, _) in ty.fields.iter().filter(|(name, f)| f.ty.ends_with('!') && !given.contains_key(*name)) {
            self.problems.push(format!("Field \"{input}.{name}\" is required."));
        }
    }

    /// <https://spec.graphql.org/October2021/#sec-All-Variable-Usages-are-Allowed>
    fn variable(&mut self, name: &str, ty: &str, has_default: bool, place: &str) {
        self.used.variables.insert(name.to_owned());
        let Some(declared) = self.operation.variables.get(name) else {
            return self.problems.push(format!("Variable \"${name}\" is not defined."));
        };
        let nullable = |text: &str| text.strip_suffix('!').unwrap_or(text).to_owned();
        let stands_in = has_default || declared.default.is_some();
        let fits = declared.ty == ty || nullable(&declared.ty) == *ty || stands_in && declared.ty == nullable(ty);
        if !fits {
            self.problems.push(format!("{place} takes {ty}, \"${name}\" is {}", declared.ty));
        }
    }

    fn fragments_and_variables(&mut self, given: &BTreeMap<String, Value>) {
        let unused = self.document.fragments.keys().filter(|name| !self.used.fragments.contains(*name));
        self.problems.extend(unused.map(|name| format!("Fragment \"{name}\" is never used.")));
        for (name, variable) in &self.operation.variables {
            if !self.used.variables.contains(name) {
                self.problems.push(format!("Variable \"${name}\" is never used."));
            }
            let null = given.get(name).is_none_or(Value::is_null) && variable.default.is_none();
            if variable.ty.ends_with('!') && null {
                self.problems.push(format!("Variable \"${name}\" of {} was not given.", variable.ty));
            }
            if let Some(value) = given.get(name).filter(|v| !self.fits(v, &variable.ty)) {
                self.problems.push(format!("Variable \"${name}\" got {value}, which is no {}.", variable.ty));
            }
        }
    }

    /// Whether a variable's given value is one of its type.
    fn fits(&self, value: &Value, ty: &str) -> bool {
        let bare = ty.trim_end_matches('!');
        if let Some(inner) = bare.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
            return value.is_null() || value.as_array().is_some_and(|all| all.iter().all(|v| self.fits(v, inner)));
        }
        match (value, bare) {
            (Value::Null, _) => !ty.ends_with('!'),
            (_, "Int") => value.is_i64(),
            (_, "Float") => value.is_number(),
            (_, "Boolean") => value.is_boolean(),
            (Value::String(text), name) => self
                .schema
                .get(name)
                .is_some_and(|t| t.kind == Kind::Scalar || t.kind == Kind::Enum && t.members.contains(text)),
            (Value::Object(_), name) => self.schema.get(name).is_some_and(|t| t.kind == Kind::Input),
            _ => false,
        }
    }
}
