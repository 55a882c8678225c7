// From the organisation's value to GitHub's answers.
import { apps, ids } from "./reach.mjs";
import { total } from "./render-base.mjs";
import { Repositories } from "./render-repository.mjs";

/** Answers of an organisation that does not use the thing asked for. */
export const DEFAULTS = JSON.parse(`{
  "/orgs/{org}/agents/secrets": {"total_count": 0, "secrets": []},
  "/orgs/{org}/agents/variables": {"total_count": 0, "variables": []},
  "/orgs/{org}/hooks": [],
  "/orgs/{org}/invitations": [],
  "/orgs/{org}/outside_collaborators": [],
  "/orgs/{org}/organization-roles": {"total_count": 0, "roles": []},
  "/orgs/{org}/custom-repository-roles": {"total_count": 0, "custom_roles": []},
  "/orgs/{org}/personal-access-tokens": [],
  "/orgs/{org}/personal-access-token-requests": [],
  "/orgs/{org}/properties/schema": [],
  "/orgs/{org}/properties/values": [],
  "/orgs/{org}/actions/runners": {"total_count": 0, "runners": []},
  "/orgs/{org}/actions/runner-groups": {"total_count": 0, "runner_groups": []},
  "/orgs/{org}/actions/variables": {"total_count": 0, "variables": []},
  "/repos/{owner}/{repo}/code-security-configuration": {"status": "attached", "configuration": {"name": "acme", "target_type": "organization", "secret_scanning": "enabled", "secret_scanning_push_protection": "enabled"}},
  "/orgs/{org}/rulesets/rule-suites": [],
  "/repos/{owner}/{repo}/hooks": [],
  "/repos/{owner}/{repo}/rulesets/rule-suites": [],
  "/repos/{owner}/{repo}/rulesets/{ruleset_id}/history": [],
  "/repos/{owner}/{repo}/activity": [],
  "/repos/{owner}/{repo}/agents/secrets": {"total_count": 0, "secrets": []},
  "/repos/{owner}/{repo}/agents/organization-secrets": {"total_count": 0, "secrets": []},
  "/repos/{owner}/{repo}/codeowners/errors": {"errors": []},
  "/repos/{owner}/{repo}/properties/values": [],
  "/repos/{owner}/{repo}/actions/runs": {"total_count": 0, "workflow_runs": []},
  "/repos/{owner}/{repo}/secret-scanning/alerts": [],
  "/repos/{owner}/{repo}/dependabot/alerts": []
}`);

export class Renderer extends Repositories {
  rest(org) {
    this.org = org;
    this.paths = {};
    this.organisation();
    for (const [name, repo] of Object.entries(org.repos)) this.repository(name, repo);
    return this.paths;
  }

  organisation() {
    const { org, id, plan, members, owners, teams, installations, rulesets, secrets } = this.org;
    const at = `/orgs/${org}`;
    this.put("/orgs/{org}", at, {
      login: org,
      id,
      type: "Organization",
      plan: { name: plan, space: 976562499, private_repos: 999999, filled_seats: members.length, seats: 20 },
      default_repository_permission: "none",
      two_factor_requirement_enabled: true,
      members_can_create_repositories: false,
      public_repos: 0,
      total_private_repos: Object.keys(this.org.repos).length,
    });
    this.put(
      "/orgs/{org}/members",
      `${at}/members`,
      members.map((m) => this.user(m)),
    );
    const roles = { admin: owners, member: members.filter((m) => !owners.includes(m)) };
    for (const [role, logins] of Object.entries(roles))
      this.put(
        "/orgs/{org}/members",
        `${at}/members?role=${role}`,
        logins.map((m) => this.user(m)),
      );
    for (const m of members) {
      this.put("/users/{username}", `/users/${m}`, this.user(m));
      this.put("/users/{username}/repos", `/users/${m}/repos`, []);
    }
    this.put("/users/{username}", `/users/${org}`, this.owner());
    this.put(
      "/user/repos",
      "/user/repos",
      Object.entries(this.org.repos).map(([name, repo]) => this.brief(name, repo)),
    );
    this.put("/user/repos", "/user/repos?affiliation=owner", []);
    for (const m of members)
      this.put("/orgs/{org}/memberships/{username}", `${at}/memberships/${m}`, {
        state: "active",
        role: owners.includes(m) ? "admin" : "member",
        user: this.user(m),
      });
    this.teams(at, teams);
    this.put(
      "/orgs/{org}/installations",
      `${at}/installations`,
      total(
        "installations",
        Object.entries(installations).map(([slug, i]) => this.installation(slug, i)),
      ),
    );
    for (const ruleset of rulesets) this.ruleset("/orgs/{org}/rulesets/{ruleset_id}", at, ruleset, "Organization", org);
    this.organisationActions(at, secrets);
    this.put("/orgs/{org}/audit-log", `${at}/audit-log`, this.auditLog());
    const suites = Object.entries(this.org.repos).flatMap(([name, repo]) => repo.bypasses.map((suite) => this.suite(`/repos/${org}/${name}`, name, repo, suite)));
    this.put("/orgs/{org}/rulesets/rule-suites", `${at}/rulesets/rule-suites`, suites.map(({ rule_evaluations, ...row }) => row));
  }

