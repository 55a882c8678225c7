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
          visibility: r.public ? "PUBLIC" : "PRIVATE",
          defaultBranchRef: { name: "main", target },
          deployKeys: r.keys.map((k) => ({ title: k.title, readOnly: k.read_only })),
          pullRequests: r.pulls.map(pull),
        },
      ];
    };
    return { repositories: Object.fromEntries(Object.entries(org.repos).map(repository)) };
  }
}
