//! What `ambit changes` writes of names that want to be more than text.

use ambit::{
    base::foreign::plain,
    model::world::World,
    render::changes::{Run, page, text, write},
};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::{collected, drawn, scenario, straight};
use crate::render::{
    hostile::{assert_ink_only, tags},
    hostile_fixture::HOSTILE,
};

const BRANCH: &str = "=main\u{1b}[2J\u{202E}<b>";

/// Fields whose values anybody who opens a pull request may choose.
const FREE: &[&str] =
    &["title", "headline", "body", "message", "author_name", "labels", "name", "environment", "login"];

/// The recorded period with every free text replaced, and with a branch and a repository that are called something.
fn named(text: impl Fn(usize) -> String, branch: &str) -> World {
    let (pushes, line) = straight();
    let mut world = serde_json::to_value(collected(scenario(pushes, line, None)).0).unwrap();
    let mut n = 0;
    replace(&mut world, "", branch, &mut || {
        n += 1;
        text(n)
    });
    serde_json::from_value(world).unwrap()
}

fn replace(value: &mut Value, key: &str, branch: &str, text: &mut impl FnMut() -> String) {
    match value {
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| replace(value, key, branch, text)),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, branch, text)),
        Value::String(old) if old == "main" => *old = branch.to_owned(),
        Value::String(old) if old == "refs/heads/main" => *old = format!("refs/heads/{branch}"),
        Value::String(old) if FREE.contains(&key) && !old.contains("acme/") => *old = text(),
        _ => {}
    }
}

fn hostile() -> World {
    named(|n| HOSTILE[n % HOSTILE.len()].to_owned(), BRANCH)
}

#[test]
fn no_file_and_no_line_holds_more_than_text() {
    let populations = drawn(&hostile());
    assert_eq!(populations.changes.len(), 3);
    let told = text::write(&populations, 80);
    assert_ink_only(&told, "the terminal");
    assert!(told.lines().all(|line| line.width() <= 80), "{told}");
    let run = Run { id: "r", read_at: "2026-11-25T03:00:00Z" };
    let mut shown = String::new();
    for (_, file) in write(&populations, run).unwrap() {
        let text = String::from_utf8(file.bytes).unwrap();
        assert_ink_only(&text, &file.file_name);
        if file.file_name.ends_with(".csv") {
            cells(&file.file_name, &text);
        } else if file.file_name.ends_with(".json") {
            serde_json::from_str::<Value>(&text).unwrap();
        }
        shown += &text;
    }
    let through = HOSTILE.iter().filter(|text| shown.contains(&plain(text))).count();
    assert!(through >= 4 && shown.contains(&plain(BRANCH)), "{through} texts went through a file");
}

fn cells(name: &str, text: &str) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        for cell in &record.unwrap() {
            assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '|', '%']), "{name}: {cell}");
        }
    }
}

#[test]
fn the_page_has_the_same_elements_as_its_harmless_twin() {
    let of = |world: &World| {
        let run = Run { id: "r", read_at: "2026-11-25T03:00:00Z" };
        String::from_utf8(page::write(&drawn(world), run, &[], &[], &[]).unwrap().bytes).unwrap()
    };
    let (page, twin) = (of(&hostile()), of(&named(|n| format!("word {n}"), "trunk")));
    assert_ink_only(&page, "changes.html");
    assert!(page.contains("&lt;b&gt;"), "the branch stands on the page");
    assert_eq!(tags(&page), tags(&twin));
}
