//! A posted document as a tree: operations, fragments, selections, arguments.

use std::collections::BTreeMap;

use apollo_parser::{Parser, cst, cst::CstNode};
use serde_json::{Value, json};

use super::schema::text;

pub struct Document {
    pub operations: Vec<Operation>,
    pub fragments: BTreeMap<String, Fragment>,
}

pub struct Operation {
    /// "query", also where the word is left out.
    pub kind: String,
    pub variables: BTreeMap<String, Variable>,
    pub selections: Vec<Selection>,
}

pub struct Variable {
    pub ty: String,
    pub default: Option<Input>,
}

pub struct Fragment {
    pub on: String,
    pub selections: Vec<Selection>,
}

pub enum Selection {
    Field(Field),
    Spread(String),
    Inline { on: Option<String>, selections: Vec<Selection> },
}

pub struct Field {
    /// The alias, or the name.
    pub key: String,
    pub name: String,
    pub args: BTreeMap<String, Input>,
    pub selections: Vec<Selection>,
    /// Line and column, from 1.
    pub place: (usize, usize),
}

/// A value as a document writes it.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    Variable(String),
    Enum(String),
    List(Vec<Input>),
    Object(BTreeMap<String, Input>),
    Scalar(Value),
}

impl Input {
    /// The value with the variables filled in; `None` where a variable was not given.
    pub fn filled(&self, variables: &BTreeMap<String, Value>) -> Option<Value> {
        Some(match self {
            Self::Variable(name) => variables.get(name)?.clone(),
            Self::Enum(name) => json!(name),
            Self::List(items) => items.iter().filter_map(|i| i.filled(variables)).collect(),
            Self::Object(fields) => fields
                .iter()
                .filter_map(|(k, v)| Some((k.clone(), v.filled(variables)?)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            Self::Scalar(value) => value.clone(),
        })
    }
}

impl Document {
    /// The first syntax error otherwise.
    pub fn parse(source: &str) -> Result<Self, String> {
        let tree = Parser::new(source).parse();
        if let Some(error) = tree.errors().next() {
            return Err(error.message().to_owned());
        }
        let mut document = Self { operations: Vec::new(), fragments: BTreeMap::new() };
        for definition in tree.document().definitions() {
            match definition {
                cst::Definition::OperationDefinition(node) => document.operations.push(operation(&node, source)),
                cst::Definition::FragmentDefinition(node) => {
                    let name = node.fragment_name().and_then(|n| n.name()).map(|n| text(&n)).unwrap_or_default();
                    let selections = selections(node.selection_set(), source);
                    let on = condition(node.type_condition()).unwrap_or_default();
                    if document.fragments.insert(name.clone(), Fragment { on, selections }).is_some() {
                        return Err(format!("There can be only one fragment named \"{name}\"."));
                    }
                }
                _ => return Err("a document holds operations and fragments only".to_owned()),
            }
        }
        Ok(document)
    }
}

fn operation(node: &cst::OperationDefinition, source: &str) -> Operation {
    let declared = node.variable_definitions().into_iter().flat_map(|all| all.variable_definitions());
    let variables = declared.filter_map(|v| {
        let default = v.default_value().and_then(|d| d.value()).map(|v| input(&v));
        Some((variable(&v.variable()?), Variable { ty: text(&v.ty()?), default }))
    });
    Operation {
        kind: node.operation_type().map_or_else(|| "query".to_owned(), |kind| text(&kind)),
        variables: variables.collect(),
        selections: selections(node.selection_set(), source),
    }
}

fn selections(set: Option<cst::SelectionSet>, source: &str) -> Vec<Selection> {
    set.into_iter().flat_map(|set| set.selections()).map(|s| selection(&s, source)).collect()
}

fn selection(node: &cst::Selection, source: &str) -> Selection {
    match node {
        cst::Selection::Field(node) => {
            let name = node.name().map(|n| text(&n)).unwrap_or_default();
            let alias = node.alias().and_then(|a| a.name()).map(|n| text(&n));
            let args = node.arguments().into_iter().flat_map(|all| all.arguments());
            let args = args.filter_map(|arg| Some((text(&arg.name()?), input(&arg.value()?)))).collect();
            let selections = selections(node.selection_set(), source);
            let place = place(source, node.syntax().text_range().start().into());
            Selection::Field(Field { key: alias.unwrap_or_else(|| name.clone()), name, args, selections, place })
        }
        cst::Selection::FragmentSpread(node) => {
            Selection::Spread(node.fragment_name().and_then(|n| n.name()).map(|n| text(&n)).unwrap_or_default())
        }
        cst::Selection::InlineFragment(node) => Selection::Inline {
            on: condition(node.type_condition()),
            selections: selections(node.selection_set(), source),
        },
    }
}

fn place(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..offset];
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

fn condition(node: Option<cst::TypeCondition>) -> Option<String> {
    Some(text(&node?.named_type()?))
}

fn variable(node: &cst::Variable) -> String {
    node.name().map(|n| text(&n)).unwrap_or_default()
}

fn input(node: &cst::Value) -> Input {
    match node {
        cst::Value::Variable(node) => Input::Variable(variable(node)),
        cst::Value::EnumValue(node) => Input::Enum(text(node)),
        cst::Value::ListValue(node) => Input::List(node.values().map(|v| input(&v)).collect()),
        cst::Value::ObjectValue(node) => {
            let fields = node.object_fields();
            Input::Object(fields.filter_map(|f| Some((text(&f.name()?), input(&f.value()?)))).collect())
        }
        cst::Value::StringValue(node) => Input::Scalar(json!(String::from(node))),
        cst::Value::BooleanValue(node) => Input::Scalar(json!(bool::try_from(node).unwrap_or_default())),
        cst::Value::IntValue(node) => Input::Scalar(json!(i32::try_from(node).unwrap_or_default())),
        cst::Value::FloatValue(node) => Input::Scalar(json!(f64::try_from(node).unwrap_or_default())),
        cst::Value::NullValue(_) => Input::Scalar(Value::Null),
    }
}