  teams(at, teams) {
    const row = (slug, i, permission) => ({
      id: 601 + i,
      name: slug,
      slug,
      privacy: "closed",
      permission,
      type: "organization",
    });
    const slugs = Object.keys(teams);
    this.put(
      "/orgs/{org}/teams",
      `${at}/teams`,
      slugs.map((slug, i) => row(slug, i, "pull")),
    );
    for (const slug of slugs) {
      this.put(
        "/orgs/{org}/teams/{team_slug}/members",
        `${at}/teams/${slug}/members`,
        teams[slug].map((m) => this.user(m)),
      );
      const repos = Object.entries(this.org.repos).filter(([, r]) => r.teams[slug]);
      this.put(
        "/orgs/{org}/teams/{team_slug}/repos",
        `${at}/teams/${slug}/repos`,
        repos.map(([n, r]) => ({ ...this.brief(n, r), role_name: r.teams[slug] })),
      );
    }
    for (const [name, repo] of Object.entries(this.org.repos))
      this.put(
        "/repos/{owner}/{repo}/teams",
        `/repos/${this.org.org}/${name}/teams`,
        Object.entries(repo.teams).map(([slug, p]) => row(slug, slugs.indexOf(slug), p)),
      );
  }

  installation(slug, { selection, permissions }) {
    const { app } = apps[slug];
    return {
      id: app * 10,
      app_id: app,
      client_id: `Iv23${slug}`,
      app_slug: slug,
      target_id: this.org.id,
      target_type: "Organization",
      account: this.owner(),
      repository_selection: selection,
      permissions,
      events: [],
      suspended_at: null,
    };
  }

  organisationActions(at, secrets) {
    const names = Object.entries(secrets);
    this.put(
      "/orgs/{org}/actions/secrets",
      `${at}/actions/secrets`,
      total(
        "secrets",
        names.map(([name, to]) => ({ name, visibility: Array.isArray(to) ? "selected" : to })),
      ),
    );
    for (const [name, to] of names.filter(([, to]) => Array.isArray(to)))
      this.put(
        "/orgs/{org}/actions/secrets/{secret_name}/repositories",
        `${at}/actions/secrets/${name}/repositories`,
        total(
          "repositories",
          to.map((r) => this.brief(r, this.org.repos[r])),
        ),
      );
    this.put("/orgs/{org}/actions/permissions", `${at}/actions/permissions`, {
      enabled_repositories: "all",
      allowed_actions: "all",
    });
    this.put("/orgs/{org}/actions/permissions/workflow", `${at}/actions/permissions/workflow`, {
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: false,
    });
    this.put("/orgs/{org}/actions/oidc/customization/sub", `${at}/actions/oidc/customization/sub`, {
      include_claim_keys: ["repo", "context"],
    });
    const repos = Object.entries(this.org.repos).map(([name, repo]) => this.brief(name, repo));
    this.put("/orgs/{org}/repos", `${at}/repos`, repos);
    this.put("/installation/repositories", "/installation/repositories", total("repositories", repos));
  }

  auditLog() {
    const event = (i, action, actor, over = {}) => ({
      "@timestamp": 1794000000000 + i * 60000,
      _document_id: `event-${i}`,
      action,
      actor,
      org: this.org.org,
      created_at: 1794000000000 + i * 60000,
      ...over,
    });
    return [
      event(0, "integration_installation.create", "alice", { name: "claude" }),
      event(1, "protected_branch.policy_override", "claude[bot]", { repo: "acme/shop" }),
      event(2, "environment.create_actions_secret", "alice", { repo: "acme/shop" }),
    ];
  }

  account(login) {
    return this.builder.get("/user", { login, id: ids[login] ?? 900, type: "User", site_admin: false });
  }
}
