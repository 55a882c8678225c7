//! A guardrail on AWS's MCP servers guards.
//!
//! Fails for a policy that denies `aws-mcp:` actions, which no longer decide anything, and for one that denies by
//! `aws:ViaAWSMCPService` or `aws:CalledViaAWSMCP`: only the managed servers set those keys, and an agent with a shell calls AWS
//! without them. What holds is what the agent's role may not do at all.

use crate::{
    analysis::cloud_agents::{self, Weakness},
    checks::{Sheet, Sight, check},
};

check!(
    mcp_guardrail_hollow,
    "isolation",
    "A guardrail on AWS's MCP servers guards",
    Medium,
    PrivilegeEscalation,
    "agents_bounded"
);

fn run(sight: &Sight<'_>, sheet: &mut Sheet<'_>) {
    for account in sight.accounts(sheet) {
        sheet.known(&account.scope, "roles and policies", &account.principals);
        sheet.known(&account.scope, "service control policies", &account.scps);
        for guard in cloud_agents::mcp_guards(account) {
            let why = match guard.weakness {
                Weakness::ActionWithoutEffect => "denies actions of `aws-mcp`, which no longer decide anything",
                Weakness::OnlyThroughTheServer => {
                    "binds only calls that come through AWS's MCP servers; an agent with a shell goes around them"
                }
            };
            let statement = format!("policy {} {why}", guard.policy);
            sheet
                .fail(guard.policy.as_str(), statement, &account.principals.evidence)
                .fix("deny_on_the_role", &[("policy", &guard.policy)]);
        }
    }
    if sheet.is_empty() {
        sheet.not_applicable("policies", "no policy speaks of AWS's MCP servers", &[]);
    }
}
