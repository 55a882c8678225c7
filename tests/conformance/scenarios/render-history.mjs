// Pull requests, commits and deployments, over REST and over GraphQL.
import { appOf, Base, CREATED, isApp, sha } from "./render-base.mjs";

export class History extends Base {
  pull(at, repo, pull) {
    const { number, title, author, head, base, merged_at, merged_by, reviews, messages } = pull;
    const here = `${at}/pulls/${number}`;
    const side = (ref) => ({
      ref,
      sha: sha(at, ref),
      label: `${this.org.org}:${ref}`,
      user: this.owner(),
      repo: this.brief(at.split("/").pop(), repo),
    });
    const merge_commit_sha = sha(at, "merge", number);
    this.put("/repos/{owner}/{repo}/pulls/{pull_number}", here, {
      id: repo.id * 1000 + number,
      number,
      title,
      state: "closed",
      draft: false,
      user: this.user(author),
      head: side(head),
      base: side(base),
      created_at: CREATED,
      updated_at: merged_at,
      closed_at: merged_at,
      merged_at,
      merge_commit_sha,
      merged: true,
      merged_by: this.user(merged_by),
      body: null,
    });
    this.put(
      "/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
      `${here}/reviews`,
      reviews.map(({ user, state }, i) => ({
        id: number * 10 + i,
        user: this.user(user),
        state,
        submitted_at: merged_at,
        commit_id: sha(at, head),
        author_association: "MEMBER",
      })),
    );
    const commits = messages.map((message, i) => this.commit(at, sha(at, head, i), message, author));
    this.put("/repos/{owner}/{repo}/pulls/{pull_number}/commits", `${here}/commits`, commits);
  }

  commit(at, id, message, author) {
    const who = {
      name: author,
      email: isApp(author) ? `${appOf(author).id}+${author}@users.noreply.github.com` : `${author}@acme.test`,
      date: CREATED,
    };
    return {
      sha: id,
      commit: { message, author: who, committer: who, tree: { sha: sha(at, "tree", id) } },
      author: this.user(author),
      committer: this.user(author),
      parents: [],
    };
  }

  history(at, repo) {
    const commits = repo.pulls
      .map((p) => this.commit(at, sha(at, "merge", p.number), p.messages.join("\n\n"), p.author))
      .reverse();
    this.put("/repos/{owner}/{repo}/commits", `${at}/commits`, commits);
    this.put(
      "/repos/{owner}/{repo}/deployments",
      `${at}/deployments`,
      repo.deployments.map((d) => this.deployment(at, d)).reverse(),
    );
    for (const d of repo.deployments)
      this.put("/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", `${at}/deployments/${d.id}/statuses`, [
        { id: d.id * 10, state: "success", creator: this.user(d.creator), environment: d.environment },
      ]);
  }

  /** What the trail tells: changes of refs, pushes that passed a rule by bypass, runs and who approved them. */
  events(at, name, repo) {
    const activity = repo.activity.map(({ id, kind, ref, actor, at: timestamp }) => ({
      id,
      node_id: `PSH_${id}`,
      before: sha(at, ref, "before", id),
      after: sha(at, ref, id),
      ref: `refs/heads/${ref}`,
      timestamp,
      activity_type: kind,
      actor: this.user(actor),
    }));
    this.put("/repos/{owner}/{repo}/activity", `${at}/activity`, activity);
    const suites = repo.bypasses.map((suite) => this.suite(at, name, repo, suite));
    this.put("/repos/{owner}/{repo}/rulesets/rule-suites", `${at}/rulesets/rule-suites`, suites.map(({ rule_evaluations, ...row }) => row));
    for (const suite of suites)
      this.put("/repos/{owner}/{repo}/rulesets/rule-suites/{rule_suite_id}", `${at}/rulesets/rule-suites/${suite.id}`, suite);
    const runs = repo.runs.map((run, i) => this.run(at, name, repo, run, repo.runs.length - i));
    this.put("/repos/{owner}/{repo}/actions/runs", `${at}/actions/runs`, { total_count: runs.length, workflow_runs: runs });
    const environments = Object.entries(repo.environments).filter(([, environment]) => environment.reviewers.length);
    for (const { id } of repo.runs)
      this.put(
        "/repos/{owner}/{repo}/actions/runs/{run_id}/approvals",
        `${at}/actions/runs/${id}/approvals`,
        environments.map(([environment, { reviewers }]) => ({
          environments: [{ name: environment }],
          state: "approved",
          user: this.user(reviewers[0]),
          comment: "",
        })),
      );
  }

  suite(at, name, repo, { id, ref, actor, at: pushed_at, ruleset, rule }) {
    return {
      id,
      actor_id: this.user(actor).id,
      actor_name: actor,
      before_sha: sha(at, ref, "before", id),
      after_sha: sha(at, ref, id),
      ref: `refs/heads/${ref}`,
      repository_id: repo.id,
      repository_name: name,
      pushed_at,
      result: "bypass",
      evaluation_result: "fail",
      rule_evaluations: [
        { rule_source: { type: "ruleset", id: ruleset, name: "main protection" }, enforcement: "active", result: "fail", rule_type: rule },
      ],
    };
  }

  run(at, name, repo, { id, workflow, branch, actor, at: created_at }, run_number) {
    return {
      id,
      node_id: `WFR_${id}`,
      name: workflow,
      display_title: workflow,
      path: `.github/workflows/${workflow}`,
      head_branch: branch,
      head_sha: sha(at, branch),
      run_number,
      event: "push",
      status: "completed",
      conclusion: "success",
      workflow_id: 1,
      pull_requests: [],
      actor: this.user(actor),
      triggering_actor: this.user(actor),
      head_commit: null,
      repository: this.brief(name, repo),
      head_repository: this.brief(name, repo),
      created_at,
      run_started_at: created_at,
      updated_at: created_at,
    };
  }

  deployment(at, { id, ref, environment, creator }) {
    return {
      id,
      node_id: `DE_${id}`,
      sha: sha(at, ref),
      ref,
      task: "deploy",
      payload: {},
      original_environment: environment,
      environment,
      creator: this.user(creator),
      created_at: CREATED,
      updated_at: CREATED,
    };
  }

  graphql(org) {
    const actor = (login) => ({
      __typename: isApp(login) ? "Bot" : "User",
      login: login.replace("[bot]", ""),
      databaseId: this.user(login).id,
    });
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
      return [
        nameWithOwner,
        {
          id: `R_${r.id}`,
          databaseId: r.id,
          nameWithOwner,
          visibility: "PRIVATE",
          defaultBranchRef: { name: "main", target },
          deployKeys: r.keys.map((k) => ({ title: k.title, readOnly: k.read_only })),
          pullRequests: r.pulls.map(pull),
        },
      ];
    };
    return { repositories: Object.fromEntries(Object.entries(org.repos).map(repository)) };
  }
}
