// Cuts GitHub's OpenAPI description down to the calls a client may make, and to what checks them: a call outside the list is
// a 404 and a violation, prose and examples are left out, and of the answers only success is kept (errors need no schema).
// usage: node tools/slim-spec.mjs FULL.json endpoints.txt OUT.json
import fs from "node:fs";

const [, , full, list, out] = process.argv;
const spec = JSON.parse(fs.readFileSync(full, "utf8"));
const PROSE = new Set([
  "description",
  "summary",
  "example",
  "examples",
  "externalDocs",
  "title",
  "deprecated",
  "tags",
  "operationId",
  "discriminator",
  "headers",
  "default",
]);
const NAMES = new Set(["properties", "schemas", "paths", "parameters", "responses", "patternProperties"]); // keys below these are names, not keywords

const wanted = fs
  .readFileSync(list, "utf8")
  .split("\n")
  .map((line) => line.replace(/#.*/, "").trim())
  .filter(Boolean)
  .map((line) => (/^[A-Z]+ /.test(line) ? line.split(/\s+/) : ["GET", line]))
  .map(([method, path]) => [method.toLowerCase(), path]);

function stripped(node, names = false) {
  if (Array.isArray(node)) return node.map((x) => stripped(x));
  if (!node || typeof node !== "object") return node;
  const kept = Object.entries(node).filter(([k]) => names || !(PROSE.has(k) || k.startsWith("x-")));
  return Object.fromEntries(kept.map(([k, v]) => [k, stripped(v, !names && NAMES.has(k))]));
}

function operation(op) {
  const success = Object.entries(op.responses).filter(([status]) => /^2/.test(status));
  const { requestBody, ...rest } = op;
  return { ...rest, responses: Object.fromEntries(success) };
}

const paths = {};
const missing = [];
for (const [method, path] of wanted) {
  const op = spec.paths[path]?.[method];
  if (!op) missing.push(`${method.toUpperCase()} ${path}`);
  else {
    const shared = spec.paths[path].parameters;
    paths[path] ??= shared ? { parameters: shared } : {};
    paths[path][method] = operation(op);
  }
}

// What the kept paths refer to, and what that refers to. Three references of the Enterprise Cloud description dangle.
const components = {};
const seen = new Set();
function follow(node) {
  if (Array.isArray(node)) return node.forEach(follow);
  if (!node || typeof node !== "object") return undefined;
  if (typeof node.$ref === "string" && !node.$ref.startsWith("#/")) {
    delete node.$ref;
    node.type = "object";
  }
  if (typeof node.$ref === "string" && !seen.has(node.$ref)) {
    seen.add(node.$ref);
    const [, kind, name] = node.$ref.slice(2).split("/");
    const target = stripped(spec.components[kind][name]);
    (components[kind] ??= {})[name] = target;
    follow(target);
  }
  return Object.values(node).forEach(follow);
}
const slim = stripped(paths, true);
follow(slim);

fs.writeFileSync(
  out,
  `${JSON.stringify({ openapi: spec.openapi, info: { title: spec.info.title, version: spec.info.version, license: spec.info.license }, paths: slim, components })}\n`,
);
console.error(
  `${Object.keys(slim).length} paths, ${Object.keys(components.schemas).length} schemas, ${fs.statSync(out).size} bytes; not described: ${missing.join(", ") || "none"}`,
);
