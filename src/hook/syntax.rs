//! Rules on syntax trees.

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, Parser, QueryCursor, QueryCursorOptions, QueryMatch, StreamingIterator, Tree};

use super::{
    Language,
    rules::{Body, Compiled, File, Rules, RulesError, Texts},
};

/// Matches in flight at once; a hostile file can make a query keep more.
const MATCH_LIMIT: u32 = 4096;

/// Something a rule saw in a file, before anybody asked whether it is new.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Index into [`Rules`].
    pub rule: usize,
    /// The line to point at, and where in it; both from 1, the column in characters.
    pub line: usize,
    pub column: usize,
    /// Lines of the whole construct.
    pub first: usize,
    pub last: usize,
    /// What tells two sightings of one rule in one file apart, whatever their lines.
    pub identity: String,
    pub texts: Texts,
}

/// Why the rules did not see a file.
#[derive(Debug)]
pub enum Unseen {
    /// Too odd to judge within the limits.
    TooHard,
    /// The rules themselves are at fault.
    Rules(RulesError),
}

impl From<RulesError> for Unseen {
    fn from(error: RulesError) -> Unseen {
        Unseen::Rules(error)
    }
}

/// A parsed file.
pub struct Parsed<'s> {
    source: &'s str,
    tree: Tree,
}

/// Everything the syntax rules see in one file.
pub fn see(rules: &Rules, language: Language, parsed: &Parsed<'_>) -> Result<Vec<Seen>, Unseen> {
    let compiled = rules.compiled(language)?;
    let mut seen = Vec::new();
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(MATCH_LIMIT);
    let mut budget = Budget::of(parsed.source);
    let mut tick = |_: &tree_sitter::QueryCursorState| budget.tick();
    let options = QueryCursorOptions::new().progress_callback(&mut tick);
    let root = parsed.tree.root_node();
    let mut matches = cursor.matches_with_options(&compiled.query, root, parsed.source.as_bytes(), options);
    let file = File::new(root, parsed.source);
    while let Some(found) = matches.next() {
        seen.extend(judge(rules, compiled, found, &file));
    }
    drop(matches);
    if budget.spent() || cursor.did_exceed_match_limit() {
        return Err(Unseen::TooHard);
    }
    seen.sort_by_key(|one| (one.line, one.column, one.rule));
    seen.dedup_by_key(|one| (one.line, one.column, one.rule));
    Ok(seen)
}

fn judge<'t>(rules: &Rules, compiled: &Compiled, found: &QueryMatch<'_, 't>, file: &File<'t, '_>) -> Option<Seen> {
    let source = file.source;
    let (rule, case) = *compiled.owners.get(found.pattern_index)?;
    let Body::Syntax(cases) = &rules.get(rule)?.body else { return None };
    let names = compiled.query.capture_names();
    let captures = || found.captures().iter().filter_map(|one| Some((*names.get(one.index as usize)?, one.node)));
    let named = |name: &str| captures().find(|(other, _)| *other == name).map(|(_, node)| node);
    let mut conditions = cases.get(case)?.conditions.iter();
    if !conditions.all(|condition| named(&condition.of).is_some_and(|node| condition.holds(node, file))) {
        return None;
    }
    let hit = named("hit")?;
    let at = named("at").unwrap_or(hit);
    let texts: Texts = captures()
        .filter(|(name, _)| *name != "hit")
        .map(|(name, node)| (name.to_owned(), one_line(node, source)))
        .collect();
    Some(Seen {
        rule,
        line: at.start_position().row + 1,
        column: column(at, source),
        first: hit.start_position().row + 1,
        last: last_line(hit),
        identity: first_line(at, source),
        texts,
    })
}

impl<'s> Parsed<'s> {
    /// Parses `source`; the work is bounded by its length, so a hostile file cannot hold up a commit.
    pub fn new(language: Language, source: &'s str) -> Option<Parsed<'s>> {
        let mut parser = Parser::new();
        parser.set_language(&language.grammar()).ok()?;
        let mut budget = Budget::of(source);
        let mut tick = |_: &tree_sitter::ParseState| budget.tick();
        let options = ParseOptions::new().progress_callback(&mut tick);
        let bytes = source.as_bytes();
        let mut read = |offset: usize, _| bytes.get(offset..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut read, None, Some(options))?;
        Some(Parsed { source, tree })
    }

    /// Whether a point lies in a comment. `column` counts bytes from 0, `line` lines from 1.
    pub fn in_comment(&self, line: usize, column: usize) -> bool {
        let point = tree_sitter::Point::new(line.saturating_sub(1), column);
        let node = self.tree.root_node().descendant_for_point_range(point, point);
        node.is_some_and(|node| node.kind().contains("comment"))
    }

    /// Lines of modules that hold tests: Rust's `#[cfg(test)] mod`.
    pub fn test_lines(&self, language: Language) -> Vec<std::ops::RangeInclusive<usize>> {
        if language != Language::Rust {
            return Vec::new();
        }
        let root = self.tree.root_node();
        let mut cursor = root.walk();
        root.named_children(&mut cursor)
            .filter(|node| node.kind() == "mod_item")
            .filter(|node| {
                std::iter::successors(node.prev_named_sibling(), Node::prev_named_sibling)
                    .take_while(|before| before.kind() == "attribute_item")
                    .filter_map(|attribute| self.source.get(attribute.byte_range()))
                    .any(|text| text.contains("cfg(test") || text.contains("cfg(all(test"))
            })
            .map(|node| node.start_position().row + 1..=last_line(node))
            .collect()
    }
}

/// tree-sitter calls back every hundred steps (`OP_COUNT_PER_PARSER_CALLBACK_CHECK` in parser.c); ordinary source
/// takes about one step a byte, so twenty steps a byte are far above what readable code needs.
struct Budget {
    left: usize,
}

impl Budget {
    fn of(source: &str) -> Budget {
        Budget { left: 2_000 + source.len() / 5 }
    }

    fn tick(&mut self) -> ControlFlow<()> {
        self.left = self.left.saturating_sub(1);
        if self.spent() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn spent(&self) -> bool {
        self.left == 0
    }
}

fn last_line(node: Node<'_>) -> usize {
    let end = node.end_position();
    // A node that ends at the very start of a line ends with the line before.
    if end.column == 0 && end.row > node.start_position().row { end.row } else { end.row + 1 }
}

fn column(node: Node<'_>, source: &str) -> usize {
    let start = node.start_byte();
    let line = start.saturating_sub(node.start_position().column);
    source.get(line..start).map_or(1, |before| before.chars().count() + 1)
}

fn one_line(node: Node<'_>, source: &str) -> String {
    let text = source.get(node.byte_range()).unwrap_or_default();
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}

fn first_line(node: Node<'_>, source: &str) -> String {
    source.get(node.byte_range()).unwrap_or_default().lines().next().unwrap_or_default().trim().to_owned()
}
