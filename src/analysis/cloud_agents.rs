//! Traces of agents in an AWS account: roles made for them, whether their sessions say who acts, and guardrails on AWS's own
//! MCP servers.

use serde_json::Value;

use crate::model::{
    cloud::PolicyLayer,
    iam::{AuthorizationDetails, RoleDetail},
    id::Arn,
    truth::Truth,
    world::CloudAccount,
};

/// Words that name an agent in a role's name, or in a tag's key or value.
const WORDS: [&str; 11] =
    ["agent", "agents", "claude", "codex", "copilot", "cursor", "devin", "jules", "mcp", "agentcore", "llm"];

/// Services that run agents under a role that they are given.
///
/// Source: Amazon Bedrock User Guide, "Create a service role for Amazon Bedrock Agents"; Amazon Bedrock AgentCore Developer
/// Guide, "IAM permissions for AgentCore Runtime".
const SERVICES: [&str; 3] = ["bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com", "aidevops.amazonaws.com"];

/// A role made for an agent.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentRole {
    pub arn: Arn,
    pub name: String,
    /// What says so: `named agent`, `trusts bedrock.amazonaws.com`.
    pub because: String,
    /// Whether everyone who takes it on must say who acts, by `sts:RoleSessionName` or `sts:SourceIdentity`. Services name
    /// their sessions themselves.
    pub names_its_sessions: Truth,
}

/// The roles of an account that are made for agents.
pub fn roles(details: &AuthorizationDetails) -> Vec<AgentRole> {
    let role = |role: &RoleDetail| {
        let trust: Option<Value> = serde_json::from_str(role.assume_role_policy_document.text()).ok();
        Some(AgentRole {
            arn: Arn::new(role.arn.clone()),
            name: role.role_name.clone(),
            because: because(role, trust.as_ref())?,
            names_its_sessions: trust.as_ref().map_or(Truth::Unknown, named),
        })
    };
    details.roles.iter().filter_map(role).collect()
}

fn because(role: &RoleDetail, trust: Option<&Value>) -> Option<String> {
    if let Some(word) = word(&role.role_name) {
        return Some(format!("its name says {word}"));
    }
    let tag = role.tags.iter().find(|tag| word(&tag.key).or_else(|| word(&tag.value)).is_some());
    if let Some(tag) = tag {
        return Some(format!("its tag {} says {}", tag.key, tag.value));
    }
    let service = SERVICES.into_iter().find(|service| trust.is_some_and(|trust| trusts(trust, service)))?;
    Some(format!("it trusts {service}"))
}

/// The first whole word of a name that means an agent.
fn word(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    words.find_map(|part| WORDS.into_iter().find(|word| *word == part))
}

fn trusts(trust: &Value, service: &str) -> bool {
    statements(trust).any(|statement| {
        statement.pointer("/Principal/Service").is_some_and(|named| list(named).any(|name| name == service))
    })
}

/// Every statement that lets a principal of AWS or of an identity provider in asks for a name that is not any name.
fn named(trust: &Value) -> Truth {
    let lets_in = |statement: &&Value| {
        let principal = statement.get("Principal");
        let people =
            principal.is_some_and(|who| who == "*" || who.get("AWS").is_some() || who.get("Federated").is_some());
        statement.get("Effect").is_some_and(|effect| effect == "Allow") && people
    };
    statements(trust).filter(lets_in).all(asks_for_a_name).into()
}

fn asks_for_a_name(statement: &Value) -> bool {
    const KEYS: [&str; 2] = ["sts:rolesessionname", "sts:sourceidentity"];
    let Some(operators) = statement.get("Condition").and_then(Value::as_object) else { return false };
    // An operator with IfExists, or for negation, is satisfied by a session that says nothing.
    let positive = operators.iter().filter(|(operator, _)| matches!(operator.as_str(), "StringEquals" | "StringLike"));
    positive.filter_map(|(_, keys)| keys.as_object()).flatten().any(|(key, values)| {
        KEYS.contains(&key.to_ascii_lowercase().as_str()) && list(values).all(|value| value != "*")
    })
}

/// A statement about AWS's MCP servers that guards less than it seems to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct McpGuard {
    /// The policy that holds it, by ARN or by principal and name.
    pub policy: String,
    pub weakness: Weakness,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weakness {
    /// It denies `aws-mcp:InvokeMcp`, `aws-mcp:CallReadOnlyTool` or `aws-mcp:CallReadWriteTool`, which no longer decide
    /// anything.
    ActionWithoutEffect,
    /// It denies by `aws:ViaAWSMCPService` or `aws:CalledViaAWSMCP`, which the managed servers set. An agent with a shell
    /// calls AWS without them.
    OnlyThroughTheServer,
}

