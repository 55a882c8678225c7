// usage: node graphql/validate.mjs <schema.graphql> <query.graphql...>   exit 1 on any schema error or cost problem
import fs from "node:fs";
import { parse, validate } from "graphql";
import { loadSchema } from "./schema.mjs";
import { cost } from "./cost.mjs";
const [, , s, ...qs] = process.argv;
const t0 = performance.now();
const schema = loadSchema(s);
const t1 = performance.now();
let bad = 0;
for (const q of qs) {
  const doc = parse(fs.readFileSync(q, "utf8"));
  const e = validate(schema, doc);
  const c = cost(schema, doc);
  console.log(
    q.split("/").pop(),
    "errors:",
    e.length,
    "nodes:",
    c.nodes,
    "requests:",
    c.requests,
    "points:",
    c.points,
    c.problems.length ? c.problems : "",
  );
  e.forEach((x) => console.log("   ", x.message));
  if (process.env.ROWS)
    c.rows
      .sort((a, b) => b.requests - a.requests || b.nodes - a.nodes)
      .slice(0, 25)
      .forEach((r) => console.log("   ", String(r.requests).padStart(6), String(r.nodes).padStart(7), r.path));
  if (e.length || c.problems.length) bad = 1;
}
console.log("schema types", Object.keys(schema.getTypeMap()).length, "build ms", Math.round(t1 - t0));
process.exit(bad);
