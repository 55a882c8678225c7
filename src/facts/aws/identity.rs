//! Who reads, who exists in the account, and which identity providers it trusts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::{
    cloud::{Caller, OidcProvider},
    iam::AuthorizationDetails,
    id::{AccountId, Arn},
    observed::Observed,
};

use super::{
    account::Account,
    answer::{End, unexpected},
    fields::{items, text},
    join,
};

/// STS "GetCallerIdentity", which needs no permission. Where it was never asked because the account could not be entered,
/// the refused role says so.
pub(super) fn caller(account: &Account<'_>) -> Observed<Caller> {
    let asked = account.ask_home("sts", "GetCallerIdentity", &[]);
    if let (true, Some(refused)) = (asked.evidence.is_empty(), account.refused_role()) {
        let status = refused.status().map_or("no answer".to_owned(), |status| format!("HTTP {status}"));
        return Observed::failed(format!("the role could not be assumed: {status}"), vec![refused.id.clone()]);
    }
    asked
        .one(|body| Some(Caller { account: AccountId::new(text(body, "Account")?), arn: Arn::new(text(body, "Arn")?) }))
}

/// IAM "ListOpenIDConnectProviders" and "GetOpenIDConnectProvider" of each.
pub(super) fn oidc_providers(account: &Account<'_>) -> Observed<Vec<OidcProvider>> {
    let list = account.ask_home("iam", "ListOpenIDConnectProviders", &[]);
    let arns = list.read(|pages| {
        let providers = pages.iter().flat_map(|page| items(page, "OpenIDConnectProviderList"));
        Ok(providers.filter_map(|provider| text(provider, "Arn").map(str::to_owned)).collect::<Vec<_>>())
    });
    arns.and_then(|arns| join::lists(arns.iter().map(|arn| oidc_provider(account, arn)).collect()))
}

fn oidc_provider(account: &Account<'_>, arn: &str) -> Observed<Vec<OidcProvider>> {
    let asked = account.ask_home("iam", "GetOpenIDConnectProvider", &[("OpenIDConnectProviderArn", arn)]);
    asked.read_or_absent(&["NoSuchEntity"], |pages| {
        let body = pages.first().ok_or_else(unexpected)?;
        let url = text(body, "Url").ok_or_else(unexpected)?;
        let client_ids = items(body, "ClientIDList");
        Ok(vec![OidcProvider {
            arn: Arn::new(arn),
            url: url.strip_prefix("https://").unwrap_or(url).to_owned(),
            client_ids: client_ids.into_iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }])
    })
}

/// IAM "GetAccountAuthorizationDetails" in the shape the AWS CLI prints, its pages merged, completed with the managed
/// policies that are attached or serve as a boundary and that the filter left out ("GetPolicy", "GetPolicyVersion").
pub(super) fn principals(account: &Account<'_>) -> Observed<AuthorizationDetails> {
    let asked = account.ask_home("iam", "GetAccountAuthorizationDetails", &[]);
    let mut details = match details(&asked.pages) {
        Ok(details) => details,
        Err(why) => return Observed::failed(why, asked.evidence),
    };
    if asked.pages.is_empty() {
        return asked.nothing();
    }
    let mut evidence = asked.evidence.clone();
    let mut whole = asked.end == End::Whole;
    for arn in missing(&details) {
        let (policy, records) = managed_policy(account, &arn);
        evidence.extend(records);
        match (policy, details.get_mut("Policies").and_then(Value::as_array_mut)) {
            (Some(policy), Some(policies)) => policies.push(policy),
            _ => whole = false,
        }
    }
    match serde_json::from_value(details) {
        Ok(details) if whole => Observed::known(details, evidence),
        Ok(details) => Observed::partial(details, evidence),
        Err(error) => Observed::failed(format!("{}: {error}", unexpected()), evidence),
    }
}

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

/// The users, groups and roles in bodies of "GetAccountAuthorizationDetails": the collector asks on about them.
pub fn authorization<'a>(bodies: impl Iterator<Item = &'a [u8]>) -> AuthorizationDetails {
    let pages = bodies.filter_map(|body| super::answer::page(std::str::from_utf8(body).ok()?).ok());
    let merged = details(&pages.collect::<Vec<_>>()).unwrap_or_default();
    serde_json::from_value(merged).unwrap_or_default()
}

