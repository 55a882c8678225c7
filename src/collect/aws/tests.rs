//! The sample policy holds the actions of the calls that the collector makes: each is needed, and no more is asked for.

use std::collections::BTreeSet;

use serde_json::json;

use crate::controls::operations;

const SOURCES: [&str; 10] = [
    include_str!("access.rs"),
    include_str!("account.rs"),
    include_str!("alerts.rs"),
    include_str!("backups.rs"),
    include_str!("buckets.rs"),
    include_str!("logging.rs"),
    include_str!("mod.rs"),
    include_str!("organization.rs"),
    include_str!("regional.rs"),
    include_str!("stores.rs"),
];

/// A source calls an operation when it names the operation and its service, or calls the SDK's function of that name.
fn called(service: &str, operation: &str) -> bool {
    let names = |source: &str, word: &str| source.contains(&format!("\"{word}\""));
    let by_sdk = |source: &str| service == "iam" && source.contains(&format!(".{}()", snake(operation)));
    SOURCES.iter().any(|source| by_sdk(source) || (names(source, service) && names(source, operation)))
}

/// `GetOpenIDConnectProvider` as the SDK spells it: `get_open_id_connect_provider`.
fn snake(operation: &str) -> String {
    let letters: Vec<char> = operation.chars().collect();
    let mut spelled = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let small = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
        if at > 0 && letter.is_ascii_uppercase() && (small(at - 1) || small(at + 1)) {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

#[test]
fn the_sample_policy_is_what_the_collector_calls() {
    let rows = operations::services().iter().flat_map(|service| service.operations.iter().map(move |o| (service, o)));
    let needed = rows.filter(|(service, operation)| called(&service.service, &operation.name));
    let actions: BTreeSet<String> = needed.flat_map(|(service, operation)| operation.actions(service)).collect();
    assert!(actions.len() > 20, "the sources are not read as they are written");
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Sid": "AmbitReads", "Effect": "Allow", "Action": actions, "Resource": "*" }],
    });
    let sample = include_str!("../../../samples/access/aws-read-only.json");
    let expected = format!("{}\n", serde_json::to_string_pretty(&policy).unwrap());
    assert_eq!(sample, expected, "write this to samples/access/aws-read-only.json:\n{expected}");
    let packed: usize = sample.chars().filter(|c| !c.is_whitespace()).count();
    assert!(
        packed <= 6144,
        "a managed policy holds 6,144 characters without white space (IAM quotas), this one {packed}"
    );
}

/// Each call that a source spells is a row of the table, or the wire would refuse it at the user's.
#[test]
fn every_call_is_on_the_list() {
    let rows: BTreeSet<&str> =
        operations::services().iter().flat_map(|s| s.operations.iter().map(|o| o.name.as_str())).collect();
    let verbs = ["Get", "List", "Describe", "Lookup", "Generate"];
    for word in SOURCES.iter().flat_map(|source| source.split('"').skip(1).step_by(2)) {
        let spelled =
            word.len() > 6 && word.chars().all(char::is_alphanumeric) && verbs.iter().any(|v| word.starts_with(v));
        assert!(!spelled || rows.contains(word), "`{word}` is no row of controls/aws/operations.yaml");
    }
}
