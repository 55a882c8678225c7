//! What must hold of a capture beyond its place in the tree.
//!
//! tree-sitter's own predicates (`#match?`, `#eq?`) work in a query as well; these say what they cannot: a body with
//! its comments taken out, the head of a function with its attributes, what encloses a node.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use tree_sitter::{Node, TreeCursor};

use super::Pattern;

/// Nodes above a hit that are looked at; deeper nesting is read as "not enclosed".
const ANCESTORS: usize = 200;
/// Siblings before a node that can be its attributes.
const ATTRIBUTES: usize = 16;
/// Bytes of called functions that are read for one hit.
const CALLED_BYTES: usize = 64 << 10;
/// A body longer than this is no stub.
const STUB_BYTES: usize = 2000;

/// A requirement on the capture `of`; every part that is given must hold.
#[derive(Debug, Clone)]
pub struct Condition {
    pub of: String,
    pub test: Test,
}

#[derive(Debug, Clone)]
pub enum Test {
    /// The text matches.
    Matches(Pattern),
    /// The text without comments does not match.
    Lacks(Pattern),
    /// Neither that text nor a function of the same file that it calls, directly or through another, matches.
    LacksThrough(Pattern),
    /// The text without comments, outer braces and line breaks matches.
    Only(Pattern),
    /// What stands before the body, with attributes, decorators and modifiers, matches.
    Head(Pattern),
    HeadLacks(Pattern),
    /// A node above is of a kind that matches, and its head matches.
    Within(Enclosure),
    NotWithin(Enclosure),
    /// The node right above is of a kind that matches.
    Parent(Pattern),
    /// No statement, and no comment of more than this many words.
    Unexplained(usize),
}

#[derive(Debug, Clone)]
pub struct Enclosure {
    pub kind: Pattern,
    pub head: Option<Pattern>,
}

impl Condition {
    /// The patterns of the condition.
    pub fn patterns(&self) -> Vec<&Pattern> {
        match &self.test {
            Test::Matches(one) | Test::Lacks(one) | Test::Only(one) | Test::Parent(one) => vec![one],
            Test::LacksThrough(one) => vec![one],
            Test::Head(one) | Test::HeadLacks(one) => {
                vec![one]
            }
            Test::Within(enclosure) | Test::NotWithin(enclosure) => {
                std::iter::once(&enclosure.kind).chain(&enclosure.head).collect()
            }
            Test::Unexplained(_) => Vec::new(),
        }
    }

    /// Whether the condition holds of `node`, a capture named [`Condition::of`].
    pub fn holds<'t>(&self, node: Node<'t>, file: &File<'t, '_>) -> bool {
        let source = file.source;
        match &self.test {
            Test::Matches(regex) => regex.is_match(text(node, source)),
            Test::Lacks(regex) => !regex.is_match(&without_comments(node, source)),
            Test::LacksThrough(regex) => !file.says(node, regex),
            Test::Only(regex) => node.byte_range().len() <= STUB_BYTES && regex.is_match(&body(node, source)),
            Test::Head(regex) => regex.is_match(head(node, source)),
            Test::HeadLacks(regex) => !regex.is_match(head(node, source)),
            Test::Within(enclosure) => enclosure.around(node, source),
            Test::NotWithin(enclosure) => !enclosure.around(node, source),
            Test::Parent(pattern) => node.parent().is_some_and(|above| pattern.is_match(above.kind())),
            Test::Unexplained(words) => unexplained(node, source, *words),
        }
    }
}

/// A parsed file, with its functions by name, found when first asked for.
pub struct File<'t, 's> {
    pub source: &'s str,
    root: Node<'t>,
    named: OnceCell<BTreeMap<&'s str, Vec<Node<'t>>>>,
}

impl<'t, 's> File<'t, 's> {
    pub fn new(root: Node<'t>, source: &'s str) -> File<'t, 's> {
        File { source, root, named: OnceCell::new() }
    }

    /// Whether a node, or a function of this file that it calls, matches.
    fn says(&self, node: Node<'t>, pattern: &Pattern) -> bool {
        let mut left = CALLED_BYTES;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut wanted = vec![node];
        while let Some(node) = wanted.pop() {
            let text = without_comments(node, self.source);
            if pattern.is_match(&text) {
                return true;
            }
            left = left.saturating_sub(text.len());
            if left == 0 {
                return false;
            }
            let known = self.named.get_or_init(|| named(self.root, self.source));
            for name in called(&text) {
                if let Some((_, nodes)) = known.get_key_value(name).filter(|(name, _)| seen.insert(name)) {
                    wanted.extend(nodes);
                }
            }
        }
        false
    }
}