/// Every such statement of identity policies, boundaries and service control policies.
///
/// Source: AWS MCP Server User Guide, "Controlling access with IAM"; IAM User Guide, "AWS global condition context keys".
pub fn mcp_guards(account: &CloudAccount) -> Vec<McpGuard> {
    let mut guards = Vec::new();
    if let Some(details) = account.principals.seen() {
        for policy in &details.policies {
            let document = policy.default_version().map_or("", |version| version.document.text());
            add(&mut guards, &policy.arn, document);
        }
        let users = details.users.iter().map(|user| (&user.arn, &user.user_policy_list));
        let groups = details.groups.iter().map(|group| (&group.arn, &group.group_policy_list));
        let roles = details.roles.iter().map(|role| (&role.arn, &role.role_policy_list));
        for (arn, inline) in users.chain(groups).chain(roles) {
            for policy in inline {
                add(&mut guards, &format!("{arn} {}", policy.policy_name), policy.policy_document.text());
            }
        }
    }
    if let Some(PolicyLayer::Levels(levels)) = account.scps.seen() {
        for policy in levels.iter().flat_map(|level| &level.policies) {
            add(&mut guards, &policy.id, &policy.document);
        }
    }
    guards.sort_unstable();
    guards.dedup();
    guards
}

fn add(guards: &mut Vec<McpGuard>, policy: &str, document: &str) {
    let Ok(document) = serde_json::from_str::<Value>(document) else { return };
    let denies =
        statements(&document).filter(|statement| statement.get("Effect").is_some_and(|effect| effect == "Deny"));
    let found = denies.filter_map(weakness).map(|weakness| McpGuard { policy: policy.to_owned(), weakness });
    guards.extend(found);
}

fn weakness(statement: &Value) -> Option<Weakness> {
    let mut actions = statement.get("Action").into_iter().flat_map(list);
    if actions.any(|action| action.to_ascii_lowercase().starts_with("aws-mcp:")) {
        return Some(Weakness::ActionWithoutEffect);
    }
    let operators = statement.get("Condition").and_then(Value::as_object)?;
    let mut keys = operators.values().filter_map(Value::as_object).flat_map(|keys| keys.keys());
    let ours = |key: &String| ["aws:viaawsmcpservice", "aws:calledviaawsmcp"].contains(&&*key.to_ascii_lowercase());
    keys.any(ours).then_some(Weakness::OnlyThroughTheServer)
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    match document.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
    .iter()
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    match value {
        Value::Array(all) => all.as_slice(),
        one => std::slice::from_ref(one),
    }
    .iter()
    .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn details(name: &str, trust: &Value) -> AuthorizationDetails {
        let role = json!({ "Arn": format!("arn:aws:iam::1:role/{name}"), "RoleName": name, "AssumeRolePolicyDocument": trust.to_string() });
        serde_json::from_value(json!({ "RoleDetailList": [role] })).unwrap()
    }

    fn trust(principal: &Value, condition: &Value) -> Value {
        json!({ "Statement": { "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition } })
    }

    #[test]
    fn roles_are_known_by_name_or_by_whom_they_trust() {
        let people = trust(&json!({ "AWS": "1" }), &json!({}));
        let found = |name: &str, trust: &Value| roles(&details(name, trust)).pop().map(|role| role.because);
        assert_eq!(found("claude-deploy", &people).as_deref(), Some("its name says claude"));
        assert_eq!(found("reagent-stock", &people), None, "whole words only");
        let service = trust(&json!({ "Service": ["bedrock-agentcore.amazonaws.com"] }), &json!({}));
        assert_eq!(found("runtime", &service).as_deref(), Some("it trusts bedrock-agentcore.amazonaws.com"));
    }

    #[test]
    fn a_session_is_named_only_where_no_statement_lets_an_unnamed_one_in() {
        let named = |condition: Value| {
            roles(&details("agent", &trust(&json!({ "AWS": "1" }), &condition))).remove(0).names_its_sessions
        };
        assert_eq!(named(json!({ "StringLike": { "sts:RoleSessionName": "${aws:username}" } })), Truth::True);
        assert_eq!(named(json!({ "StringEquals": { "STS:SourceIdentity": ["ann", "bob"] } })), Truth::True);
        assert_eq!(named(json!({ "StringLike": { "sts:RoleSessionName": "*" } })), Truth::False);
        assert_eq!(named(json!({ "StringEqualsIfExists": { "sts:SourceIdentity": "ann" } })), Truth::False);
        assert_eq!(named(json!({})), Truth::False);
    }

    #[test]
    fn both_guardrails_that_look_right_are_told_apart() {
        let found = |statement: Value| {
            let mut guards = Vec::new();
            add(&mut guards, "p", &json!({ "Statement": [statement] }).to_string());
            guards.pop().map(|guard| guard.weakness)
        };
        let deny = |action: &str, condition: Value| json!({ "Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition });
        assert_eq!(found(deny("aws-mcp:CallReadWriteTool", json!({}))), Some(Weakness::ActionWithoutEffect));
        assert_eq!(
            found(deny("rds:*", json!({ "Bool": { "aws:ViaAWSMCPService": "true" } }))),
            Some(Weakness::OnlyThroughTheServer)
        );
        assert_eq!(found(deny("rds:*", json!({ "Bool": { "aws:SecureTransport": "false" } }))), None);
        assert_eq!(
            found(json!({ "Effect": "Allow", "Action": "aws-mcp:*", "Resource": "*" })),
            None,
            "grants nothing that matters"
        );
    }
}
