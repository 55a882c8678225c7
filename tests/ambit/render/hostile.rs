//! Hostile text has no effect in any format: one test each.

use std::collections::BTreeMap;

use ambit::{
    base::foreign::hidden,
    render::{Format, terminal},
    report::{Assessment, Edition},
};
use unicode_width::UnicodeWidthStr;

use super::{
    file,
    hostile_fixture::{HOSTILE, harmless, hostile},
    text,
};

pub fn assert_ink_only(text: &str, what: &str) {
    let found = text.chars().find(|c| hidden(*c) && *c != '\n');
    assert!(found.is_none(), "{what} holds {found:?}");
}

#[test]
fn the_twin_holds_every_hostile_text() {
    let all = serde_json::to_value(hostile()).unwrap();
    let mut strings = Vec::new();
    collect(&all, &mut strings);
    for text in HOSTILE {
        assert!(strings.iter().filter(|string| string == text).count() >= 3, "{text:?}");
    }
    assert!(strings.iter().any(|string| string.len() == 10_000));
}

fn collect(value: &serde_json::Value, strings: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => strings.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, strings)),
        serde_json::Value::Object(fields) => fields.values().for_each(|item| collect(item, strings)),
        _ => {}
    }
}

#[test]
fn terminal_runs_no_escape_and_keeps_its_width() {
    for width in [48, 80, 100] {
        let page = terminal::render(&hostile(), width, false);
        assert_ink_only(&page, "terminal");
        for line in page.lines() {
            assert!(line.width() <= width, "{} columns of {width}: {line}", line.width());
        }
    }
}

#[test]
fn terminal_colours_are_ours_alone() {
    let page = terminal::render(&hostile(), 80, true);
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once('\u{1b}') {
        let (codes, after) = after.split_once('m').unwrap();
        assert!(codes.starts_with('[') && codes[1..].chars().all(|c| c.is_ascii_digit() || c == ';'), "{codes:?}");
        rest = after;
    }
    let plain = terminal::render(&hostile(), 80, false);
    let stripped: String = strip(&page);
    assert_eq!(stripped, plain);
}

fn strip(page: &str) -> String {
    let mut parts = page.split('\u{1b}');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').unwrap().1)
}

#[test]
fn spreadsheets_run_no_cell() {
    for (name, columns, least) in
        [("findings.csv", 19, 10), ("paths.csv", 16, 10), ("recoverability.csv", 16, 3), ("alert-coverage.csv", 6, 5)]
    {
        let table = text(Format::Csv, &hostile(), name);
        let mut reader = csv::Reader::from_reader(table.as_bytes());
        let mut rows = 0;
        for record in reader.records() {
            let record = record.unwrap();
            assert_eq!(record.len(), columns);
            rows += 1;
            for cell in &record {
                assert_ink_only(cell, name);
                assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '|', '%']), "{cell}");
            }
        }
        assert!(rows >= least, "{name}: {rows}");
    }
}

#[test]
fn json_reads_back_and_shows_no_hidden_character() {
    let hostile = hostile();
    let json = text(Format::Json, &hostile, "assessment.json");
    assert_ink_only(&json, "json");
    assert_eq!(serde_json::from_str::<Assessment>(&json).unwrap(), hostile);
}

#[test]
fn the_page_has_the_same_elements_as_its_harmless_twin() {
    let page = text(Format::Html, &hostile(), "gap-report.html");
    assert_ink_only(&page, "html");
    let twin = text(Format::Html, &harmless(), "gap-report.html");
    let (page, twin) = (tags(&page), tags(&twin));
    let differing: Vec<_> = page.iter().filter(|(tag, n)| twin.get(*tag) != Some(n)).collect();
    assert!(differing.is_empty() && page.len() == twin.len(), "{differing:?}");
}