fn details(pages: &[Value]) -> Result<Value, String> {
    let mut merged = Map::new();
    for list in LISTS {
        let mut all = Vec::new();
        for member in pages.iter().flat_map(|page| items(page, list)) {
            all.push(cli_shape("", member.clone())?);
        }
        merged.insert(list.to_owned(), Value::Array(all));
    }
    Ok(Value::Object(merged))
}

/// The managed policies that something refers to and that are not among `Policies`.
fn missing(details: &Value) -> BTreeSet<String> {
    let held: BTreeSet<_> = items(details, "Policies").into_iter().filter_map(|policy| text(policy, "Arn")).collect();
    let principals = LISTS.iter().filter(|list| **list != "Policies").flat_map(|list| items(details, list));
    let mut wanted = BTreeSet::new();
    for principal in principals {
        let attached = items(principal, "AttachedManagedPolicies").into_iter().filter_map(|p| text(p, "PolicyArn"));
        let boundary = principal.get("PermissionsBoundary").and_then(|b| text(b, "PermissionsBoundaryArn"));
        wanted.extend(attached.chain(boundary).filter(|arn| !held.contains(arn)).map(str::to_owned));
    }
    wanted
}

/// A policy with its default version, as `Policies` would list it.
fn managed_policy(account: &Account<'_>, arn: &str) -> (Option<Value>, Vec<crate::model::id::EvidenceId>) {
    let head = account.ask_home("iam", "GetPolicy", &[("PolicyArn", arn)]);
    let policy = head.pages.first().and_then(|page| page.get("Policy")).cloned();
    let Some(version) = policy.as_ref().and_then(|policy| text(policy, "DefaultVersionId")).map(str::to_owned) else {
        return (None, head.evidence);
    };
    let asked = account.ask_home("iam", "GetPolicyVersion", &[("PolicyArn", arn), ("VersionId", &version)]);
    let evidence = [head.evidence, asked.evidence].concat();
    let document = asked.pages.first().and_then(|page| page.get("PolicyVersion")).cloned();
    let shaped = |value: Option<Value>| value.and_then(|value| cli_shape("", value).ok());
    match (shaped(policy), shaped(document)) {
        (Some(Value::Object(mut policy)), Some(document)) => {
            policy.insert("PolicyVersionList".to_owned(), Value::Array(vec![document]));
            (Some(Value::Object(policy)), evidence)
        }
        _ => (None, evidence),
    }
}

/// XML's shape as the AWS CLI prints it: `member` wrappers become arrays, flags and counts are typed, policy documents
/// are decoded ("policies are URL-encoded compliant with RFC 3986", API Reference of GetAccountAuthorizationDetails).
pub(super) fn cli_shape(name: &str, value: Value) -> Result<Value, String> {
    Ok(match value {
        Value::Object(mut members) => match (members.len(), members.remove("member")) {
            (1, Some(Value::Array(items))) => shaped_items(items)?,
            (1, Some(one)) => shaped_items(vec![one])?,
            (_, member) => {
                members.extend(member.map(|member| ("member".to_owned(), member)));
                let shaped = members.into_iter().map(|(name, value)| Ok((name.clone(), cli_shape(&name, value)?)));
                Value::Object(shaped.collect::<Result<_, String>>()?)
            }
        },
        Value::Array(items) => shaped_items(items)?,
        Value::String(text) => leaf(name, text)?,
        other => other,
    })
}

fn shaped_items(items: Vec<Value>) -> Result<Value, String> {
    Ok(Value::Array(items.into_iter().map(|item| cli_shape("", item)).collect::<Result<_, _>>()?))
}

fn leaf(name: &str, text: String) -> Result<Value, String> {
    let blank = text.trim().is_empty();
    Ok(match name {
        _ if blank && (name.ends_with("List") || name.ends_with("Policies") || matches!(name, "Tags" | "Roles")) => {
            Value::Array(Vec::new())
        }
        "RoleLastUsed" | "PermissionsBoundary" if blank => Value::Null,
        "IsDefaultVersion" | "IsAttachable" => Value::Bool(text.trim() == "true"),
        "AttachmentCount" | "PermissionsBoundaryUsageCount" => {
            text.trim().parse::<u64>().map_or(Value::String(text), Value::from)
        }
        "PolicyDocument" | "AssumeRolePolicyDocument" | "Document" => Value::String(super::policy::decoded(&text)?),
        _ => Value::String(text),
    })
}
