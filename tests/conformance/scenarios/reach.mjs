// The organisation `acme` as it stands before any repair: people, apps, repositories and what guards them.
// `variants.mjs` changes single facts of this value; `render.mjs` turns it into GitHub's answers.
import { readTree } from "./files.mjs";

export const ids = { alice: 101, bob: 102, carol: 103, dave: 104, "acme-bot": 105 };
export const apps = {
  claude: { id: 209825114, app: 1236702 },
  cursor: { id: 206951365, app: 1210556 },
  renovate: { id: 29139614, app: 2740 },
};

const review = (count, extra = {}) => ({
  type: "pull_request",
  parameters: {
    required_approving_review_count: count,
    dismiss_stale_reviews_on_push: true,
    require_code_owner_review: false,
    require_last_push_approval: true,
    required_review_thread_resolution: false,
    allowed_merge_methods: ["squash"],
    ...extra,
  },
});
const defaultBranch = { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } };

/** A person writes and a colleague approves; the trailer says which tool helped. */
const merged = (number, author, approver, over = {}) => ({
  number,
  title: `Change ${number}`,
  author,
  head: `feature-${number}`,
  base: "main",
  merged_by: author,
  merged_at: `2026-10-${String(number).padStart(2, "0")}T10:00:00Z`,
  reviews: approver ? [{ user: approver, state: "APPROVED" }] : [],
  messages: [`Change ${number}`],
  ...over,
});
const CLAUDE_TRAILER = "Co-Authored-By: Claude <noreply@anthropic.com>";

