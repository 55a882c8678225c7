// GitHub's published formula, applied to a query document.
//  node limit: every connection needs first|last 1..100; total nodes <= 500,000 (sum over connections of product of first/last down the path)
//  points: (sum over connections of number of requests needed to resolve it = product of first/last of its ANCESTORS connections) / 100, rounded, min 1
import { getNamedType } from "graphql";
export function cost(schema, doc, vars = {}) {
  const frags = {};
  let op;
  for (const d of doc.definitions) d.kind === "FragmentDefinition" ? (frags[d.name.value] = d) : (op = d);
  const defaults = {};
  for (const v of op.variableDefinitions ?? [])
    if (v.defaultValue) defaults[v.variable.name.value] = v.defaultValue.value;
  const num = (a) =>
    a.value.kind === "Variable"
      ? Number(vars[a.value.name.value] ?? defaults[a.value.name.value])
      : Number(a.value.value);
  let requests = 0,
    nodes = 0;
  const rows = [];
  const problems = [];
  (function walk(sel, type, mult, path) {
    for (const s of sel.selections) {
      if (s.kind === "FragmentSpread") {
        const f = frags[s.name.value];
        if (!f) {
          problems.push("unknown fragment " + s.name.value);
          continue;
        }
        walk(f.selectionSet, schema.getType(f.typeCondition.name.value), mult, path);
        continue;
      }
      if (s.kind === "InlineFragment") {
        walk(s.selectionSet, s.typeCondition ? schema.getType(s.typeCondition.name.value) : type, mult, path);
        continue;
      }
      if (s.name.value.startsWith("__")) continue;
      const fd = type.getFields?.()[s.name.value];
      if (!fd) continue;
      const t = getNamedType(fd.type);
      const p = path + "/" + (s.alias ? s.alias.value + ":" : "") + s.name.value;
      let m = mult;
      if (/Connection$/.test(t.name)) {
        const a = (s.arguments ?? []).find((x) => ["first", "last"].includes(x.name.value));
        if (!a) problems.push(p + ": connection without first/last");
        const n = a ? num(a) : 0;
        if (a && (n < 1 || n > 100)) problems.push(p + ": first/last out of 1..100: " + n);
        requests += mult;
        nodes += mult * n;
        rows.push({ path: p, requests: mult, nodes: mult * n });
        m = mult * n;
      }
      if (s.selectionSet) walk(s.selectionSet, t, m, p);
    }
  })(op.selectionSet, op.operation === "mutation" ? schema.getMutationType() : schema.getQueryType(), 1, "");
  if (nodes > 500000) problems.push("node limit: " + nodes + " > 500000");
  return { nodes, requests, points: Math.max(1, Math.round(requests / 100)), problems, rows };
}
