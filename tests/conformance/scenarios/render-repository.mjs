// A repository: branches, rulesets, environments, actions, files and who may write.
import { CREATED, sha, total } from "./render-base.mjs";
import { History } from "./render-history.mjs";

export class Repositories extends History {
  repository(name, repo) {
    const full = `${this.org.org}/${name}`;
    const at = `/repos/${full}`;
    this.put("/repos/{owner}/{repo}", at, {
      ...this.brief(name, repo),
      allow_auto_merge: true,
      delete_branch_on_merge: true,
      organization: this.owner(),
      security_and_analysis: { secret_scanning: { status: "disabled" } },
    });
    this.branches(at, repo);
    for (const ruleset of repo.rulesets)
      this.ruleset("/repos/{owner}/{repo}/rulesets/{ruleset_id}", at, ruleset, "Repository", full);
    this.environments(at, repo);
    this.actions(at, repo);
    this.files(at, repo);
    this.access(at, repo);
    for (const pull of repo.pulls) this.pull(at, repo, pull);
    this.history(at, repo);
    this.events(at, name, repo);
  }

  branches(at, repo) {
    for (const name of repo.branches) {
      const p = repo.protection[name];
      const row = {
        name,
        commit: { sha: sha(at, name), url: `https://api.github.com${at}/commits/${sha(at, name)}` },
        protected: Boolean(p) || name === "main",
        protection: { enabled: Boolean(p) },
      };
      this.put("/repos/{owner}/{repo}/branches/{branch}", `${at}/branches/${name}`, row);
      if (p)
        this.put(
          "/repos/{owner}/{repo}/branches/{branch}/protection",
          `${at}/branches/${name}/protection`,
          this.protection(p),
        );
    }
    const rows = repo.branches.map((name) => ({
      name,
      commit: { sha: sha(at, name) },
      protected: this.paths[`${at}/branches/${name}`].protected,
    }));
    this.put("/repos/{owner}/{repo}/branches", `${at}/branches`, rows);
  }

  protection({ reviews, enforce_admins, code_owners = false }) {
    return {
      enforce_admins: { enabled: enforce_admins },
      required_pull_request_reviews: {
        dismiss_stale_reviews: true,
        require_code_owner_reviews: code_owners,
        required_approving_review_count: reviews,
        require_last_push_approval: true,
      },
      allow_force_pushes: { enabled: false },
      allow_deletions: { enabled: false },
    };
  }

  ruleset(template, at, ruleset, source_type, source) {
    const self = `${at}/rulesets/${ruleset.id}`;
    const { since = [CREATED], ...state } = ruleset;
    const version = (updated_at, i) => ({ version_id: ruleset.id * 10 + i, actor: { id: 101, type: "User" }, updated_at });
    // The newest version is the ruleset as it stands; those before it let nobody pass.
    const before = { ...state, bypass_actors: [] };
    since.forEach((at, i) =>
      this.put(`${template}/history/{version_id}`, `${self}/history/${ruleset.id * 10 + i}`, {
        ...version(at, i),
        state: i + 1 === since.length ? state : before,
      }),
    );
    this.put(`${template}/history`, `${self}/history`, since.map(version).reverse());
    this.put(template, self, {
      target: "branch",
      ...state,
      source_type,
      source,
      node_id: `RRS_${ruleset.id}`,
      created_at: CREATED,
      updated_at: CREATED,
      _links: { self: { href: `https://api.github.com${self}` } },
    });
  }

  environments(at, repo) {
    const names = Object.keys(repo.environments);
    const rows = names.map((name, i) => this.environment(name, repo.id * 10 + i, repo.environments[name]));
    this.put("/repos/{owner}/{repo}/environments", `${at}/environments`, total("environments", rows));
    names.forEach((name, i) => {
      const env = repo.environments[name];
      const here = `${at}/environments/${name}`;
      this.put("/repos/{owner}/{repo}/environments/{environment_name}", here, rows[i]);
      const policies = (env.branches ?? []).map((branch, k) => ({
        id: 800 + k,
        node_id: `P_${k}`,
        name: branch,
        type: "branch",
      }));
      this.put(
        "/repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
        `${here}/deployment-branch-policies`,
        total("branch_policies", policies),
      );
      this.put(
        "/repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules",
        `${here}/deployment_protection_rules`,
        total("custom_deployment_protection_rules", []),
      );
      this.put(
        "/repos/{owner}/{repo}/environments/{environment_name}/secrets",
        `${here}/secrets`,
        total("secrets", this.secrets(env.secrets)),
      );
      this.put(
        "/repos/{owner}/{repo}/environments/{environment_name}/variables",
        `${here}/variables`,
        total("variables", []),
      );
    });
  }

  environment(name, id, { reviewers, self_review, admins_bypass, branches }) {
    const rules = [];
    if (reviewers.length)
      rules.push({
        id: id + 5000,
        node_id: `GA_${id}`,
        type: "required_reviewers",
        prevent_self_review: !self_review,
        reviewers: reviewers.map((r) => ({ type: "User", reviewer: this.builder.schema("simple-user", this.user(r)) })),
      });
    if (branches) rules.push({ id: id + 6000, node_id: `GB_${id}`, type: "branch_policy" });
    return {
      id,
      node_id: `EN_${id}`,
      name,
      created_at: CREATED,
      updated_at: CREATED,
      can_admins_bypass: admins_bypass,
      protection_rules: rules,
      deployment_branch_policy: branches && { protected_branches: false, custom_branch_policies: true },
    };
  }

