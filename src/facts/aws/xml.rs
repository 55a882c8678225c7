//! AWS XML as JSON values: text for leaves, an array for siblings of one name. Attributes and namespaces are dropped.

use serde_json::{Map, Value};

/// Deeper than any AWS answer; a foreign document beyond it is refused rather than followed down the stack.
const DEEPEST: usize = 64;

/// The content of the root element.
///
/// # Errors
/// The text is not well-formed XML, or is nested too deeply.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let document = roxmltree::Document::parse(text).map_err(|e| format!("the answer is not XML: {e}"))?;
    element(document.root_element(), 0)
}

fn element(node: roxmltree::Node<'_, '_>, depth: usize) -> Result<Value, String> {
    if depth > DEEPEST {
        return Err("the answer is XML nested too deeply".to_owned());
    }
    let mut members = Map::new();
    for child in node.children().filter(roxmltree::Node::is_element) {
        let value = element(child, depth + 1)?;
        add(&mut members, child.tag_name().name(), value);
    }
    if members.is_empty() {
        let text: String = node.children().filter_map(|child| child.text()).collect();
        return Ok(Value::String(text));
    }
    Ok(Value::Object(members))
}

/// An element's value is never an array by itself, so an array always stands for siblings.
fn add(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        None => {
            members.insert(name.to_owned(), value);
        }
        Some(Value::Array(siblings)) => siblings.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn siblings_become_arrays_and_leaves_keep_their_spaces() {
        let read =
            super::parse("<R xmlns='urn:x'><L><member>a</member><member> b </member></L><One>&lt;c</One><E/></R>");
        assert_eq!(read, Ok(json!({ "L": { "member": ["a", " b "] }, "One": "<c", "E": "" })));
    }

    #[test]
    fn a_deep_document_is_refused_not_followed() {
        let deep = format!("{}{}", "<a>".repeat(5000), "</a>".repeat(5000));
        assert!(super::parse(&deep).is_err());
        assert!(super::parse("<a>").is_err());
    }
}
