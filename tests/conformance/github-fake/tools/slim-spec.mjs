// Cut GitHub's official OpenAPI description down to the endpoints we call, so mock servers start fast
// and every call outside the list is a hard 404 ("no path matched").
// usage: node tools/slim-spec.mjs <full.json> <endpoints.txt> <out.json>
import fs from "node:fs";
const [, , full, list, out] = process.argv;
const spec = JSON.parse(fs.readFileSync(full, "utf8"));
const want = fs
  .readFileSync(list, "utf8")
  .split("\n")
  .map((l) => l.replace(/#.*/, "").trim())
  .filter(Boolean)
  .map((l) => (/^[A-Z]+ /.test(l) ? l.split(/\s+/) : ["GET", l]))
  .map(([m, p]) => [m.toLowerCase(), p]);
const paths = {},
  missing = [];
for (const [m, p] of want) {
  const op = spec.paths[p]?.[m];
  if (!op) {
    missing.push(m.toUpperCase() + " " + p);
    continue;
  }
  (paths[p] ??= spec.paths[p].parameters ? { parameters: spec.paths[p].parameters } : {})[m] = op;
}
const keep = {};
const seen = new Set();
const ext = new Set();
(function walk(n) {
  if (Array.isArray(n)) return n.forEach(walk);
  if (!n || typeof n !== "object") return;
  for (const k of Object.keys(n)) {
    if (k === "$ref" && typeof n[k] === "string") {
      const r = n[k];
      if (!r.startsWith("#/")) {
        ext.add(r);
        delete n[k];
        n.type = "object";
        continue;
      }
      if (seen.has(r)) continue;
      seen.add(r);
      const seg = r
        .slice(2)
        .split("/")
        .map((s) => s.replace(/~1/g, "/").replace(/~0/g, "~"));
      let src = spec,
        dst = keep;
      seg.forEach((s, i) => {
        src = src?.[s];
        if (i < seg.length - 1) dst = dst[s] ??= {};
        else dst[s] = src;
      });
      if (src === undefined) throw new Error("dangling " + r);
      walk(src);
    } else walk(n[k]);
  }
})(paths);
const o = { openapi: spec.openapi, info: spec.info, servers: spec.servers, paths, ...keep };
fs.writeFileSync(out, JSON.stringify(o));
console.error(
  JSON.stringify(
    {
      wanted: want.length,
      kept: Object.keys(paths).length,
      missing,
      external_refs_dropped: [...ext],
      components: Object.fromEntries(Object.entries(keep.components ?? {}).map(([k, v]) => [k, Object.keys(v).length])),
      bytes: fs.statSync(out).size,
    },
    null,
    1,
  ),
);
