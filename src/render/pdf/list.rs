//! What a page shows, free of any PDF library: marks with their place in the structure tree. Points, y downward.

use super::picture::Picture;
use crate::render::type_face::{Face, Glyph};

pub type Rgb = [u8; 3];

/// A4.
pub const PAGE: (f32, f32) = (595.28, 841.89);

#[derive(Debug)]
pub struct Document {
    pub pages: Vec<Page>,
    pub outline: Vec<Entry>,
    /// The structure tree; node 0 is the document.
    pub nodes: Vec<Node>,
    pub meta: Meta,
}

#[derive(Debug)]
pub struct Meta {
    pub title: String,
    pub author: String,
    pub subject: String,
    pub creator: String,
    /// Of the run, never of the clock.
    pub created: jiff::Timestamp,
}

#[derive(Debug, Default)]
pub struct Page {
    pub items: Vec<Item>,
}

#[derive(Debug)]
pub struct Item {
    /// `None`: an artifact (decoration, running heads), not read aloud.
    pub tag: Option<NodeId>,
    pub mark: Mark,
}

#[derive(Debug)]
pub enum Mark {
    Text(Text),
    Shape(Shape),
    Image(Image),
    Link(Link),
}

#[derive(Debug)]
pub struct Text {
    pub face: Face,
    pub size: f32,
    pub color: Rgb,
    /// Of the baseline.
    pub x: f32,
    pub y: f32,
    pub text: String,
    pub glyphs: Vec<Glyph>,
}

#[derive(Debug)]
pub struct Shape {
    pub steps: Vec<Step>,
    pub fill: Option<Rgb>,
    /// Colour and width.
    pub stroke: Option<(Rgb, f32)>,
    /// Lengths of dash and gap.
    pub dash: Option<(f32, f32)>,
}

#[derive(Debug, Clone, Copy)]
pub enum Step {
    Move(f32, f32),
    Line(f32, f32),
    Curve([f32; 6]),
    Close,
}

/// The logo in a box.
#[derive(Debug)]
pub struct Image {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub picture: Picture,
}

#[derive(Debug)]
pub struct Link {
    pub x: f32,
    pub y: f32,
    pub w: f32,
    pub h: f32,
    pub to: Target,
    pub alt: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By name, until layout is done.
    Anchor(String),
    /// Page from 0 and points from its top.
    Place(usize, u32),
}

/// A bookmark.
#[derive(Debug, Clone)]
pub struct Entry {
    /// 1 or 2.
    pub level: u8,
    pub title: String,
    pub page: usize,
    pub y: f32,
}

pub type NodeId = usize;

#[derive(Debug)]
pub struct Node {
    pub role: Role,
    pub parent: NodeId,
    /// Text in place of a figure, or of a mark in a cell.
    pub alt: Option<String>,
    /// Of a heading.
    pub title: Option<String>,
}

/// Standard structure types (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Document,
    Heading(u8),
    Paragraph,
    Contents,
    ContentsItem,
    List,
    ListItem,
    ListBody,
    Table,
    TableHead,
    TableBody,
    Row,
    HeaderCell,
    RowHeader,
    Cell,
    Figure,
    Link,
}

impl Role {
    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Role::Document => "Document",
            Role::Heading(1) => "H1",
            Role::Heading(2) => "H2",
            Role::Heading(_) => "H3",
            Role::Paragraph => "P",
            Role::Contents => "TOC",
            Role::ContentsItem => "TOCI",
            Role::List => "L",
            Role::ListItem => "LI",
            Role::ListBody => "LBody",
            Role::Table => "Table",
            Role::TableHead => "THead",
            Role::TableBody => "TBody",
            Role::Row => "TR",
            Role::HeaderCell | Role::RowHeader => "TH",
            Role::Cell => "TD",
            Role::Figure => "Figure",
            Role::Link => "Link",
        }
    }
}
