//! The structure tree in the file (ISO 32000-1, 14.7): elements, marked content, links, and the way back from each page.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, ObjectId, Result, dictionary};

use super::{
    list::{Document, Mark, Node, Role},
    metadata::text_string,
    tags::{Kid, Plan},
};

pub fn write(file: &mut lopdf::Document, document: &Document, plan: &Plan) -> Result<()> {
    let pages: Vec<ObjectId> = file.get_pages().into_values().collect();
    let root = file.new_object_id();
    let elements: Vec<ObjectId> = document.nodes.iter().map(|_| file.new_object_id()).collect();
    let mut next_key = pages.len() as i64;
    let mut annotations = Vec::with_capacity(pages.len());
    for (at, page) in pages.iter().enumerate() {
        annotations.push(tag_page(file, document, at, *page, &mut next_key)?);
    }
    let files = Files { pages, elements, annotations };
    let numbers = parent_tree(plan, &files);
    for (at, node) in document.nodes.iter().enumerate() {
        let kids = plan.kids.get(at).map_or(&[][..], Vec::as_slice);
        if let Some(id) = files.elements.get(at).filter(|_| at == 0 || !kids.is_empty()) {
            let parent = if at == 0 { root } else { files.element(node.parent) };
            file.objects.insert(*id, element(node, parent, kids, &files).into());
        }
    }
    let parents = file.add_object(dictionary! { "Nums" => numbers });
    let tree = dictionary! {
        "Type" => "StructTreeRoot",
        "K" => files.element(0),
        "ParentTree" => parents,
        "ParentTreeNextKey" => next_key,
    };
    file.objects.insert(root, tree.into());
    let catalog = file.catalog_mut()?;
    catalog.set("StructTreeRoot", root);
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    Ok(())
}

/// Objects of the file, in the order of the display list.
struct Files {
    pages: Vec<ObjectId>,
    elements: Vec<ObjectId>,
    annotations: Vec<Vec<ObjectId>>,
}

impl Files {
    fn element(&self, node: usize) -> ObjectId {
        self.elements.get(node).copied().unwrap_or_default()
    }

    fn page(&self, page: usize) -> ObjectId {
        self.pages.get(page).copied().unwrap_or_default()
    }

    fn annotation(&self, page: usize, number: usize) -> ObjectId {
        self.annotations.get(page).and_then(|page| page.get(number)).copied().unwrap_or_default()
    }
}

/// Makes the page's links objects of their own, each with its words and its key in the parent tree.
fn tag_page(
    file: &mut lopdf::Document,
    document: &Document,
    at: usize,
    page: ObjectId,
    next_key: &mut i64,
) -> Result<Vec<ObjectId>> {
    let inline = match file.get_dictionary(page)?.get(b"Annots") {
        Ok(annotations) => annotations.as_array()?.clone(),
        Err(_) => Vec::new(),
    };
    let links = document.pages.get(at).into_iter().flat_map(|page| &page.items).filter_map(|item| match &item.mark {
        Mark::Link(link) => Some(&link.alt),
        _ => None,
    });
    let mut ids = Vec::with_capacity(inline.len());
    for (annotation, alt) in inline.iter().zip(links) {
        let mut annotation = annotation.as_dict()?.clone();
        annotation.set("F", 4);
        annotation.set("Contents", text_string(alt));
        annotation.set("StructParent", *next_key);
        annotation.set("P", page);
        *next_key += 1;
        ids.push(file.add_object(annotation));
    }
    let dictionary = file.get_object_mut(page)?.as_dict_mut()?;
    if ids.is_empty() {
        dictionary.remove(b"Annots");
    } else {
        dictionary.set("Annots", ids.iter().map(|id| Object::Reference(*id)).collect::<Vec<_>>());
    }
    dictionary.set("StructParents", at as i64);
    dictionary.set("Tabs", Object::Name(b"S".to_vec()));
    Ok(ids)
}

/// From each page's content, and from each link, back to its element.
fn parent_tree(plan: &Plan, files: &Files) -> Vec<Object> {
    let mut contents: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); files.pages.len()];
    let mut links: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (node, kids) in plan.kids.iter().enumerate() {
        for kid in kids {
            match *kid {
                Kid::Content(page, number) => {
                    if let Some(page) = contents.get_mut(page) {
                        page.insert(number, node);
                    }
                }
                Kid::Annotation(page, number) => {
                    links.insert((page, number), node);
                }
                Kid::Node(_) => {}
            }
        }
    }
    let mut numbers: Vec<Object> = Vec::new();
    for (page, nodes) in contents.iter().enumerate() {
        numbers.push((page as i64).into());
        numbers.push(nodes.values().map(|node| Object::Reference(files.element(*node))).collect::<Vec<_>>().into());
    }
    for (key, node) in links.values().enumerate() {
        numbers.push(((files.pages.len() + key) as i64).into());
        numbers.push(files.element(*node).into());
    }
    numbers
}

fn element(node: &Node, parent: ObjectId, kids: &[Kid], files: &Files) -> Dictionary {
    let kids: Vec<Object> = kids.iter().map(|kid| child(kid, files)).collect();
    let mut element = dictionary! {
        "Type" => "StructElem",
        "S" => Object::Name(node.role.name().as_bytes().to_vec()),
        "P" => parent,
        "K" => kids,
    };
    if let Some(alt) = &node.alt {
        element.set("Alt", text_string(alt));
    }
    let scope = match node.role {
        Role::HeaderCell => "Column",
        Role::RowHeader => "Row",
        _ => return element,
    };
    element.set("A", dictionary! { "O" => "Table", "Scope" => scope });
    element
}

fn child(kid: &Kid, files: &Files) -> Object {
    match *kid {
        Kid::Node(node) => files.element(node).into(),
        Kid::Content(page, number) => {
            dictionary! { "Type" => "MCR", "Pg" => files.page(page), "MCID" => number as i64 }.into()
        }
        Kid::Annotation(page, number) => {
            dictionary! { "Type" => "OBJR", "Pg" => files.page(page), "Obj" => files.annotation(page, number) }.into()
        }
    }
}
