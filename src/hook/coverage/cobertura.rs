//! Cobertura XML. Format: the DTD `coverage-04.dtd` of cobertura.sourceforge.net.

use std::collections::BTreeMap;

use roxmltree::{Document, Node, ParsingOptions};

use super::{CoverageError, Hits};

/// A report of a million lines has a few million nodes.
const NODES: u32 = 20_000_000;

pub fn parse(text: &str) -> Result<BTreeMap<String, Hits>, CoverageError> {
    // The document type is allowed, for Cobertura's own name it; nothing it points to is read.
    let options = ParsingOptions { allow_dtd: true, nodes_limit: NODES, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(text, options).map_err(|error| CoverageError::Xml(error.to_string()))?;
    let root = document.root_element();
    if root.tag_name().name() != "coverage" {
        return Err(CoverageError::Xml(format!("its root is `{}`", root.tag_name().name())));
    }
    let sources: Vec<&str> =
        root.descendants().filter(|node| node.has_tag_name("source")).filter_map(|node| node.text()).collect();
    let mut files: BTreeMap<String, Hits> = BTreeMap::new();
    for class in root.descendants().filter(|node| node.has_tag_name("class")) {
        let name = class.attribute("filename").ok_or_else(|| CoverageError::Xml("a class without a file".into()))?;
        let lines = files.entry(full_name(name, &sources)).or_default();
        for line in class.descendants().filter(|node| node.has_tag_name("line")) {
            let (number, hits) = line_data(line)?;
            let known = lines.entry(number).or_default();
            *known = (*known).max(hits);
        }
    }
    Ok(files)
}

/// With one source folder the name is below it; with several the report does not say which, and the name stays as it is.
fn full_name(name: &str, sources: &[&str]) -> String {
    let absolute = name.starts_with('/') || name.contains(":\\") || name.contains(":/");
    match sources {
        [only] if !absolute && !only.trim().is_empty() => format!("{}/{name}", only.trim().trim_end_matches('/')),
        _ => name.to_owned(),
    }
}

fn line_data(line: Node<'_, '_>) -> Result<(usize, u64), CoverageError> {
    let number = line.attribute("number").and_then(|number| number.parse().ok());
    let hits = line.attribute("hits").and_then(|hits| hits.parse().ok());
    number.zip(hits).ok_or_else(|| CoverageError::Xml("a line without `number` and `hits`".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"<?xml version="1.0"?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage><sources><source>/ci/repo</source></sources><packages><package><classes>
<class filename="src/a.py"><methods/><lines><line number="1" hits="2"/><line number="2" hits="0"/></lines></class>
<class filename="src/a.py"><lines><line number="2" hits="1"/></lines></class>
</classes></package></packages></coverage>"#;

    #[test]
    fn classes_of_one_file_are_joined() {
        assert_eq!(parse(REPORT).unwrap()["/ci/repo/src/a.py"], Hits::from([(1, 2), (2, 1)]));
    }

    #[test]
    fn damage_is_an_error() {
        for text in [REPORT.replace("</coverage>", ""), REPORT.replace("hits=\"2\"", ""), "<html/>".into()] {
            assert!(parse(&text).is_err());
        }
        let bomb = "<!DOCTYPE c [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY d \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">]><coverage>&f;</coverage>";
        assert!(parse(bomb).is_err());
    }
}