  secrets(names) {
    return names.map((name) => ({ name, created_at: CREATED, updated_at: CREATED }));
  }

  actions(at, repo) {
    const names = Object.keys(repo.files).filter((p) => p.startsWith(".github/workflows/"));
    const workflows = names.map((path, i) => ({
      id: repo.id * 100 + i,
      name: path.split("/").pop().replace(".yml", ""),
      path,
      state: "active",
    }));
    this.put("/repos/{owner}/{repo}/actions/workflows", `${at}/actions/workflows`, total("workflows", workflows));
    this.put("/repos/{owner}/{repo}/actions/permissions", `${at}/actions/permissions`, {
      enabled: true,
      allowed_actions: "all",
    });
    this.put(
      "/repos/{owner}/{repo}/actions/permissions/workflow",
      `${at}/actions/permissions/workflow`,
      repo.workflow_permissions,
    );
    this.put("/repos/{owner}/{repo}/actions/permissions/access", `${at}/actions/permissions/access`, {
      access_level: "none",
    });
    this.put("/repos/{owner}/{repo}/actions/oidc/customization/sub", `${at}/actions/oidc/customization/sub`, repo.oidc);
    this.put(
      "/repos/{owner}/{repo}/actions/secrets",
      `${at}/actions/secrets`,
      total("secrets", this.secrets(repo.secrets)),
    );
    this.put(
      "/repos/{owner}/{repo}/actions/organization-secrets",
      `${at}/actions/organization-secrets`,
      total("secrets", this.secrets(repo.org_secrets)),
    );
    this.put(
      "/repos/{owner}/{repo}/actions/variables",
      `${at}/actions/variables`,
      total(
        "variables",
        Object.entries(repo.variables).map(([name, value]) => ({ name, value })),
      ),
    );
    const runners = repo.runners.map((r) => ({
      ...r,
      os: "linux",
      status: "online",
      busy: false,
      labels: r.labels.map((name) => ({ name })),
    }));
    this.put("/repos/{owner}/{repo}/actions/runners", `${at}/actions/runners`, total("runners", runners));
  }

  files(at, repo) {
    const directories = new Map();
    const entry = (path, type, text = "") => ({
      type,
      name: path.split("/").pop(),
      path,
      size: text.length,
      sha: sha(path, text),
      url: `https://api.github.com${at}/contents/${path}`,
    });
    for (const [path, text] of Object.entries(repo.files)) {
      this.put("/repos/{owner}/{repo}/contents/{path}", `${at}/contents/${path}`, {
        ...entry(path, "file", text),
        encoding: "base64",
        content: Buffer.from(text).toString("base64"),
      });
      for (let child = path, type = "file"; child.includes("/"); type = "dir") {
        const parent = child.slice(0, child.lastIndexOf("/"));
        if (!directories.has(parent)) directories.set(parent, new Map());
        directories.get(parent).set(child, entry(child, type, type === "file" ? text : ""));
        child = parent;
      }
    }
    for (const [path, children] of directories)
      this.put("/repos/{owner}/{repo}/contents/{path}", `${at}/contents/${path}`, [...children.values()]);
    const tree = [...directories.keys()].map((path) => ({ path, mode: "040000", type: "tree", sha: sha(path, "") }));
    for (const [path, text] of Object.entries(repo.files))
      tree.push({ path, mode: "100644", type: "blob", sha: sha(path, text), size: text.length });
    this.put("/repos/{owner}/{repo}/git/trees/{tree_sha}", `${at}/git/trees/main?recursive=1`, {
      sha: sha(at, "tree"),
      truncated: false,
      tree,
    });
  }

  access(at, repo) {
    const level = {
      admin: ["admin", "maintain", "push", "triage", "pull"],
      write: ["push", "triage", "pull"],
      push: ["push", "triage", "pull"],
    };
    const row = (login, role) => ({
      ...this.user(login),
      role_name: role === "push" ? "write" : role,
      permissions: Object.fromEntries(
        ["admin", "maintain", "push", "triage", "pull"].map((p) => [p, level[role].includes(p)]),
      ),
    });
    const byTeam = Object.entries(repo.teams).flatMap(([slug, p]) => this.org.teams[slug].map((m) => [m, p]));
    const all = {
      ...Object.fromEntries(byTeam),
      ...repo.collaborators,
      ...Object.fromEntries(this.org.owners.map((o) => [o, "admin"])),
    };
    const direct = Object.entries(repo.collaborators).map(([login, role]) => row(login, role));
    const template = "/repos/{owner}/{repo}/collaborators";
    this.put(
      template,
      `${at}/collaborators`,
      Object.entries(all).map(([login, role]) => row(login, role)),
    );
    this.paths[`${at}/collaborators?affiliation=direct`] = this.builder.get(template, direct);
    this.paths[`${at}/collaborators?affiliation=outside`] = [];
    for (const [login, role] of Object.entries(all))
      this.put(`${template}/{username}/permission`, `${at}/collaborators/${login}/permission`, {
        permission: role === "push" ? "write" : role,
        role_name: role === "push" ? "write" : role,
        user: row(login, role),
      });
    this.put(
      "/repos/{owner}/{repo}/keys",
      `${at}/keys`,
      repo.keys.map((k) => ({ ...k, key: "ssh-ed25519 AAAA", created_at: CREATED, verified: true })),
    );
  }
}
