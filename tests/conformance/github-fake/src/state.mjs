// What a scenario answers to one identity: stored bodies, derived bodies, defaults, and what the identity may not see.
import { effectiveRules, listed, rulesetsOver } from "./rules.mjs";

/** An operation, written out, or its beginning and a star. */
const covers = (match, op) => (match.endsWith("*") ? op.startsWith(match.slice(0, -1)) : op === match);
const matching = (rules, op) => (rules ?? []).filter((rule) => covers(rule.match, op));

export class State {
  constructor(scenario) {
    this.scenario = scenario;
    this.reset();
  }

  reset() {
    Object.assign(this, structuredClone({ repo_ids: {}, tokens: {}, ...this.scenario }));
  }

  /** Lays named variants over the scenario, in order; a null body removes the path. */
  apply(names) {
    for (const name of names) {
      if (!this.variants?.[name]) throw new Error(`no variant ${name}`);
      for (const [path, body] of Object.entries(this.variants[name])) this.patch(path, structuredClone(body));
    }
  }

  patch(path, body) {
    if (body === null) delete this.rest[path];
    else this.rest[path] = body;
  }

  /** Another repository like one that exists, for tests of scale. */
  clone({ from, to, id }) {
    const renamed = (value) => JSON.parse(JSON.stringify(value).replaceAll(from, to));
    const named = (body) => ({ ...renamed(body), id, name: to.split("/")[1] });
    for (const [path, body] of Object.entries(this.rest))
      if (path.startsWith(`/repos/${from}/`)) this.rest[path.replace(from, to)] = renamed(body);
    this.rest[`/repos/${to}`] = named(this.rest[`/repos/${from}`]);
    this.repo_ids[to] = id;
    const graphql = this.graphql?.repositories;
    if (graphql?.[from]) graphql[to] = { ...renamed(graphql[from]), databaseId: id };
    const org = this.rest[`/orgs/${to.split("/")[0]}`];
    if (org) org.total_private_repos += 1;
    for (const body of [this.rest[`/orgs/${to.split("/")[0]}/repos`], this.rest["/installation/repositories"]]) {
      const { rows } = listIn(body);
      rows.push(named(rows.find((row) => row.full_name === from)));
    }
  }

  /** `/repositories/{id}/...` is the form GitHub itself puts into Link headers. */
  canonical(path) {
    const alias = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
    const full = alias && Object.entries(this.repo_ids).find(([, id]) => String(id) === alias[1])?.[0];
    return full ? `/repos/${full}${alias[2] ?? ""}` : path;
  }

  visible(identity, full) {
    return !identity.repositories || identity.repositories.includes(full);
  }

  denial(identity, op) {
    if (identity.allow && !identity.allow.some((match) => covers(match, op))) return { status: 404 };
    return matching(identity.deny, op)[0];
  }

  /** The body for a request, or undefined for 404. */
  body(identity, route, args, path, query) {
    const full = args.owner && `${args.owner}/${args.repo}`;
    if (full && !(this.rest[`/repos/${full}`] && this.visible(identity, full))) return undefined;
    const found =
      identity.rest?.[path] ??
      this.stored(path, query) ??
      this.derived(route, args, query) ??
      this.default(route, args);
    return found === undefined ? undefined : this.seenBy(identity, route, found);
  }

  /** An answer that depends on a parameter (`affiliation=direct`) is stored under `path?affiliation=direct`. */
  stored(path, query) {
    const concrete = decodeURIComponent(path);
    const keys = [...query].map(([k, v]) => `${concrete}?${k}=${v}`).concat(concrete, path);
    return this.rest[keys.find((key) => this.rest[key] !== undefined)];
  }

