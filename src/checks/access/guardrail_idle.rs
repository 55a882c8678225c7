//! No guardrail on an agent's role looks right and does nothing.
//!
//! Fails for a statement on a role that agents reach which (a) names `aws-mcp:InvokeMcp`, `aws-mcp:CallReadOnlyTool` or
//! `aws-mcp:CallReadWriteTool`, actions that AWS no longer looks at, in Allow and Deny alike, or (b) denies only under
//! `aws:ViaAWSMCPService` or `aws:CalledViaAWSMCP`: these keys are set by AWS's managed MCP servers alone, so that an agent with a
//! shell, `aws` or Terraform on the same role is not bound. What binds is what the role may do at all.

use std::collections::BTreeSet;

use crate::{
    checks::{Sheet, Sight, check, sight::ReachedRole},
    iam::{
        Effect, Policy,
        policy::{Element, Statement},
    },
    model::iam::{AuthorizationDetails, RoleDetail},
};

check!(
    guardrail_idle,
    "access",
    "No guardrail on an agent's role looks right and does nothing",
    Medium,
    PrivilegeEscalation,
    "guardrails_beyond_agents"
);

const IGNORED: [&str; 3] = ["aws-mcp:invokemcp", "aws-mcp:callreadonlytool", "aws-mcp:callreadwritetool"];
const BY_MCP_ALONE: [&str; 2] = ["aws:viaawsmcpservice", "aws:calledviaawsmcp"];

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for reached in sight.reached_roles(sheet) {
        let ReachedRole { role, details, evidence, .. } = reached;
        let idle: BTreeSet<String> = policies(details, role)
            .iter()
            .flat_map(|policy| policy.statements.iter().filter_map(|one| why(policy, one)))
            .collect();
        let name = &role.role_name;
        if idle.is_empty() {
            reached.pass(sheet, format!("no statement on {name} does nothing"));
        } else {
            let statement = format!("on {name}, {}", idle.into_iter().collect::<Vec<_>>().join("; "));
            let fix = [("role", name.as_str())];
            sheet.fail(&*role.arn, statement, evidence).paths(reached.paths()).fix("bind_role_itself", &fix);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("roles", "no agent reaches a role", &[]);
    }
}

/// The role's own policies and its boundary. What the account's details leave out is an unknown of `unread_ways`.
fn policies(details: &AuthorizationDetails, role: &RoleDetail) -> Vec<Policy> {
    let inline = role.role_policy_list.iter().map(|own| Policy::parse(&own.policy_name, own.policy_document.text()));
    let attached = role.attached_managed_policies.iter().map(|policy| policy.policy_arn.as_str());
    let boundary = role.permissions_boundary.iter().map(|boundary| boundary.permissions_boundary_arn.as_str());
    let managed = attached.chain(boundary).filter_map(|arn| {
        let policy = details.policies.iter().find(|policy| policy.arn == arn)?;
        Some(Policy::parse(&policy.policy_name, policy.default_version()?.document.text()))
    });
    inline.chain(managed).collect()
}

/// What is idle about a statement, as a clause.
fn why(policy: &Policy, statement: &Statement) -> Option<String> {
    let place = format!("statement {} of {}", statement.index + 1, &*policy.id);
    let Element::In(actions) = &statement.action else { return None };
    let names = |pattern: &crate::iam::policy::ActionPattern| {
        let source = pattern.source.to_ascii_lowercase();
        source.starts_with("aws-mcp:") && IGNORED.iter().any(|action| pattern.matches(action))
    };
    if let Some(named) = actions.iter().find(|pattern| names(pattern)) {
        return Some(format!("{place} names {}, which AWS does not look at", named.source));
    }
    let only_mcp = statement.conditions.iter().find(|condition| BY_MCP_ALONE.contains(&condition.lower_key()))?;
    (statement.effect == Some(Effect::Deny))
        .then(|| format!("{place} denies under {} alone, which a shell on the same role never sets", only_mcp.key()))
}
