use serde_json::json;

use super::{ACCOUNT, Recording, json_error};
use crate::model::{
    cloud::PolicyLayer,
    observed::{Needs, Observed, Reading},
};

const HOME: &str = "us-east-1";

fn organization(master: &str) -> String {
    json!({ "Organization": { "Id": "o-a", "FeatureSet": "ALL", "MasterAccountId": master } }).to_string()
}

fn parent(id: &str, kind: &str) -> String {
    json!({ "Parents": [{ "Id": id, "Type": kind }] }).to_string()
}

fn attached(ids: &[&str]) -> String {
    let policies: Vec<_> = ids.iter().map(|id| json!({ "Id": id, "Type": "SERVICE_CONTROL_POLICY" })).collect();
    json!({ "Policies": policies }).to_string()
}

fn target(id: &str) -> serde_json::Value {
    json!({ "TargetId": id, "Filter": "SERVICE_CONTROL_POLICY" })
}

/// Root, one OU, the account; the OU's second policy is on a second page.
fn member(unreadable: &str) -> Recording {
    let mut told = Recording::new()
        .told("organizations", HOME, "DescribeOrganization", json!({}), &organization("111111111111"))
        .told(
            "organizations",
            HOME,
            "ListParents",
            json!({ "ChildId": ACCOUNT }),
            &parent("ou-1", "ORGANIZATIONAL_UNIT"),
        )
        .told("organizations", HOME, "ListParents", json!({ "ChildId": "ou-1" }), &parent("r-1", "ROOT"))
        .told("organizations", HOME, "ListPoliciesForTarget", target("ou-1"), &attached(&["p-FullAWSAccess"]))
        .page(None, Some("t"))
        .told("organizations", HOME, "ListPoliciesForTarget", target("ou-1"), &attached(&["p-guard"]))
        .page(Some("t"), None);
    for id in ["r-1", ACCOUNT] {
        told = match id == unreadable {
            true => told.status(
                "organizations",
                HOME,
                "ListPoliciesForTarget",
                target(id),
                400,
                &json_error("AccessDeniedException"),
            ),
            false => {
                told.told("organizations", HOME, "ListPoliciesForTarget", target(id), &attached(&["p-FullAWSAccess"]))
            }
        };
    }
    for id in ["p-FullAWSAccess", "p-guard"] {
        let body = json!({ "Policy": { "PolicySummary": { "Id": id }, "Content": format!("{{\"Id\":\"{id}\"}}") } });
        told = told.told("organizations", HOME, "DescribePolicy", json!({ "PolicyId": id }), &body.to_string());
    }
    told
}

#[test]
fn levels_run_from_the_root_to_the_account_with_every_page() {
    let scps = member("").lowered().scps;
    let Some(PolicyLayer::Levels(levels)) = scps.seen() else { panic!("{scps:?}") };
    let read: Vec<_> = levels
        .iter()
        .map(|l| (l.target.as_str(), l.policies.iter().map(|p| p.id.as_str()).collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        read,
        [
            ("r-1", vec!["p-FullAWSAccess"]),
            ("ou-1", vec!["p-FullAWSAccess", "p-guard"]),
            (ACCOUNT, vec!["p-FullAWSAccess"]),
        ]
    );
    assert_eq!(levels[1].policies[1].document, r#"{"Id":"p-guard"}"#);
    assert!(scps.is_whole());
}

#[test]
fn one_level_unread_leaves_the_layer_unread() {
    let needs = Needs { provider: "aws".to_owned(), grant: "organizations:ListPoliciesForTarget".to_owned() };
    assert_eq!(member("r-1").lowered().scps.reading, Reading::Denied { needs });
}

#[test]
fn no_organisation_the_management_account_and_no_policy_type_have_no_layer() {
    let layer = |told: Recording| -> Observed<PolicyLayer> { told.lowered().scps };
    let none = Recording::new().status(
        "organizations",
        HOME,
        "DescribeOrganization",
        json!({}),
        400,
        &json_error("AWSOrganizationsNotInUseException"),
    );
    assert_eq!(layer(none).seen(), Some(&PolicyLayer::NotApplicable));
    let management =
        Recording::new().told("organizations", HOME, "DescribeOrganization", json!({}), &organization(ACCOUNT));
    assert_eq!(layer(management).seen(), Some(&PolicyLayer::NotApplicable));
    let off = Recording::new()
        .told("organizations", HOME, "DescribeOrganization", json!({}), &organization("111111111111"))
        .told("organizations", HOME, "ListParents", json!({ "ChildId": ACCOUNT }), &parent("r-1", "ROOT"))
        .told("organizations", HOME, "ListPoliciesForTarget", target("r-1"), &attached(&[]))
        .told("organizations", HOME, "ListPoliciesForTarget", target(ACCOUNT), &attached(&[]));
    assert_eq!(layer(off).seen(), Some(&PolicyLayer::NotApplicable));
}