const shop = {
  id: 2001,
  branches: ["main", "develop", "release/1.0"],
  protection: {
    "release/1.0": { reviews: 1, enforce_admins: true },
  },
  rulesets: [
    {
      id: 3001,
      name: "main protection",
      enforcement: "active",
      conditions: defaultBranch,
      rules: [review(1), { type: "deletion" }, { type: "non_fast_forward" }],
      bypass_actors: [{ actor_id: apps.claude.app, actor_type: "Integration", bypass_mode: "always" }],
      since: ["2026-01-05T09:00:00Z", "2026-08-03T09:00:00Z"],
    },
    {
      id: 3002,
      name: "checks, on trial",
      enforcement: "evaluate",
      conditions: defaultBranch,
      rules: [{ type: "required_signatures" }],
      bypass_actors: [],
    },
  ],
  environments: {
    production: { reviewers: [], self_review: true, admins_bypass: true, branches: null, secrets: ["DB_PASSWORD"] },
    staging: { reviewers: [], self_review: true, admins_bypass: true, branches: null, secrets: [] },
  },
  files: readTree("shop"),
  secrets: ["ANTHROPIC_API_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
  org_secrets: ["NPM_TOKEN", "SLACK_WEBHOOK"],
  variables: { AWS_REGION: "eu-west-1" },
  runners: [{ id: 501, name: "production-runner-1", labels: ["self-hosted", "linux", "production-network"] }],
  oidc: { use_default: true },
  workflow_permissions: { default_workflow_permissions: "write", can_approve_pull_request_reviews: true },
  collaborators: { bob: "write", carol: "write", "acme-bot": "write" },
  teams: { platform: "push" },
  keys: [],
  pulls: [
    merged(1, "bob", "carol", { messages: [`Change 1\n\n${CLAUDE_TRAILER}`] }),
    merged(2, "carol", "alice"),
    merged(3, "claude[bot]", null, { head: "claude/issue-7", merged_by: "claude[bot]" }),
    merged(4, "renovate[bot]", "carol", { head: "renovate/pino", merged_by: "carol" }),
    merged(5, "cursor[bot]", "bob", { head: "cursor/fix-cart", merged_by: "bob" }),
    merged(6, "acme-bot", null, { base: "develop" }),
    merged(7, "bob", "claude[bot]", { messages: [`Change 7\n\n${CLAUDE_TRAILER}`] }),
  ],
  deployments: [
    { id: 9001, ref: "main", environment: "production", creator: "claude[bot]" },
    { id: 9002, ref: "main", environment: "production", creator: "carol" },
    { id: 9003, ref: "develop", environment: "staging", creator: "bob" },
  ],
  activity: [
    { id: 9204, kind: "push", ref: "main", actor: "claude[bot]", at: "2026-11-10T09:00:00Z" },
    { id: 9203, kind: "force_push", ref: "develop", actor: "bob", at: "2026-11-09T09:00:00Z" },
    { id: 9202, kind: "branch_creation", ref: "cursor/fix-cart", actor: "cursor[bot]", at: "2026-11-08T09:00:00Z" },
    { id: 9201, kind: "pr_merge", ref: "main", actor: "carol", at: "2026-11-07T09:00:00Z" },
  ],
  bypasses: [
    { id: 9301, ref: "main", actor: "claude[bot]", at: "2026-11-10T09:00:00Z", ruleset: 3001, rule: "pull_request" },
  ],
  runs: [
    { id: 9402, workflow: "deploy.yml", branch: "main", actor: "claude[bot]", at: "2026-11-10T09:01:00Z" },
    { id: 9401, workflow: "ci.yml", branch: "cursor/fix-cart", actor: "cursor[bot]", at: "2026-11-08T09:01:00Z" },
  ],
};

const infra = {
  id: 2002,
  branches: ["main"],
  protection: { main: { reviews: 1, enforce_admins: false, code_owners: true } },
  rulesets: [],
  environments: { production: { reviewers: [], self_review: true, admins_bypass: true, branches: null, secrets: [] } },
  files: readTree("infra"),
  secrets: [],
  org_secrets: ["NPM_TOKEN"],
  variables: {},
  runners: [],
  oidc: { use_default: false, include_claim_keys: ["repo", "context", "job_workflow_ref"] },
  workflow_permissions: { default_workflow_permissions: "read", can_approve_pull_request_reviews: false },
  collaborators: { "acme-bot": "admin" },
  teams: { platform: "push" },
  keys: [{ id: 7001, title: "old CI", read_only: false }],
  pulls: [merged(8, "alice", "bob")],
  deployments: [],
  activity: [],
  bypasses: [],
  runs: [],
};

const docs = {
  id: 2003,
  branches: ["main"],
  protection: {},
  rulesets: [],
  environments: {},
  files: readTree("docs"),
  secrets: [],
  org_secrets: ["NPM_TOKEN"],
  variables: {},
  runners: [],
  oidc: { use_default: true },
  workflow_permissions: { default_workflow_permissions: "read", can_approve_pull_request_reviews: false },
  collaborators: { dave: "write" },
  teams: {},
  keys: [],
  pulls: [merged(9, "dave", "alice")],
  deployments: [],
  activity: [],
  bypasses: [],
  runs: [],
};

export const reach = () =>
  structuredClone({
    org: "acme",
    id: 500,
    plan: "enterprise",
    owners: ["alice"],
    members: ["alice", "bob", "carol", "dave", "acme-bot"],
    teams: { platform: ["alice", "bob"] },
    installations: {
      claude: {
        selection: "all",
        permissions: {
          actions: "read",
          contents: "write",
          issues: "write",
          metadata: "read",
          pull_requests: "write",
          workflows: "write",
        },
      },
      cursor: { selection: "all", permissions: { contents: "write", metadata: "read", pull_requests: "write" } },
      renovate: {
        selection: "selected",
        permissions: { contents: "write", metadata: "read", pull_requests: "write", workflows: "write" },
      },
    },
    rulesets: [
      {
        id: 3100,
        name: "no force push",
        enforcement: "active",
        conditions: { ...defaultBranch, repository_name: { include: ["~ALL"], exclude: ["docs"], protected: false } },
        rules: [{ type: "deletion" }, { type: "non_fast_forward" }],
        bypass_actors: [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }],
      },
    ],
    secrets: { NPM_TOKEN: "all", SLACK_WEBHOOK: ["shop"] },
    repos: { shop, infra, docs },
  });
