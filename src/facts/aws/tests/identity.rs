use serde_json::{Value, json};

use super::{ACCOUNT, HTML, Recording, caller, json_error, query_error, s3_error};
use crate::model::observed::{Needs, Reading};

const GAAD: &str = "GetAccountAuthorizationDetails";

/// After the sample of the IAM API Reference: a role with an encoded trust policy, a boundary, an inline policy, no tags.
fn page(roles: &str, policies: &str) -> String {
    format!(
        r#"<GetAccountAuthorizationDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <GetAccountAuthorizationDetailsResult>
    <IsTruncated>false</IsTruncated>
    <UserDetailList/>
    <RoleDetailList>{roles}</RoleDetailList>
    <GroupDetailList/>
    <Policies>{policies}</Policies>
  </GetAccountAuthorizationDetailsResult>
  <ResponseMetadata><RequestId>92e79ae7-7399-11e4-8c85-4b53eEXAMPLE</RequestId></ResponseMetadata>
</GetAccountAuthorizationDetailsResponse>"#
    )
}

fn role(name: &str, more: &str) -> String {
    format!(
        "<member><RoleName>{name}</RoleName><RoleId>AROA1</RoleId><Path>/</Path><Arn>arn:aws:iam::{ACCOUNT}:role/{name}</Arn>\
         <CreateDate>2014-07-30T17:09:20Z</CreateDate>\
         <AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>\
         <RolePolicyList/><InstanceProfileList/><Tags/>{more}</member>"
    )
}

fn value(account: &crate::model::world::CloudAccount) -> Value {
    serde_json::to_value(account.principals.seen().unwrap()).unwrap()
}

