//! What must hold of a capture beyond its place in the tree.
//!
//! tree-sitter's own predicates (`#match?`, `#eq?`) work in a query as well; these say what they cannot: a body with
//! its comments taken out, the head of a function with its attributes, what encloses a node.

use regex::Regex;
use tree_sitter::{Node, TreeCursor};

/// Nodes above a hit that are looked at; deeper nesting is read as "not enclosed".
const ANCESTORS: usize = 200;
/// Siblings before a node that can be its attributes.
const ATTRIBUTES: usize = 16;
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
    Matches(Regex),
    /// The text without comments does not match.
    Lacks(Regex),
    /// The text without comments, outer braces and line breaks matches.
    Only(Regex),
    /// What stands before the body, with attributes, decorators and modifiers, matches.
    Head(Regex),
    HeadLacks(Regex),
    /// A node above is of a kind that matches, and its head matches.
    Within(Enclosure),
    NotWithin(Enclosure),
    /// No statement, and no comment of more than this many words.
    Unexplained(usize),
}

#[derive(Debug, Clone)]
pub struct Enclosure {
    pub kind: Regex,
    pub head: Option<Regex>,
}

impl Condition {
    /// Whether the condition holds of `node`, a capture named [`Condition::of`].
    pub fn holds(&self, node: Node<'_>, source: &str) -> bool {
        match &self.test {
            Test::Matches(regex) => regex.is_match(text(node, source)),
            Test::Lacks(regex) => !regex.is_match(&without_comments(node, source)),
            Test::Only(regex) => node.byte_range().len() <= STUB_BYTES && regex.is_match(&body(node, source)),
            Test::Head(regex) => regex.is_match(head(node, source)),
            Test::HeadLacks(regex) => !regex.is_match(head(node, source)),
            Test::Within(enclosure) => enclosure.around(node, source),
            Test::NotWithin(enclosure) => !enclosure.around(node, source),
            Test::Unexplained(words) => unexplained(node, source, *words),
        }
    }
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
        (0..node.child_count() as u32).filter_map(|i| node.child(i)).find(|child| child.kind().ends_with("_body"))
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
    /// The next node in order that is wanted; nothing below a wanted node is visited.
    fn find(&mut self, wanted: fn(Node<'_>) -> bool) -> Option<Node<'t>> {
        while !self.done {
            let node = self.cursor.node();
            let take = wanted(node);
            if take || !self.cursor.goto_first_child() {
                while !self.cursor.goto_next_sibling() {
                    if !self.cursor.goto_parent() {
                        self.done = true;
                        break;
                    }
                }
            }
            if take {
                return Some(node);
            }
        }
        None
    }
}
