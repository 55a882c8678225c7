//! Nested bookmarks (ISO 32000-1, 12.3.3): sections, and under each its parts, folded.

use lopdf::{Object, ObjectId, Result, dictionary};

use super::{
    list::{Document, Entry, PAGE},
    metadata::text_string,
};

/// A section with the places of its parts in the outline.
struct Section {
    at: usize,
    parts: Vec<usize>,
}

pub fn write(file: &mut lopdf::Document, document: &Document) -> Result<()> {
    let entries = &document.outline;
    let sections = sections(entries);
    if sections.is_empty() {
        return Ok(());
    }
    let pages: Vec<ObjectId> = file.get_pages().into_values().collect();
    let root = file.new_object_id();
    let ids: Vec<ObjectId> = entries.iter().map(|_| file.new_object_id()).collect();
    let id = |at: usize| ids.get(at).copied().unwrap_or_default();
    let tops: Vec<usize> = sections.iter().map(|section| section.at).collect();
    let mut write = |at: usize, parent: ObjectId, siblings: &[usize], parts: &[usize]| {
        let Some(entry) = entries.get(at) else { return };
        let page = pages.get(entry.page).copied().unwrap_or_default();
        let place = vec![
            page.into(),
            Object::Name(b"XYZ".to_vec()),
            0.into(),
            Object::Real(PAGE.1 - entry.y + 8.0),
            Object::Null,
        ];
        let mut item = dictionary! { "Title" => text_string(&entry.title), "Parent" => parent, "Dest" => place };
        let here = siblings.iter().position(|sibling| *sibling == at).unwrap_or(0);
        if let Some(before) = here.checked_sub(1).and_then(|before| siblings.get(before)) {
            item.set("Prev", id(*before));
        }
        if let Some(next) = siblings.get(here + 1) {
            item.set("Next", id(*next));
        }
        if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
            item.set("First", id(*first));
            item.set("Last", id(*last));
            // Negative: folded until the reader opens it.
            item.set("Count", -(parts.len() as i64));
        }
        file.objects.insert(id(at), item.into());
    };
    for section in &sections {
        write(section.at, root, &tops, &section.parts);
        for part in &section.parts {
            write(*part, id(section.at), &section.parts, &[]);
        }
    }
    let (first, last) = (tops.first().copied().unwrap_or(0), tops.last().copied().unwrap_or(0));
    let outline =
        dictionary! { "Type" => "Outlines", "First" => id(first), "Last" => id(last), "Count" => tops.len() as i64 };
    file.objects.insert(root, outline.into());
    let catalog = file.catalog_mut()?;
    catalog.set("Outlines", root);
    catalog.set("PageMode", Object::Name(b"UseOutlines".to_vec()));
    Ok(())
}

fn sections(entries: &[Entry]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        match sections.last_mut().filter(|_| entry.level > 1) {
            Some(section) => section.parts.push(at),
            None => sections.push(Section { at, parts: Vec::new() }),
        }
    }
    sections
}
