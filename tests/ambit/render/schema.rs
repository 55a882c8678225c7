//! `docs/schema/assessment-1.json` is made from the report types, and what we write conforms to it.

use std::path::Path;

use ambit::{
    render::Format,
    report::{Assessment, Edition},
};

use super::{file, fixture, hostile_fixture};

const SCHEMA: &str = "docs/schema/assessment-1.json";

#[test]
#[expect(clippy::disallowed_methods, reason = "compares a checked-in file and leaves the current one beside it")]
fn the_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SCHEMA);
    let current = serde_json::to_string_pretty(&schemars::schema_for!(Assessment)).unwrap() + "\n";
    if std::fs::read_to_string(&path).ok().as_deref() != Some(current.as_str()) {
        let beside = path.with_extension("json.new");
        std::fs::write(&beside, current).unwrap();
        panic!("{SCHEMA} is not that of the types; move {} over it if the change is meant", beside.display());
    }
}

#[test]
fn what_is_written_conforms() {
    let schema = serde_json::to_value(schemars::schema_for!(Assessment)).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for assessment in [fixture::acme(), hostile_fixture::hostile()] {
        for edition in [Edition::Internal, Edition::Auditor, Edition::Buyer] {
            let bytes = file(Format::Json, &assessment, edition, "assessment.json");
            let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })));
}
