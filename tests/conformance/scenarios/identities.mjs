// Who may ask what: an owner's classic token, the least installation token, and a token with nothing.

const denied = (accepted, ...paths) => paths.map((path) => ({ match: `GET ${path}`, status: 403, accepted }));
const hidden = (...paths) => paths.map((path) => ({ match: `GET ${path}`, status: 404 }));

/** What an organisation shows to its owners alone. */
const HIDDEN_ORG = [
  "plan",
  "default_repository_permission",
  "two_factor_requirement_enabled",
  "members_can_create_repositories",
  "total_private_repos",
];

export const identities = {
  ghp_admin: {
    user: "alice",
    headers: { "x-oauth-scopes": "admin:org, read:audit_log, repo, workflow" },
    can_bypass: "never",
    deny: [
      {
        match: "GET /installation/repositories",
        status: 403,
        message:
          "You must authenticate with an installation access token in order to list repositories for an installation.",
      },
    ],
  },
  // metadata, contents, pull_requests, deployments and actions: read, on two of three repositories
  ghs_least: {
    permissions: { actions: "read", contents: "read", deployments: "read", metadata: "read", pull_requests: "read" },
    deny_fields: ["Repository.deployKeys", "Repository.branchProtectionRules"],
    repositories: ["acme/shop", "acme/docs"],
    can_bypass: "never",
    omit: [
      { match: "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", fields: ["bypass_actors"] },
      {
        match: "GET /repos/{owner}/{repo}",
        fields: ["security_and_analysis", "allow_auto_merge", "delete_branch_on_merge"],
      },
      { match: "GET /orgs/{org}", fields: HIDDEN_ORG },
    ],
    only: [{ match: "GET /orgs/{org}/members", field: "login", values: ["alice"] }],
    deny: [
      ...denied(undefined, "/user", "/user/repos"),
      ...denied(
        "organization_administration=read",
        "/orgs/{org}/installations",
        "/orgs/{org}/rulesets",
        "/orgs/{org}/rulesets/*",
        "/orgs/{org}/actions/permissions*",
        "/orgs/{org}/actions/oidc/*",
        "/orgs/{org}/audit-log",
        "/orgs/{org}/custom-repository-roles",
      ),
      ...denied(
        "members=read",
        "/orgs/{org}/teams*",
        "/orgs/{org}/memberships/*",
        "/orgs/{org}/outside_collaborators",
        "/orgs/{org}/invitations",
        "/orgs/{org}/organization-roles*",
      ),
      ...denied("organization_secrets=read", "/orgs/{org}/actions/secrets*"),
      ...denied(
        "organization_self_hosted_runners=read",
        "/orgs/{org}/actions/runners",
        "/orgs/{org}/actions/runner-groups*",
      ),
      ...denied("organization_actions_variables=read", "/orgs/{org}/actions/variables"),
      ...denied("organization_hooks=read", "/orgs/{org}/hooks"),
      ...denied("organization_personal_access_tokens=read", "/orgs/{org}/personal-access-token*"),
      ...denied(
        "administration=read",
        "/repos/{owner}/{repo}/branches/{branch}/protection",
        "/repos/{owner}/{repo}/keys",
        "/repos/{owner}/{repo}/actions/permissions*",
        "/repos/{owner}/{repo}/actions/runners",
        "/repos/{owner}/{repo}/teams",
        "/repos/{owner}/{repo}/vulnerability-alerts",
        "/repos/{owner}/{repo}/rulesets/rule-suites*",
      ),
      ...denied(
        "secrets=read",
        "/repos/{owner}/{repo}/actions/secrets",
        "/repos/{owner}/{repo}/actions/organization-secrets",
      ),
      ...denied(
        "environments=read",
        "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
        "/repos/{owner}/{repo}/environments/{environment_name}/variables",
      ),
      ...denied("actions_variables=read", "/repos/{owner}/{repo}/actions/variables"),
      ...denied("repository_hooks=read", "/repos/{owner}/{repo}/hooks"),
      ...hidden(
        "/repos/{owner}/{repo}/secret-scanning/alerts",
        "/repos/{owner}/{repo}/dependabot/alerts",
        "/orgs/{org}/copilot*",
        "/orgs/{org}/agents*",
      ),
      {
        match: "GET /repos/{owner}/{repo}/collaborators*",
        status: 403,
        message: "Must have push access to view collaborators.",
        accepted: "metadata=read",
      },
    ],
  },
  // a valid account outside the organisation: it sees what the public sees
  ghp_none: {
    user: "mallory",
    headers: { "x-oauth-scopes": "" },
    repositories: [],
    omit: [{ match: "GET /orgs/{org}", fields: HIDDEN_ORG }],
    only: [{ match: "GET /orgs/{org}/members", field: "login", values: ["alice"] }],
    allow: ["GET /user*", "GET /meta", "GET /orgs/{org}", "GET /orgs/{org}/repos", "GET /orgs/{org}/members"],
  },
};
