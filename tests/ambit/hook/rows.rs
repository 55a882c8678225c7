//! The table: seeded changes in ten languages, found and not found as expected.

use std::collections::BTreeSet;

use super::{Case, rules};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    path: String,
    #[serde(default)]
    old: String,
    new: String,
    expect: BTreeSet<String>,
}

const TABLES: [&str; 11] =
    ["rust", "python", "javascript", "typescript", "go", "java", "csharp", "ruby", "php", "kotlin", "text"];

fn rows(table: &str) -> Vec<Row> {
    let path = format!("{}/tests/data/hook/rows/{table}.yaml", env!("CARGO_MANIFEST_DIR"));
    yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_row_is_judged_as_it_says() {
    let mut wrong = Vec::new();
    for table in TABLES {
        for (number, row) in rows(table).into_iter().enumerate() {
            let found: BTreeSet<String> =
                Case::new().file(&row.path, &row.old, &row.new).found(rules()).into_iter().collect();
            if found != row.expect {
                wrong.push(format!(
                    "{table} row {}: expected {:?}, found {found:?}\n{}",
                    number + 1,
                    row.expect,
                    row.new
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_covers_every_language_and_every_rule() {
    let tables: Vec<Vec<Row>> = TABLES.iter().map(|table| rows(table)).collect();
    assert!(tables.iter().map(Vec::len).sum::<usize>() >= 150);
    for (table, rows) in TABLES.iter().zip(&tables) {
        let found = rows.iter().filter(|row| !row.expect.is_empty()).count();
        assert!(rows.len() >= 15 && found >= 8 && rows.len() - found >= 4, "{table}: {found} of {}", rows.len());
    }
    for rule in rules().all() {
        let prefix = format!("{}:", rule.id);
        let named = tables.iter().flatten().any(|row| row.expect.iter().any(|one| one.starts_with(&prefix)));
        assert!(named || rule.id == "credential-jwt", "no row expects {}", rule.id);
    }
}
