//! GitHub's GraphQL schema, the file that the fake of the conformance test reads too. A definition is parsed when a
//! document first touches it: the whole is 1.2 MB, a document needs some thirty types.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use apollo_parser::{Parser, cst, cst::CstNode};

pub struct Schema {
    /// The text of each definition, by name.
    sources: BTreeMap<String, &'static str>,
    parsed: Mutex<BTreeMap<String, Arc<Type>>>,
    /// The interfaces that each object type implements.
    implemented: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Object,
    Interface,
    Union,
    Enum,
    Scalar,
    Input,
}

pub struct Type {
    pub name: String,
    pub kind: Kind,
    /// Fields of objects, interfaces and inputs.
    pub fields: BTreeMap<String, Field>,
    /// Members of a union, values of an enum.
    pub members: BTreeSet<String>,
}

pub struct Field {
    /// As written: `[String!]!`.
    pub ty: String,
    pub args: BTreeMap<String, Arg>,
}

pub struct Arg {
    pub ty: String,
    pub has_default: bool,
}

/// `[String!]!` is `String`.
pub fn named(ty: &str) -> &str {
    ty.trim_matches(['[', ']', '!'])
}

impl Type {
    pub fn is_leaf(&self) -> bool {
        matches!(self.kind, Kind::Enum | Kind::Scalar)
    }

    pub fn is_abstract(&self) -> bool {
        matches!(self.kind, Kind::Interface | Kind::Union)
    }
}

impl Schema {
    pub fn shared() -> &'static Self {
        static SCHEMA: OnceLock<Schema> = OnceLock::new();
        SCHEMA.get_or_init(|| Self::new(include_str!("../../../conformance/github-fake/spec/schema.graphql")))
    }

    fn new(text: &'static str) -> Self {
        let sources = definitions(text);
        let implemented =
            sources.iter().filter_map(|(name, source)| Some((name.clone(), interfaces(source)?))).collect();
        Self { sources, parsed: Mutex::default(), implemented }
    }

    /// `None` for a name that GitHub does not know.
    pub fn get(&self, name: &str) -> Option<Arc<Type>> {
        let mut parsed = self.parsed.lock().unwrap();
        if let Some(known) = parsed.get(name) {
            return Some(Arc::clone(known));
        }
        let found = match self.sources.get(name) {
            Some(source) => Arc::new(parse(name, source)),
            None if ["Boolean", "Float", "ID", "Int", "String"].contains(&name) => Arc::new(scalar(name)),
            None => return None,
        };
        parsed.insert(name.to_owned(), Arc::clone(&found));
        Some(found)
    }

    /// Whether a value of the object type may stand where the other type is asked for.
    pub fn is(&self, object: &str, of: &Type) -> bool {
        match of.kind {
            Kind::Union => of.members.contains(object),
            Kind::Interface => self.implemented.get(object).is_some_and(|all| all.contains(&of.name)),
            _ => object == of.name,
        }
    }

    /// Whether some object is of both types.
    pub fn overlap(&self, one: &Type, other: &Type) -> bool {
        self.implemented.keys().any(|object| self.is(object, one) && self.is(object, other))
    }
}

