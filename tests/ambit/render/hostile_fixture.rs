//! The hand-written report with every free text replaced by something that wants to be more than text.

use ambit::report::Assessment;
use serde_json::Value;

use super::fixture;

pub const HOSTILE: &[&str] = &[
    "\u{1b}[31mred\u{1b}]8;;http://evil.example\u{7}link\u{1b}]8;;\u{7}\u{9b}2J",
    "invoice\u{202E}fdp.exe\u{2066}\u{200B}\u{FEFF}",
    "=HYPERLINK(\"http://evil.example\";\"x\")",
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)\t=1",
    "[click](javascript:pwned()) ![x](http://evil.example/x.png) <!-- gone",
    "<script>window.pwned=1</script><img src=x onerror=\"window.pwned=1\">",
    "\"><svg onload='window.pwned=1'></style></script></title>",
    "{{ 7 * 7 }}{% include 'cover.html' %}{# note #}",
    "مرحبا بالعالم שלום",
    "👩‍👩‍👧‍👦🚀 東京 ﷽ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́",
    "@octocat #1 GH-1 https://evil.example www.evil.example eve@evil.example",
    "line\nbreak\r\n- item\n# heading\n| a | b |\n```",
    "nul\u{0}del\u{7f}nel\u{85}ls\u{2028}tag\u{E0041}",
    "(paren) \\ endobj stream /JavaScript %PDF-1.7",
    "../../etc/passwd?x=1#frag",
];

/// Fields whose values are words, ids or times of ours.
const OURS: &[&str] = &[
    "id",
    "schema_version",
    "run",
    "kind",
    "tier",
    "verdict",
    "capability",
    "class",
    "basis",
    "tier_basis",
    "outcome",
    "severity",
    "mode",
    "check",
    "agent",
    "path",
    "paths",
    "evidence",
    "findings",
    "objective",
    "result",
    "answer",
    "observed",
    "allowed",
    "started",
    "as_of",
    "at",
    "digest",
    "config_digest",
    "branding",
    "data_date",
    "question_id",
    "protected",
    "restored",
    "holds",
    "may",
];

/// The twin; every hostile text stands in it many times, one of them ten thousand characters long.
pub fn hostile() -> Assessment {
    twin(&mut |n| match n % (HOSTILE.len() + 1) {
        at if at == HOSTILE.len() => "A".repeat(10_000),
        at => HOSTILE[at].to_owned(),
    })
}

/// The same report with as many harmless texts, to compare structure.
pub fn harmless() -> Assessment {
    twin(&mut |n| format!("word {}", n % (HOSTILE.len() + 1)))
}

fn twin(text: &mut impl FnMut(usize) -> String) -> Assessment {
    let mut value = serde_json::to_value(fixture::acme()).unwrap();
    let mut n = 0;
    replace(&mut value, "", &mut || {
        n += 1;
        text(n)
    });
    let mut assessment: Assessment = serde_json::from_value(value).unwrap();
    assessment.branding.organisation = Some(text(6));
    assessment.branding.prepared_for = Some(text(7));
    assessment.branding.prepared_by = Some(text(8));
    assessment.branding.confidentiality = Some(text(7));
    assessment
}

fn replace(value: &mut Value, key: &str, text: &mut impl FnMut() -> String) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                let node = key == "from" || key == "to";
                if node || !OURS.contains(&key.as_str()) || value.is_object() || holds_objects(value) {
                    replace(value, key, text);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, key, text)),
        Value::String(old) if !OURS.contains(&key) => *old = text(),
        _ => {}
    }
}

fn holds_objects(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(Value::is_object))
}
