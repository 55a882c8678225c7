// From the organisation's value to GitHub's answers: every body is the smallest that GitHub's schema allows.
import crypto from "node:crypto";
import { apps, ids } from "./reach.mjs";

const CREATED = "2026-01-05T09:00:00Z";
const DEFAULTS = JSON.parse(`{
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

const sha = (...parts) => crypto.createHash("sha1").update(parts.join("\0")).digest("hex");
const total = (key, rows) => ({ total_count: rows.length, [key]: rows });
const isApp = (login) => login.endsWith("[bot]");
const appOf = (login) => apps[login.replace("[bot]", "")];

export class Renderer {
  constructor(builder) {
    this.builder = builder;
  }

  /** `{path: body}` for the whole organisation. */
  rest(org) {
    this.org = org;
    this.paths = {};
    this.organisation();
    for (const [name, repo] of Object.entries(org.repos)) this.repository(name, repo);
    return this.paths;
  }

  put(template, path, over) {
    this.paths[path] = this.builder.get(template, over);
  }

  user(login) {
    const id = isApp(login) ? appOf(login).id : ids[login];
    return { login, id, node_id: `U_${id}`, type: isApp(login) ? "Bot" : "User", site_admin: false };
  }

  owner() {
    return { login: this.org.org, id: this.org.id, type: "Organization", site_admin: false };
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
    });
    this.put("/orgs/{org}/members", `${at}/members`, members.map((m) => this.user(m)));
    const roles = { admin: owners, member: members.filter((m) => !owners.includes(m)) };
    for (const [role, logins] of Object.entries(roles)) this.put("/orgs/{org}/members", `${at}/members?role=${role}`, logins.map((m) => this.user(m)));
    for (const m of members) {
      this.put("/users/{username}", `/users/${m}`, this.user(m));
      this.put("/users/{username}/repos", `/users/${m}/repos`, []);
    }
    this.put("/users/{username}", `/users/${org}`, this.owner());
    this.put("/user/repos", "/user/repos", Object.entries(this.org.repos).map(([name, repo]) => this.brief(name, repo)));
    this.put("/user/repos", "/user/repos?affiliation=owner", []);
    for (const m of members)
      this.put("/orgs/{org}/memberships/{username}", `${at}/memberships/${m}`, { state: "active", role: owners.includes(m) ? "admin" : "member", user: this.user(m) });
    this.teams(at, teams);
    this.put("/orgs/{org}/installations", `${at}/installations`, total("installations", Object.entries(installations).map(([slug, i]) => this.installation(slug, i))));
    for (const ruleset of rulesets) this.ruleset("/orgs/{org}/rulesets/{ruleset_id}", at, ruleset, "Organization", org);
    this.organisationActions(at, secrets);
    this.put("/orgs/{org}/audit-log", `${at}/audit-log`, this.auditLog());
  }

  teams(at, teams) {
    const row = (slug, i, permission) => ({ id: 601 + i, name: slug, slug, privacy: "closed", permission, type: "organization" });
    const slugs = Object.keys(teams);
    this.put("/orgs/{org}/teams", `${at}/teams`, slugs.map((slug, i) => row(slug, i, "pull")));
    for (const slug of slugs) {
      this.put("/orgs/{org}/teams/{team_slug}/members", `${at}/teams/${slug}/members`, teams[slug].map((m) => this.user(m)));
      const repos = Object.entries(this.org.repos).filter(([, r]) => r.teams[slug]);
      this.put("/orgs/{org}/teams/{team_slug}/repos", `${at}/teams/${slug}/repos`, repos.map(([n, r]) => ({ ...this.brief(n, r), role_name: r.teams[slug] })));
    }
    for (const [name, repo] of Object.entries(this.org.repos))
      this.put("/repos/{owner}/{repo}/teams", `/repos/${this.org.org}/${name}/teams`, Object.entries(repo.teams).map(([slug, p]) => row(slug, slugs.indexOf(slug), p)));
  }

  installation(slug, { selection, permissions }) {
    const { app } = apps[slug];
    return { id: app * 10, app_id: app, client_id: `Iv23${slug}`, app_slug: slug, target_id: this.org.id, target_type: "Organization", account: this.owner(), repository_selection: selection, permissions, events: [], suspended_at: null };
  }

  organisationActions(at, secrets) {
    const names = Object.entries(secrets);
    this.put("/orgs/{org}/actions/secrets", `${at}/actions/secrets`, total("secrets", names.map(([name, to]) => ({ name, visibility: Array.isArray(to) ? "selected" : to }))));
    for (const [name, to] of names.filter(([, to]) => Array.isArray(to)))
      this.put("/orgs/{org}/actions/secrets/{secret_name}/repositories", `${at}/actions/secrets/${name}/repositories`, total("repositories", to.map((r) => this.brief(r, this.org.repos[r]))));
    this.put("/orgs/{org}/actions/permissions", `${at}/actions/permissions`, { enabled_repositories: "all", allowed_actions: "all" });
    this.put("/orgs/{org}/actions/permissions/workflow", `${at}/actions/permissions/workflow`, { default_workflow_permissions: "read", can_approve_pull_request_reviews: false });
    this.put("/orgs/{org}/actions/oidc/customization/sub", `${at}/actions/oidc/customization/sub`, { include_claim_keys: ["repo", "context"] });
    const repos = Object.entries(this.org.repos).map(([name, repo]) => this.brief(name, repo));
    this.put("/orgs/{org}/repos", `${at}/repos`, repos);
    this.put("/installation/repositories", "/installation/repositories", total("repositories", repos));
  }

  auditLog() {
    const event = (i, action, actor, over = {}) => ({ "@timestamp": 1780000000000 + i * 60000, _document_id: `event-${i}`, action, actor, org: this.org.org, created_at: 1780000000000 + i * 60000, ...over });
    return [
      event(0, "integration_installation.create", "alice", { name: "claude" }),
      event(1, "protected_branch.policy_override", "claude[bot]", { repo: "acme/shop" }),
      event(2, "environment.create_actions_secret", "alice", { repo: "acme/shop" }),
    ];
  }

  brief(name, repo) {
    const full_name = `${this.org.org}/${name}`;
    return { id: repo.id, name, full_name, private: true, visibility: "private", default_branch: "main", archived: false, disabled: false, fork: false, owner: this.owner(), created_at: CREATED, pushed_at: CREATED, updated_at: CREATED };
  }

  repository(name, repo) {
    const full = `${this.org.org}/${name}`;
    const at = `/repos/${full}`;
    this.put("/repos/{owner}/{repo}", at, { ...this.brief(name, repo), allow_auto_merge: true, delete_branch_on_merge: true, organization: this.owner(), security_and_analysis: { secret_scanning: { status: "disabled" } } });
    this.branches(at, repo);
    for (const ruleset of repo.rulesets) this.ruleset("/repos/{owner}/{repo}/rulesets/{ruleset_id}", at, ruleset, "Repository", full);
    this.environments(at, repo);
    this.actions(at, repo);
    this.files(at, repo);
    this.access(at, repo);
    for (const pull of repo.pulls) this.pull(at, repo, pull);
    this.history(at, repo);
  }

  branches(at, repo) {
    for (const name of repo.branches) {
      const p = repo.protection[name];
      const row = { name, commit: { sha: sha(at, name), url: `https://api.github.com${at}/commits/${sha(at, name)}` }, protected: Boolean(p) || name === "main", protection: { enabled: Boolean(p) } };
      this.put("/repos/{owner}/{repo}/branches/{branch}", `${at}/branches/${name}`, row);
      if (p) this.put("/repos/{owner}/{repo}/branches/{branch}/protection", `${at}/branches/${name}/protection`, this.protection(p));
    }
    const rows = repo.branches.map((name) => ({ name, commit: { sha: sha(at, name) }, protected: this.paths[`${at}/branches/${name}`].protected }));
    this.put("/repos/{owner}/{repo}/branches", `${at}/branches`, rows);
  }

  protection({ reviews, enforce_admins, code_owners = false }) {
    return {
      enforce_admins: { enabled: enforce_admins },
      required_pull_request_reviews: { dismiss_stale_reviews: true, require_code_owner_reviews: code_owners, required_approving_review_count: reviews, require_last_push_approval: true },
      allow_force_pushes: { enabled: false },
      allow_deletions: { enabled: false },
    };
  }

  ruleset(template, at, ruleset, source_type, source) {
    const self = `${at}/rulesets/${ruleset.id}`;
    this.put(template, self, { target: "branch", ...ruleset, source_type, source, node_id: `RRS_${ruleset.id}`, created_at: CREATED, updated_at: CREATED, _links: { self: { href: `https://api.github.com${self}` } } });
  }

  environments(at, repo) {
    const names = Object.keys(repo.environments);
    const rows = names.map((name, i) => this.environment(name, repo.id * 10 + i, repo.environments[name]));
    this.put("/repos/{owner}/{repo}/environments", `${at}/environments`, total("environments", rows));
    names.forEach((name, i) => {
      const env = repo.environments[name];
      const here = `${at}/environments/${name}`;
      this.put("/repos/{owner}/{repo}/environments/{environment_name}", here, rows[i]);
      const policies = (env.branches ?? []).map((branch, k) => ({ id: 800 + k, node_id: `P_${k}`, name: branch, type: "branch" }));
      this.put("/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies", `${here}/deployment-branch-policies`, total("branch_policies", policies));
      this.put("/repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules", `${here}/deployment_protection_rules`, total("custom_deployment_protection_rules", []));
      this.put("/repos/{owner}/{repo}/environments/{environment_name}/secrets", `${here}/secrets`, total("secrets", this.secrets(env.secrets)));
      this.put("/repos/{owner}/{repo}/environments/{environment_name}/variables", `${here}/variables`, total("variables", []));
    });
  }

  environment(name, id, { reviewers, self_review, admins_bypass, branches }) {
    const rules = [];
    if (reviewers.length)
      rules.push({ id: id + 5000, node_id: `GA_${id}`, type: "required_reviewers", prevent_self_review: !self_review, reviewers: reviewers.map((r) => ({ type: "User", reviewer: this.builder.schema("simple-user", this.user(r)) })) });
    if (branches) rules.push({ id: id + 6000, node_id: `GB_${id}`, type: "branch_policy" });
    return { id, node_id: `EN_${id}`, name, created_at: CREATED, updated_at: CREATED, can_admins_bypass: admins_bypass, protection_rules: rules, deployment_branch_policy: branches && { protected_branches: false, custom_branch_policies: true } };
  }

  secrets(names) {
    return names.map((name) => ({ name, created_at: CREATED, updated_at: CREATED }));
  }

  actions(at, repo) {
    const names = Object.keys(repo.files).filter((p) => p.startsWith(".github/workflows/"));
    const workflows = names.map((path, i) => ({ id: repo.id * 100 + i, name: path.split("/").pop().replace(".yml", ""), path, state: "active" }));
    this.put("/repos/{owner}/{repo}/actions/workflows", `${at}/actions/workflows`, total("workflows", workflows));
    this.put("/repos/{owner}/{repo}/actions/permissions", `${at}/actions/permissions`, { enabled: true, allowed_actions: "all" });
    this.put("/repos/{owner}/{repo}/actions/permissions/workflow", `${at}/actions/permissions/workflow`, repo.workflow_permissions);
    this.put("/repos/{owner}/{repo}/actions/permissions/access", `${at}/actions/permissions/access`, { access_level: "none" });
    this.put("/repos/{owner}/{repo}/actions/oidc/customization/sub", `${at}/actions/oidc/customization/sub`, repo.oidc);
    this.put("/repos/{owner}/{repo}/actions/secrets", `${at}/actions/secrets`, total("secrets", this.secrets(repo.secrets)));
    this.put("/repos/{owner}/{repo}/actions/organization-secrets", `${at}/actions/organization-secrets`, total("secrets", this.secrets(repo.org_secrets)));
    this.put("/repos/{owner}/{repo}/actions/variables", `${at}/actions/variables`, total("variables", Object.entries(repo.variables).map(([name, value]) => ({ name, value }))));
    const runners = repo.runners.map((r) => ({ ...r, os: "linux", status: "online", busy: false, labels: r.labels.map((name) => ({ name })) }));
    this.put("/repos/{owner}/{repo}/actions/runners", `${at}/actions/runners`, total("runners", runners));
  }

  files(at, repo) {
    const directories = new Map();
    const entry = (path, type, text = "") => ({ type, name: path.split("/").pop(), path, size: text.length, sha: sha(path, text), url: `https://api.github.com${at}/contents/${path}` });
    for (const [path, text] of Object.entries(repo.files)) {
      this.put("/repos/{owner}/{repo}/contents/{path}", `${at}/contents/${path}`, { ...entry(path, "file", text), encoding: "base64", content: Buffer.from(text).toString("base64") });
      for (let child = path, type = "file"; child.includes("/"); type = "dir") {
        const parent = child.slice(0, child.lastIndexOf("/"));
        if (!directories.has(parent)) directories.set(parent, new Map());
        directories.get(parent).set(child, entry(child, type, type === "file" ? text : ""));
        child = parent;
      }
    }
    for (const [path, children] of directories) this.put("/repos/{owner}/{repo}/contents/{path}", `${at}/contents/${path}`, [...children.values()]);
    const tree = [...directories.keys()].map((path) => ({ path, mode: "040000", type: "tree", sha: sha(path, "") }));
    for (const [path, text] of Object.entries(repo.files)) tree.push({ path, mode: "100644", type: "blob", sha: sha(path, text), size: text.length });
    this.put("/repos/{owner}/{repo}/git/trees/{tree_sha}", `${at}/git/trees/main?recursive=1`, { sha: sha(at, "tree"), truncated: false, tree });
  }

  access(at, repo) {
    const level = { admin: ["admin", "maintain", "push", "triage", "pull"], write: ["push", "triage", "pull"], push: ["push", "triage", "pull"] };
    const row = (login, role) => ({ ...this.user(login), role_name: role === "push" ? "write" : role, permissions: Object.fromEntries(["admin", "maintain", "push", "triage", "pull"].map((p) => [p, level[role].includes(p)])) });
    const byTeam = Object.entries(repo.teams).flatMap(([slug, p]) => this.org.teams[slug].map((m) => [m, p]));
    const all = { ...Object.fromEntries(byTeam), ...repo.collaborators, ...Object.fromEntries(this.org.owners.map((o) => [o, "admin"])) };
    const direct = Object.entries(repo.collaborators).map(([login, role]) => row(login, role));
    const template = "/repos/{owner}/{repo}/collaborators";
    this.put(template, `${at}/collaborators`, Object.entries(all).map(([login, role]) => row(login, role)));
    this.paths[`${at}/collaborators?affiliation=direct`] = this.builder.get(template, direct);
    this.paths[`${at}/collaborators?affiliation=outside`] = [];
    for (const [login, role] of Object.entries(all))
      this.put(`${template}/{username}/permission`, `${at}/collaborators/${login}/permission`, { permission: role === "push" ? "write" : role, role_name: role === "push" ? "write" : role, user: row(login, role) });
    this.put("/repos/{owner}/{repo}/keys", `${at}/keys`, repo.keys.map((k) => ({ ...k, key: "ssh-ed25519 AAAA", created_at: CREATED, verified: true })));
  }

  pull(at, repo, pull) {
    const { number, title, author, head, base, merged_at, merged_by, reviews, messages } = pull;
    const here = `${at}/pulls/${number}`;
    const side = (ref) => ({ ref, sha: sha(at, ref), label: `${this.org.org}:${ref}`, user: this.owner(), repo: this.brief(at.split("/").pop(), repo) });
    const merge_commit_sha = sha(at, "merge", number);
    this.put("/repos/{owner}/{repo}/pulls/{pull_number}", here, { id: repo.id * 1000 + number, number, title, state: "closed", draft: false, user: this.user(author), head: side(head), base: side(base), created_at: CREATED, updated_at: merged_at, closed_at: merged_at, merged_at, merge_commit_sha, merged: true, merged_by: this.user(merged_by), body: null });
    this.put("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", `${here}/reviews`, reviews.map(({ user, state }, i) => ({ id: number * 10 + i, user: this.user(user), state, submitted_at: merged_at, commit_id: sha(at, head), author_association: "MEMBER" })));
    const commits = messages.map((message, i) => this.commit(at, sha(at, head, i), message, author));
    this.put("/repos/{owner}/{repo}/pulls/{pull_number}/commits", `${here}/commits`, commits);
  }

  commit(at, id, message, author) {
    const who = { name: author, email: isApp(author) ? `${appOf(author).id}+${author}@users.noreply.github.com` : `${author}@acme.test`, date: CREATED };
    return { sha: id, commit: { message, author: who, committer: who, tree: { sha: sha(at, "tree", id) } }, author: this.user(author), committer: this.user(author), parents: [] };
  }

  history(at, repo) {
    const commits = repo.pulls.map((p) => this.commit(at, sha(at, "merge", p.number), p.messages.join("\n\n"), p.author)).reverse();
    this.put("/repos/{owner}/{repo}/commits", `${at}/commits`, commits);
    this.put("/repos/{owner}/{repo}/deployments", `${at}/deployments`, repo.deployments.map((d) => this.deployment(at, d)).reverse());
    for (const d of repo.deployments)
      this.put("/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", `${at}/deployments/${d.id}/statuses`, [{ id: d.id * 10, state: "success", creator: this.user(d.creator), environment: d.environment }]);
  }

  deployment(at, { id, ref, environment, creator }) {
    return { id, node_id: `DE_${id}`, sha: sha(at, ref), ref, task: "deploy", payload: {}, original_environment: environment, environment, creator: this.user(creator), created_at: CREATED, updated_at: CREATED };
  }

  /** The same facts for GraphQL, as far as its queries here go. */
  graphql(org) {
    const actor = (login) => ({ __typename: isApp(login) ? "Bot" : "User", login: login.replace("[bot]", ""), databaseId: this.user(login).id });
    const pull = (p) => ({
      number: p.number,
      title: p.title,
      state: "MERGED",
      mergedAt: p.merged_at,
      baseRefName: p.base,
      headRefName: p.head,
      author: actor(p.author),
      mergedBy: actor(p.merged_by),
      reviews: p.reviews.map((r) => ({ state: r.state, author: actor(r.user) })),
      commits: p.messages.map((message) => ({ commit: { message, messageHeadline: message.split("\n")[0] } })),
    });
    const repository = ([name, r]) => {
      const nameWithOwner = `${org.org}/${name}`;
      const target = { __typename: "Commit", oid: sha(`/repos/${nameWithOwner}`, "main") };
      return [nameWithOwner, { id: `R_${r.id}`, databaseId: r.id, nameWithOwner, visibility: "PRIVATE", defaultBranchRef: { name: "main", target }, deployKeys: r.keys.map((k) => ({ title: k.title, readOnly: k.read_only })), pullRequests: r.pulls.map(pull) }];
    };
    return { repositories: Object.fromEntries(Object.entries(org.repos).map(repository)) };
  }

  account(login) {
    return this.builder.get("/user", { login, id: ids[login] ?? 900, type: "User", site_admin: false });
  }
}

export { DEFAULTS };