/// The interfaces in the head of an object type: `type Bot implements Actor & Node {`.
fn interfaces(source: &str) -> Option<Vec<String>> {
    let head = source.lines().next()?.strip_prefix("type ")?;
    Some(head.split([' ', '&', '{']).skip(2).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// Top-level definitions by name. They start at the first column, and so do their descriptions.
fn definitions(text: &'static str) -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    let (mut described, mut open, mut at) = (false, None, 0);
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        if line.starts_with("\"\"\"") {
            described ^= true;
        } else if !described && open.is_none() {
            let mut words = line.split([' ', '\n', '{']);
            let keyword = words.next().unwrap_or_default();
            if ["type", "interface", "union", "enum", "scalar", "input"].contains(&keyword) {
                open = words.next().map(|name| (name.to_owned(), start));
            }
        }
        let ends = line.starts_with('}') || !line.contains('{') && line.starts_with(['u', 's']);
        if let Some((name, from)) = open.take_if(|_| ends) {
            found.insert(name, &text[from..end]);
        }
    }
    found
}

fn scalar(name: &str) -> Type {
    Type { name: name.to_owned(), kind: Kind::Scalar, fields: BTreeMap::new(), members: BTreeSet::new() }
}

fn parse(name: &str, source: &str) -> Type {
    let tree = Parser::new(source).parse();
    let definition = tree.document().definitions().next().unwrap_or_else(|| panic!("no definition: {source}"));
    let mut ty = scalar(name);
    match definition {
        cst::Definition::ObjectTypeDefinition(object) => {
            (ty.kind, ty.fields) = (Kind::Object, fields(object.fields_definition()));
        }
        cst::Definition::InterfaceTypeDefinition(interface) => {
            (ty.kind, ty.fields) = (Kind::Interface, fields(interface.fields_definition()));
        }
        cst::Definition::InputObjectTypeDefinition(input) => {
            (ty.kind, ty.fields) = (Kind::Input, inputs(input.input_fields_definition()));
        }
        cst::Definition::UnionTypeDefinition(union) => {
            let members = union.union_member_types().into_iter().flat_map(|all| all.named_types());
            (ty.kind, ty.members) = (Kind::Union, members.map(|m| text(&m)).collect());
        }
        cst::Definition::EnumTypeDefinition(list) => {
            let values = list.enum_values_definition().into_iter().flat_map(|all| all.enum_value_definitions());
            (ty.kind, ty.members) = (Kind::Enum, values.filter_map(|v| v.enum_value()).map(|v| text(&v)).collect());
        }
        _ => {}
    }
    ty
}

fn fields(definition: Option<cst::FieldsDefinition>) -> BTreeMap<String, Field> {
    let all = definition.into_iter().flat_map(|all| all.field_definitions());
    all.filter_map(|field| {
        let args = field.arguments_definition().into_iter().flat_map(|a| a.input_value_definitions());
        let args = args.filter_map(argument).collect();
        Some((text(&field.name()?), Field { ty: text(&field.ty()?), args }))
    })
    .collect()
}

fn inputs(definition: Option<cst::InputFieldsDefinition>) -> BTreeMap<String, Field> {
    let all = definition.into_iter().flat_map(|all| all.input_value_definitions());
    all.filter_map(argument).map(|(name, arg)| (name, Field { ty: arg.ty, args: BTreeMap::new() })).collect()
}

fn argument(value: cst::InputValueDefinition) -> Option<(String, Arg)> {
    let arg = Arg { ty: text(&value.ty()?), has_default: value.default_value().is_some() };
    Some((text(&value.name()?), arg))
}

/// A node as written, without the space around it.
pub fn text(node: &impl CstNode) -> String {
    node.source_string().trim().to_owned()
}

#[test]
fn the_types_of_the_schema_are_found_when_asked_for() {
    let schema = Schema::shared();
    let repository = schema.get("Repository").unwrap();
    assert_eq!(repository.fields["pullRequests"].args["first"].ty, "Int");
    assert_eq!(named(&repository.fields["rulesets"].ty), "RepositoryRulesetConnection");
    let actor = schema.get("Actor").unwrap();
    assert!(schema.is("Bot", &actor) && schema.is("User", &actor) && !schema.is("Repository", &actor));
    assert!(schema.overlap(&actor, &schema.get("BranchActorAllowanceActor").unwrap()));
    assert!(!schema.overlap(&actor, &repository));
    assert!(schema.get("PullRequestState").unwrap().members.contains("MERGED"));
    assert!(schema.get("BypassActor").unwrap().members.contains("Team"));
    assert!(schema.get("Repositry").is_none() && schema.sources.len() > 1000);
}