#[test]
fn pages_are_merged_and_documents_decoded() {
    let account = Recording::new()
        .told("iam", "us-east-1", GAAD, json!({}), &page(&role("deploy", "<AttachedManagedPolicies/>"), ""))
        .page(None, Some("m1"))
        .told("iam", "us-east-1", GAAD, json!({}), &page(&role("audit", "<AttachedManagedPolicies/>"), ""))
        .page(Some("m1"), None)
        .lowered();
    assert!(account.principals.is_whole());
    assert_eq!(account.principals.evidence.len(), 2);
    let details = value(&account);
    let roles = details["RoleDetailList"].as_array().unwrap();
    assert_eq!(roles.iter().map(|r| r["RoleName"].as_str().unwrap()).collect::<Vec<_>>(), ["deploy", "audit"]);
    assert_eq!(roles[0]["AssumeRolePolicyDocument"], json!({ "Version": "2012-10-17", "Statement": [] }));
    let text = account.principals.seen().unwrap().roles[0].assume_role_policy_document.text();
    assert_eq!(text, r#"{"Version":"2012-10-17","Statement":[]}"#, "kept as it was written, decoded");
    assert_eq!(roles[0]["Tags"], json!([]));
}

#[test]
fn a_page_that_was_never_read_leaves_the_list_open() {
    let first = || Recording::new().told("iam", "us-east-1", GAAD, json!({}), &page(&role("deploy", ""), ""));
    let account = first().page(None, Some("m1")).lowered();
    assert!(matches!(account.principals.reading, Reading::Known { complete: false, .. }));
    let denied = first()
        .page(None, Some("m1"))
        .status("iam", "us-east-1", GAAD, json!({}), 403, &query_error("AccessDenied"))
        .page(Some("m1"), None)
        .lowered();
    assert!(matches!(denied.principals.reading, Reading::Known { complete: false, .. }));
}

#[test]
fn attached_and_boundary_policies_outside_the_answer_are_read_one_by_one() {
    let more = "<AttachedManagedPolicies><member><PolicyArn>arn:aws:iam::aws:policy/Old</PolicyArn><PolicyName>Old</PolicyName></member>\
        </AttachedManagedPolicies><PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
        <PermissionsBoundaryArn>arn:aws:iam::123456789012:policy/edge</PermissionsBoundaryArn></PermissionsBoundary>";
    let held = "<member><PolicyName>edge</PolicyName><Arn>arn:aws:iam::123456789012:policy/edge</Arn><DefaultVersionId>v1</DefaultVersionId>\
        <AttachmentCount>0</AttachmentCount><PolicyVersionList><member><Document>%7B%7D</Document><VersionId>v1</VersionId>\
        <IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member>";
    let told = Recording::new().told("iam", "us-east-1", GAAD, json!({}), &page(&role("deploy", more), held));
    assert!(!told.lowered().principals.is_whole(), "the attached policy is not known");
    let account = told
        .told(
            "iam",
            "us-east-1",
            "GetPolicy",
            json!({ "PolicyArn": "arn:aws:iam::aws:policy/Old" }),
            "<GetPolicyResponse><GetPolicyResult><Policy><PolicyName>Old</PolicyName><Arn>arn:aws:iam::aws:policy/Old</Arn>\
             <DefaultVersionId>v7</DefaultVersionId></Policy></GetPolicyResult><ResponseMetadata/></GetPolicyResponse>",
        )
        .told(
            "iam",
            "us-east-1",
            "GetPolicyVersion",
            json!({ "PolicyArn": "arn:aws:iam::aws:policy/Old", "VersionId": "v7" }),
            "<GetPolicyVersionResponse><GetPolicyVersionResult><PolicyVersion><Document>%7B%22Statement%22%3A%5B%5D%7D</Document>\
             <VersionId>v7</VersionId><IsDefaultVersion>true</IsDefaultVersion></PolicyVersion></GetPolicyVersionResult>\
             <ResponseMetadata/></GetPolicyVersionResponse>",
        )
        .lowered();
    assert!(account.principals.is_whole());
    let details = value(&account);
    let policies = details["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 2);
    assert_eq!(policies[0]["PolicyVersionList"][0]["IsDefaultVersion"], true);
    assert_eq!(policies[1]["PolicyVersionList"][0]["Document"], json!({ "Statement": [] }));
}

#[test]
fn denials_name_the_grant_in_every_protocol() {
    let denied =
        |grant: &str| Reading::Denied::<()> { needs: Needs { provider: "aws".to_owned(), grant: grant.to_owned() } };
    let account = Recording::new()
        .status("iam", "us-east-1", GAAD, json!({}), 403, &query_error("AccessDenied"))
        .status("iam", "us-east-1", "ListOpenIDConnectProviders", json!({}), 403, &query_error("AccessDenied"))
        .status(
            "organizations",
            "us-east-1",
            "DescribeOrganization",
            json!({}),
            400,
            &json_error("AccessDeniedException"),
        )
        .status("s3", "eu-west-1", "ListBuckets", json!({}), 403, &s3_error("AccessDenied"))
        .status("cloudtrail", "eu-west-1", "DescribeTrails", json!({}), 400, "{\"message\":\"no\"}")
        .header("x-amzn-errortype", "AccessDeniedException:http://internal.amazon.com/coral/")
        .lowered();
    assert_eq!(account.principals.map(|_| ()).reading, denied("iam:GetAccountAuthorizationDetails"));
    assert_eq!(account.oidc_providers.map(|_| ()).reading, denied("iam:ListOpenIDConnectProviders"));
    assert_eq!(account.scps.map(|_| ()).reading, denied("organizations:DescribeOrganization"));
    assert_eq!(account.trails.map(|_| ()).reading, denied("cloudtrail:DescribeTrails"));
}

#[test]
fn a_page_for_people_and_a_bad_credential_are_neither_absent_nor_denied() {
    let account = Recording::new()
        .status("iam", "us-east-1", GAAD, json!({}), 500, HTML)
        .status("iam", "us-east-1", "ListOpenIDConnectProviders", json!({}), 403, &query_error("InvalidClientTokenId"))
        .status("organizations", "us-east-1", "DescribeOrganization", json!({}), 404, HTML)
        .lowered();
    assert!(matches!(account.principals.reading, Reading::NotCollected { .. }));
    assert!(matches!(account.oidc_providers.reading, Reading::Failed { .. }));
    assert!(matches!(account.scps.reading, Reading::NotCollected { .. }));
    assert!(matches!(account.trails.reading, Reading::NotCollected { .. }), "never asked");
}

#[test]
fn providers_are_read_without_their_scheme() {
    let arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    let account = Recording::new()
        .told(
            "iam",
            "us-east-1",
            "ListOpenIDConnectProviders",
            json!({}),
            &format!(
                "<ListOpenIDConnectProvidersResponse><ListOpenIDConnectProvidersResult><OpenIDConnectProviderList><member><Arn>{arn}</Arn>\
                 </member></OpenIDConnectProviderList></ListOpenIDConnectProvidersResult><ResponseMetadata/></ListOpenIDConnectProvidersResponse>"
            ),
        )
        .told(
            "iam",
            "us-east-1",
            "GetOpenIDConnectProvider",
            json!({ "OpenIDConnectProviderArn": arn }),
            "<GetOpenIDConnectProviderResponse><GetOpenIDConnectProviderResult><Url>token.actions.githubusercontent.com</Url>\
             <ClientIDList><member>sts.amazonaws.com</member></ClientIDList></GetOpenIDConnectProviderResult><ResponseMetadata/>\
             </GetOpenIDConnectProviderResponse>",
        )
        .lowered();
    let providers = account.oidc_providers.members();
    assert_eq!(providers[0].url, "token.actions.githubusercontent.com");
    assert_eq!(providers[0].client_ids, ["sts.amazonaws.com"]);
}

#[test]
fn two_accounts_in_one_run_are_never_mixed() {
    let account = Recording::new()
        .told("sts", "eu-west-1", "GetCallerIdentity", json!({}), &caller("999999999999"))
        .through("aws/other")
        .told("iam", "us-east-1", GAAD, json!({}), &page(&role("deploy", ""), ""))
        .through("aws/other")
        .lowered();
    assert_eq!(account.caller.seen().unwrap().account.as_str(), ACCOUNT);
    assert!(matches!(account.principals.reading, Reading::NotCollected { .. }));
}
