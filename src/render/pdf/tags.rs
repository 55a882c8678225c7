//! From marks with their tags to marked-content sequences and an ordered structure tree.

use super::list::{Document, Mark, NodeId};

/// What hangs under a node, in reading order.
#[derive(Debug, Clone, Copy)]
pub enum Kid {
    Node(NodeId),
    /// A marked-content sequence: page and its number there.
    Content(usize, usize),
    /// A link annotation: page and its number there.
    Annotation(usize, usize),
}

/// Neighbouring marks of one tag, by their places on the page.
pub struct Sequence {
    pub tag: Option<NodeId>,
    pub items: Vec<usize>,
}

pub struct Plan {
    /// By node.
    pub kids: Vec<Vec<Kid>>,
    /// By page.
    pub pages: Vec<Vec<Sequence>>,
}

pub fn plan(document: &Document) -> Plan {
    let mut tree =
        Tree { document, kids: vec![Vec::new(); document.nodes.len()], placed: vec![false; document.nodes.len()] };
    if let Some(root) = tree.placed.first_mut() {
        *root = true;
    }
    let mut pages = Vec::with_capacity(document.pages.len());
    for (at, page) in document.pages.iter().enumerate() {
        let mut sequences: Vec<Sequence> = Vec::new();
        let (mut links, mut contents) = (0, 0);
        for (index, item) in page.items.iter().enumerate() {
            if let Mark::Link(_) = item.mark {
                tree.add(item.tag, Kid::Annotation(at, links));
                links += 1;
                continue;
            }
            match sequences.last_mut().filter(|last| last.tag == item.tag) {
                Some(last) => last.items.push(index),
                None => {
                    if item.tag.is_some() {
                        tree.add(item.tag, Kid::Content(at, contents));
                        contents += 1;
                    }
                    sequences.push(Sequence { tag: item.tag, items: vec![index] });
                }
            }
        }
        pages.push(sequences);
    }
    Plan { kids: tree.kids, pages }
}

struct Tree<'a> {
    document: &'a Document,
    kids: Vec<Vec<Kid>>,
    placed: Vec<bool>,
}

impl Tree<'_> {
    fn add(&mut self, tag: Option<NodeId>, kid: Kid) {
        let Some(node) = tag else { return };
        self.place(node);
        if let Some(kids) = self.kids.get_mut(node) {
            kids.push(kid);
        }
    }

    /// Hangs a node, and what it stands under, into the tree where its first content is.
    fn place(&mut self, node: NodeId) {
        if self.placed.get(node).copied().unwrap_or(true) {
            return;
        }
        if let Some(placed) = self.placed.get_mut(node) {
            *placed = true;
        }
        let parent = self.document.nodes.get(node).map_or(0, |node| node.parent);
        self.place(parent);
        if let Some(kids) = self.kids.get_mut(parent) {
            kids.push(Kid::Node(node));
        }
    }
}