  derived(route, args, query) {
    const full = `${args.owner}/${args.repo}`;
    const withParents = query.get("includes_parents") !== "false";
    switch (route.path) {
      case "/repos/{owner}/{repo}/rules/branches/{branch}":
        return effectiveRules(this.rest, full, args.branch);
      case "/repos/{owner}/{repo}/rulesets":
        return rulesetsOver(this.rest, full, withParents).map(listed);
      case "/repos/{owner}/{repo}/rulesets/{ruleset_id}":
        return rulesetsOver(this.rest, full, withParents).find((r) => String(r.id) === args.ruleset_id);
      case "/repos/{owner}/{repo}/pulls":
        return this.pulls(full);
      case "/repos/{owner}/{repo}/commits/{commit_sha}/pulls":
        return this.pulls(full).filter((pull) => pull.merge_commit_sha === args.commit_sha);
      case "/repos/{owner}/{repo}/commits/{ref}":
        return this.rest[`/repos/${full}/commits`]?.find((commit) => commit.sha === args.ref);
      case "/repos/{owner}/{repo}/git/trees/{tree_sha}":
        return this.tree(full, args.tree_sha, query.has("recursive"));
      case "/orgs/{org}/rulesets":
        return Object.entries(this.rest)
          .filter(([path]) => path.startsWith(`/orgs/${args.org}/rulesets/`) && /\/rulesets\/\d+$/.test(path))
          .map(([, ruleset]) => listed(ruleset));
      default:
        return undefined;
    }
  }

  /** The tree of a branch or commit (files do not differ by ref), or of one folder by its digest; one level, or all below. */
  tree(full, at, recursive) {
    const whole = this.rest[`/repos/${full}/git/trees/main?recursive=1`];
    const branch = this.rest[`/repos/${full}/branches`]?.some((b) => b.name === at || b.commit.sha === at);
    const folder = whole?.tree.find((entry) => entry.sha === at && entry.type === "tree");
    if (!whole || !(branch || at === whole.sha || folder)) return undefined;
    const prefix = folder ? `${folder.path}/` : "";
    const below = whole.tree
      .filter((entry) => entry.path.startsWith(prefix))
      .map((entry) => ({ ...entry, path: entry.path.slice(prefix.length) }));
    return {
      ...whole,
      sha: folder?.sha ?? whole.sha,
      tree: below.filter((entry) => recursive || !entry.path.includes("/")),
    };
  }

  /** Pull requests as a list shows them, newest first: who merged one stands only in the single answer. */
  pulls(full) {
    return Object.entries(this.rest)
      .filter(([path]) => path.startsWith(`/repos/${full}/pulls/`) && /\/pulls\/\d+$/.test(path))
      .map(([, { merged, merged_by, ...pull }]) => pull)
      .sort((a, b) => b.number - a.number);
  }

  /** A default stands only under an object that exists: an unknown repository or environment stays 404. */
  default(route, args) {
    const parent = /^(.*\})\/[^{]*$/.exec(route.path)?.[1] ?? "";
    const concrete = parent.replace(/\{([^}]+)\}/g, (_, name) => args[name]);
    const exists = !concrete || this.rest[concrete] !== undefined;
    return exists ? this.defaults?.[route.path] : undefined;
  }

  /** The same body with hidden repositories, rows and fields left out: GitHub omits them without a word. */
  seenBy(identity, route, body) {
    const op = `${route.method} ${route.path}`;
    const hidden = matching(identity.omit, op).flatMap((o) => o.fields);
    const only = matching(identity.only, op);
    const shown = structuredClone(body);
    const list = listIn(shown);
    for (const object of list ? list.rows : [shown]) for (const field of hidden) delete object?.[field];
    if (route.path.endsWith("/rulesets/{ruleset_id}") && identity.can_bypass)
      shown.current_user_can_bypass = identity.can_bypass;
    const seen = (row) =>
      (!row?.full_name || this.visible(identity, row.full_name)) && only.every((o) => o.values.includes(row[o.field]));
    return list ? list.put(list.rows.filter(seen)) : shown;
  }

  branchExists(args) {
    return this.rest[`/repos/${args.owner}/${args.repo}/branches/${args.branch}`] !== undefined;
  }
}

/** The list inside a body, bare or as the one array beside `total_count`, and how to put another in its place. */
export function listIn(body) {
  if (Array.isArray(body)) return { rows: body, put: (rows) => rows };
  if (typeof body?.total_count !== "number") return null;
  const key = Object.keys(body).find((k) => Array.isArray(body[k]));
  if (!key) return null;
  const put = (rows, total = rows.length) => ({ ...body, total_count: total, [key]: rows });
  return { rows: body[key], put };
}