/// How often each tag with its attributes stands in a page, without the lines of names in drawings, whose number depends on length.
pub fn tags(page: &str) -> BTreeMap<String, usize> {
    let body = page.split_once("</script>\n").or_else(|| page.split_once("</style>")).unwrap().1;
    let mut tags = BTreeMap::new();
    for part in body.split('<').skip(1) {
        let tag = part.split_once('>').unwrap().0;
        let outside: String = tag.split('"').step_by(2).collect();
        let values: Vec<&str> = tag.split('"').skip(1).step_by(2).collect();
        assert!(outside.split_whitespace().all(|name| !name.starts_with("on")), "{tag}");
        for (name, value) in outside.split_whitespace().skip(1).zip(values) {
            if name == "href=" || name == "src=" {
                assert!(value.starts_with('#') || value.starts_with("data:"), "{tag}");
            }
        }
        if !outside.starts_with("text") && !outside.starts_with("/text") {
            *tags.entry(outside).or_default() += 1;
        }
    }
    tags
}

/// With `AMBIT_HOSTILE_PAGE=FILE` the page is left there, for a real browser.
#[test]
fn the_page_lets_nothing_else_in() {
    let page = text(Format::Html, &hostile(), "gap-report.html");
    if let Some(file) = std::env::var_os("AMBIT_HOSTILE_PAGE") {
        std::fs::write(file, &page).unwrap();
    }
    let policy = page.split_once("content=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    for word in ["unsafe", "http", "*", "'self'"] {
        assert!(!policy.contains(word), "{policy}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("<style").count(), 1);
}

#[test]
fn markdown_mentions_nobody_and_opens_nothing() {
    let page = text(Format::Md, &hostile(), "gap-report.md");
    assert_ink_only(&page, "markdown");
    let mut columns = None;
    for line in page.lines() {
        let breaks = line.replace("<br>", "");
        assert!(!breaks.contains('<') && !breaks.contains("]("), "{line}");
        assert!(!line.contains("://") && !line.contains("@octocat") && !line.contains(" www."), "{line}");
        assert!(!line.starts_with("```") && !line.contains(" #1"), "{line}");
        let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        match columns {
            Some(expected) if bars > 0 => assert_eq!(bars, expected, "{line}"),
            _ => {}
        }
        columns = (bars > 0).then_some(bars);
    }
    let headings = |page: &str| page.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings(&page), headings(&text(Format::Md, &harmless(), "gap-report.md")));
}

#[test]
fn sarif_points_below_the_repository_and_links_nothing() {
    let log = text(Format::Sarif, &hostile(), "findings.sarif");
    assert_ink_only(&log, "sarif");
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let message = result["message"]["text"].as_str().unwrap().replace("\\[", "").replace("\\]", "");
        assert!(!message.contains('[') && !message.replace("{{", "").contains('{'), "{message}");
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        if let Some(uri) = place["uri"].as_str() {
            let segments: Vec<&str> = uri.split('/').collect();
            assert!(!segments.contains(&"..") && !segments.contains(&""), "{uri}");
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b)), "{uri}");
            assert!(!log["runs"][0]["originalUriBaseIds"][place["uriBaseId"].as_str().unwrap()].is_null());
        }
    }
}

#[test]
fn the_pdf_holds_no_action_but_its_own_links() {
    let pdf = file(Format::Pdf, &hostile(), Edition::Internal, "gap-report.pdf");
    let pdf = lopdf::Document::load_mem(&pdf).unwrap();
    let mut links = 0;
    for object in pdf.objects.values() {
        let dictionary = match object {
            lopdf::Object::Dictionary(dictionary) => dictionary,
            lopdf::Object::Stream(stream) => &stream.dict,
            _ => continue,
        };
        for key in ["JS", "JavaScript", "AA", "OpenAction", "URI", "Launch", "EmbeddedFiles", "AcroForm"] {
            assert!(!dictionary.has(key.as_bytes()), "{key}");
        }
        let action = dictionary.get(b"A").and_then(lopdf::Object::as_dict);
        if let Ok(kind) = action.and_then(|action| action.get(b"S")).and_then(lopdf::Object::as_name) {
            assert_eq!(kind, b"GoTo");
            links += 1;
        }
    }
    assert!(links > 100, "{links}");
}
