//! The data under `controls/`: its schemas, and no remedy that nothing uses.

#![expect(clippy::disallowed_methods, reason = "reads this repository's own files")]

use std::path::{Path, PathBuf};

use ambit::controls::{
    self,
    catalogue::{Catalogue, Overlay},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust source below a folder, as one text.
fn sources(folder: &str) -> String {
    let mut open: Vec<PathBuf> = vec![root().join(folder)];
    let mut text = String::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}

#[test]
fn the_schemas_are_those_of_the_types() {
    let mut stale = Vec::new();
    for (name, schema) in controls::schemas() {
        let path = root().join(format!("docs/schema/controls-{name}.json"));
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::fs::read_to_string(&path).ok().as_deref() != Some(current.as_str()) {
            std::fs::write(path.with_extension("json.new"), current).unwrap();
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "not those of the types; move *.json.new over them if the change is meant: {stale:?}");
}

#[test]
fn every_file_conforms_to_its_schema_and_a_misspelt_key_does_not() {
    let (folders, single) = (
        ["framework", "metric", "profile", "questions", "remedy"],
        ["objectives", "phases", "populations", "sampling"],
    );
    for (name, schema) in controls::schemas() {
        let validator = jsonschema::validator_for(&serde_json::to_value(&schema).unwrap()).unwrap();
        let paths: Vec<PathBuf> = if single.contains(&name) {
            vec![root().join(format!("controls/{name}.yaml"))]
        } else {
            assert!(folders.contains(&name), "a new kind of file: say where it lies");
            let folder = match name {
                "questions" => "questions",
                "remedy" => "remedies",
                other => &format!("{other}s"),
            };
            std::fs::read_dir(root().join("controls").join(folder))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect()
        };
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut value: serde_json::Value = yaml_serde::from_str(&text).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            value["titel"] = "x".into();
            assert!(!validator.is_valid(&value), "{}", path.display());
        }
    }
}

#[test]
fn every_remedy_is_used_and_every_one_used_exists_with_its_words() {
    let text = sources("src/reach") + &sources("src/checks");
    let catalogue = Catalogue::load(&Overlay::default()).unwrap();
    for (id, remedy) in &catalogue.remedies {
        assert!(text.contains(&format!("\"{id}\"")), "nothing names the remedy `{id}`");
        for word in remedy.placeholders() {
            assert!(text.contains(&format!("\"{word}\"")), "nothing fills `{word}` of `{id}`");
        }
    }
    let calls = text.split(".fix(").skip(1).chain(text.split("remedies::fill(").skip(1));
    let literal = |call: &str| Some(call.trim_start().strip_prefix('"')?.split('"').next()?.to_owned());
    let named: Vec<String> = calls.filter_map(literal).collect();
    assert!(named.len() > 20, "the calls are found: {}", named.len());
    for id in named {
        assert!(catalogue.remedies.contains_key(&id), "`{id}` is no remedy");
    }
}