/// Words before an opening bracket, a type argument or a macro's mark.
fn called(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['(', '!', '<']).filter_map(|piece| {
        let before = piece.get(..piece.len() - 1)?.trim_end();
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        before.get(start..).filter(|word| !word.is_empty())
    })
}

/// Every construct that has a name, by its name.
fn named<'t, 's>(root: Node<'t>, source: &'s str) -> BTreeMap<&'s str, Vec<Node<'t>>> {
    let mut all: BTreeMap<&str, Vec<Node<'_>>> = BTreeMap::new();
    let mut walk = Walk { cursor: root.walk(), done: false };
    while let Some(node) = walk.step() {
        let is_function =
            ["function", "method", "declarator", "macro_definition"].iter().any(|kind| node.kind().contains(kind));
        if let Some(name) = node.child_by_field_name("name").filter(|_| is_function) {
            all.entry(text(name, source)).or_default().push(node);
        }
    }
    all
}

impl Enclosure {
    fn around(&self, node: Node<'_>, source: &str) -> bool {
        std::iter::successors(node.parent(), Node::parent).take(ANCESTORS).any(|above| {
            self.kind.is_match(above.kind())
                && self.head.as_ref().is_none_or(|regex| regex.is_match(head(above, source)))
        })
    }
}

/// The source of a node.
pub fn text<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The statements of a body in one line: comments, outer braces, the `=>` or `=` of a short form and end marks taken out.
fn body(node: Node<'_>, source: &str) -> String {
    let bare = without_comments(node, source);
    let line = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.strip_prefix("=>").or_else(|| line.strip_prefix('=')).unwrap_or(&line).trim();
    let inner = line.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(line);
    inner.trim().trim_end_matches(';').trim_end().to_owned()
}

/// The source of a node with every comment replaced by a space.
fn without_comments(node: Node<'_>, source: &str) -> String {
    let mut out = String::new();
    let mut from = node.start_byte();
    for comment in comments(node) {
        out.push_str(source.get(from..comment.start_byte()).unwrap_or_default());
        out.push(' ');
        from = comment.end_byte();
    }
    out.push_str(source.get(from..node.end_byte()).unwrap_or_default());
    out
}

fn unexplained(node: Node<'_>, source: &str, words: usize) -> bool {
    let statements = without_comments(node, source);
    let empty = statements.chars().all(|c| c.is_whitespace() || matches!(c, '{' | '}' | ';'));
    let said = comments(node)
        .map(|comment| text(comment, source).split_whitespace().filter(|w| is_word(w)).count())
        .sum::<usize>();
    empty && said <= words
}

fn is_word(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// What stands before the body of a construct, from its first attribute or decorator on.
fn head<'s>(node: Node<'_>, source: &'s str) -> &'s str {
    let decorated = node.parent().filter(|parent| parent.kind() == "decorated_definition");
    let first = std::iter::successors(node.prev_named_sibling(), Node::prev_named_sibling)
        .take(ATTRIBUTES)
        .take_while(|before| before.kind().contains("attribute") || is_comment(*before))
        .last();
    let start = decorated.or(first).unwrap_or(node).start_byte();
    let body = node.child_by_field_name("body").or_else(|| {
        (0..node.child_count()).filter_map(|i| node.child(i)).find(|child| child.kind().ends_with("_body"))
    });
    source.get(start..body.map_or(node.end_byte(), |body| body.start_byte())).unwrap_or_default()
}

fn is_comment(node: Node<'_>) -> bool {
    node.kind().contains("comment")
}

/// The comments at or below a node in the order of the source, without recursion.
fn comments(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut walk = Walk { cursor: node.walk(), done: false };
    std::iter::from_fn(move || walk.find(is_comment))
}

struct Walk<'t> {
    cursor: TreeCursor<'t>,
    done: bool,
}

impl<'t> Walk<'t> {
    /// The next node in order.
    fn step(&mut self) -> Option<Node<'t>> {
        if self.done {
            return None;
        }
        let node = self.cursor.node();
        if !self.cursor.goto_first_child() {
            self.leave();
        }
        Some(node)
    }

    /// Past the present node and all below it.
    fn leave(&mut self) {
        while !self.cursor.goto_next_sibling() {
            if !self.cursor.goto_parent() {
                self.done = true;
                break;
            }
        }
    }

    /// The next node in order that is wanted; nothing below a wanted node is visited.
    fn find(&mut self, wanted: fn(Node<'_>) -> bool) -> Option<Node<'t>> {
        while !self.done {
            let node = self.cursor.node();
            let take = wanted(node);
            if take || !self.cursor.goto_first_child() {
                self.leave();
            }
            if take {
                return Some(node);
            }
        }
        None
    }
}
