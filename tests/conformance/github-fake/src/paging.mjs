// Offset and cursor paging with Link headers, as GitHub writes them: by repository id, never by name.
import { listIn } from "./state.mjs";

const FILTERS = {
  state: "state",
  environment: "environment",
  sha: "sha",
  event: "event",
  branch: "head_branch",
  actor: "actor",
};
const cursor = {
  write: (n) => Buffer.from(String(n)).toString("base64url"),
  read: (text) => (text ? Number(Buffer.from(text, "base64url").toString()) : 0),
};

function filtered(rows, query) {
  for (const [param, field] of Object.entries(FILTERS)) {
    const wanted = query.get(param);
    if (wanted && wanted !== "all" && rows.some((row) => typeof row?.[field] === "string"))
      rows = rows.filter((row) => row[field] === wanted);
  }
  return rows;
}

/** `{body, link}`: one page of the body's list, or the body as it is when the route has no paging. */
export function page(body, { route, query, base }) {
  const list = listIn(body);
  const known = new Set(route.params.map((p) => p.name));
  if (!list || !(known.has("per_page") || known.has("page"))) return { body };
  const rows = filtered(list.rows, query);
  const per = Math.min(100, Number(query.get("per_page") ?? 30));
  const url = (over) => {
    const next = new URLSearchParams(query);
    for (const key of ["page", "after", "before"]) next.delete(key);
    for (const [key, value] of Object.entries(over)) next.set(key, value);
    return `${base}?${next}`;
  };
  const byCursor = known.has("after");
  const number = Number(query.get("page") ?? 1);
  const from = byCursor ? cursor.read(query.get("after")) : (number - 1) * per;
  const links = byCursor ? cursorLinks(from, per, rows.length, url) : offsetLinks(number, per, rows.length, url);
  const link = links.map(([rel, to]) => `<${to}>; rel="${rel}"`).join(", ");
  return { body: list.put(rows.slice(from, from + per), rows.length), link: link || undefined };
}

function cursorLinks(from, per, total, url) {
  const links = [];
  if (from + per < total) links.push(["next", url({ after: cursor.write(from + per), before: "" })]);
  if (from > 0) links.push(["first", url({})]);
  return links;
}

function offsetLinks(number, per, total, url) {
  const last = Math.max(1, Math.ceil(total / per));
  const links = [];
  if (number > 1) links.push(["prev", url({ page: number - 1 })]);
  if (number < last) links.push(["next", url({ page: number + 1 })], ["last", url({ page: last })]);
  if (number > 1) links.push(["first", url({ page: 1 })]);
  return links;
}
