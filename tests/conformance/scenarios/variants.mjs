// Each variant changes one fact of the organisation, so that a test can close one hop; `after` is the repaired whole.
import { overlaid } from "./files.mjs";

const noBypass = (org) => {
  org.repos.shop.rulesets[0].bypass_actors = [];
};
const reviewed = (environment) =>
  Object.assign(environment, {
    reviewers: ["alice", "carol"],
    self_review: false,
    admins_bypass: false,
    branches: ["main"],
  });
const tokenReadsOnly = { default_workflow_permissions: "read", can_approve_pull_request_reviews: false };
const noStaticKeys = (org) => {
  const { shop } = org.repos;
  shop.secrets = ["ANTHROPIC_API_KEY"];
  shop.org_secrets = [];
  shop.runners = [];
  shop.environments.production.secrets = [];
};

export const variants = {
  /** Only the app's way through OIDC is left: no static keys, no self-hosted runner, no job with a token that an agent drives, no approval by a job. */
  "oidc-only": (org) => {
    const { shop, infra, docs } = org.repos;
    noStaticKeys(org);
    shop.files = overlaid(shop.files, "oidc-only", "shop");
    shop.workflow_permissions = tokenReadsOnly;
    for (const repo of [infra, docs]) repo.org_secrets = [];
    infra.keys = [];
    org.secrets = {};
  },
  /** The ruleset on main binds everyone. */
  "no-bypass": noBypass,
  /** The production environment asks two people, not the one who started it, and takes main only. */
  "environment-reviewers": (org) => reviewed(org.repos.shop.environments.production),
  /** The production environment takes main only, and asks nobody. */
  "environment-branch": (org) => {
    org.repos.shop.environments.production.branches = ["main"];
  },
  /** Reviewers, but whoever started the run may approve it, and administrators may pass. */
  "environment-self-review": (org) =>
    Object.assign(reviewed(org.repos.shop.environments.production), { self_review: true, admins_bypass: true }),
  /** The app may read, and no more. */
  "app-read-only": (org) => {
    Object.assign(org.installations.claude.permissions, { contents: "read", pull_requests: "read" });
    delete org.installations.claude.permissions.workflows;
  },
  /** Two workflow files that no parser takes. */
  "broken-workflows": (org) => {
    Object.assign(org.repos.shop.files, {
      ".github/workflows/no-jobs.yml": "name: no jobs\non: push\n",
      ".github/workflows/not-yaml.yml": "on: [push\njobs: {\n",
    });
  },
  /** Every path without a human closed or gated. */
  after: (org) => {
    const { shop, infra, docs } = org.repos;
    noBypass(org);
    noStaticKeys(org);
    shop.files = overlaid(shop.files, "after", "shop");
    infra.files = overlaid(infra.files, "after", "infra");
    for (const repo of [shop, infra]) reviewed(repo.environments.production);
    shop.rulesets[1].enforcement = "active";
    shop.workflow_permissions = tokenReadsOnly;
    for (const repo of [infra, docs]) repo.org_secrets = [];
    org.secrets = {};
    shop.activity = shop.activity.filter(({ kind }) => !kind.endsWith("push"));
    shop.bypasses = [];
    infra.protection.main.enforce_admins = true;
    infra.collaborators = {};
    infra.keys = [];
    delete shop.collaborators["acme-bot"];
    delete org.installations.cursor.permissions.contents;
    delete org.installations.renovate.permissions.workflows;
    org.members = org.members.filter((login) => login !== "acme-bot");
    shop.pulls = shop.pulls.map((p) => ({
      ...p,
      reviews: [{ user: p.author === "alice" ? "carol" : "alice", state: "APPROVED" }],
      merged_by: "alice",
    }));
  },
};
