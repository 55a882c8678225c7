// Facts that GitHub derives from rulesets are derived here too, so that a scenario cannot contradict itself.
// https://docs.github.com/en/rest/repos/rules and .../rulesets about-rulesets (fnmatch patterns, layering)

const escape = (text) => text.replace(/[.+^${}()|[\]\\]/g, "\\$&");
const fnmatch = (pattern, text) => {
  const source = escape(pattern)
    .replace(/\*\*\/?/g, "\u0000")
    .replace(/\*/g, "[^/]*")
    .replace(/\u0000/g, ".*")
    .replace(/\?/g, "[^/]");
  return new RegExp(`^${source}$`).test(text);
};
const selected = ({ include = [], exclude = [] } = {}, test) => include.some(test) && !exclude.some(test);

function appliesToRef(ruleset, branch, defaultBranch) {
  return selected(ruleset.conditions?.ref_name, (pattern) => {
    if (pattern === "~ALL") return true;
    if (pattern === "~DEFAULT_BRANCH") return branch === defaultBranch;
    return fnmatch(pattern.replace(/^refs\/heads\//, ""), branch);
  });
}

function appliesToRepository(ruleset, repository) {
  const { repository_name, repository_id } = ruleset.conditions ?? {};
  if (repository_id) return repository_id.repository_ids.includes(repository.id);
  if (repository_name) return selected(repository_name, (p) => p === "~ALL" || fnmatch(p, repository.name));
  return true;
}

/** Every ruleset that stands over a repository: its own, then its organisation's, then the enterprise's. */
export function rulesetsOver(rest, full, withParents = true) {
  const repository = rest[`/repos/${full}`];
  if (!repository) return [];
  const under = (prefix) =>
    Object.entries(rest)
      .filter(([path]) => path.startsWith(`${prefix}/rulesets/`) && /\/rulesets\/\d+$/.test(path))
      .map(([, ruleset]) => ruleset);
  const enterprises = Object.keys(rest).map((path) => path.match(/^\/enterprises\/[^/]+(?=\/rulesets\/)/)?.[0]);
  const above = [`/orgs/${full.split("/")[0]}`, ...new Set(enterprises.filter(Boolean))];
  const inherited = above.flatMap(under).filter((r) => appliesToRepository(r, repository));
  return [...under(`/repos/${full}`), ...(withParents ? inherited : [])];
}

/** GET /repos/{o}/{r}/rules/branches/{b}: active rules of all layers, flattened; "evaluate" and "disabled" never appear. */
export function effectiveRules(rest, full, branch) {
  const repository = rest[`/repos/${full}`];
  if (!repository) return undefined;
  return rulesetsOver(rest, full)
    .filter((r) => r.enforcement === "active" && (r.target ?? "branch") === "branch")
    .filter((r) => appliesToRef(r, branch, repository.default_branch))
    .flatMap((r) =>
      r.rules.map((rule) => ({
        ...rule,
        // GitHub's description of this answer knows no enterprise.
        ...(r.source_type === "Enterprise" ? {} : { ruleset_source_type: r.source_type }),
        ruleset_source: r.source,
        ruleset_id: r.id,
      })),
    );
}

/** A ruleset as the list shows it: without rules, conditions and bypass actors. */
export const listed = ({ rules, conditions, bypass_actors, current_user_can_bypass, ...rest }) => rest;
