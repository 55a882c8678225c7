// GitHub's OpenAPI description as a contract: routing, strict requests, schema-checked answers.
import fs from "node:fs";
import Ajv from "ajv";
import addFormats from "ajv-formats";

const METHODS = ["get", "post", "put", "patch", "delete"];
const MULTI_SEGMENT = new Set(["path", "branch", "ref", "tree_sha"]); // parameters that may hold a slash

/** OpenAPI 3.0 schema to JSON Schema draft-07: only `nullable` needs rewriting. */
function toJsonSchema(node) {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (!node || typeof node !== "object") return node;
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    out[key] = ["enum", "default", "const"].includes(key) ? value : toJsonSchema(value);
  }
  if (out.nullable !== true) return out;
  delete out.nullable;
  if (typeof out.type !== "string") return { anyOf: [{ type: "null" }, out] };
  out.type = [out.type, "null"];
  if (out.enum && !out.enum.includes(null)) out.enum = [...out.enum, null];
  return out;
}

function compilePath(template) {
  const names = [];
  const source = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{([^}]+)\}/g, (_, name) => {
    names.push(name);
    return MULTI_SEGMENT.has(name) ? "(.+?)" : "([^/]+)";
  });
  return { names, pattern: new RegExp(`^${source}$`), literals: template.replace(/\{[^}]+\}/g, "").length };
}

export class Contract {
  constructor(file = new URL("../../../data/github/openapi.json", import.meta.url)) {
    this.spec = JSON.parse(fs.readFileSync(file, "utf8"));
    this.ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false, validateFormats: true, logger: false });
    addFormats(this.ajv);
    for (const format of ["repo.nwo", "ssh-key"]) this.ajv.addFormat(format, true);
    this.ajv.addSchema({ $id: "gh", ...toJsonSchema({ components: this.spec.components }) });
    this.compiled = new Map();
    this.routes = Object.entries(this.spec.paths)
      .flatMap(([path, item]) => METHODS.filter((m) => item[m]).map((m) => this.route(m, path, item)))
      .sort((a, b) => b.literals - a.literals);
  }

  route(method, path, item) {
    const params = [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map((x) => this.deref(x));
    return { method: method.toUpperCase(), path, op: item[method], params, ...compilePath(path) };
  }

  deref(node) {
    while (node?.$ref)
      node = node.$ref
        .slice(2)
        .split("/")
        .reduce((o, k) => o[k.replace(/~1/g, "/")], this.spec);
    return node;
  }

  /** `{route, args}`, or `{other: true}` when only another method is described for the path. */
  match(method, path) {
    let other = false;
    for (const route of this.routes) {
      const found = route.pattern.exec(path);
      if (!found) continue;
      if (route.method !== method) other = true;
      else return { route, args: Object.fromEntries(route.names.map((n, i) => [n, decodeURIComponent(found[i + 1])])) };
    }
    return { other };
  }

  /** GitHub ignores an unknown parameter in silence; here it is a violation, so a typo cannot pass a test. */
  checkRequest(route, query) {
    const known = new Map(route.params.filter((p) => p.in === "query").map((p) => [p.name, p]));
    const out = [];
    for (const [key, text] of query) {
      const param = known.get(key.replace(/\[\]$/, ""));
      if (!param) out.push(`unknown query parameter '${key}'`);
      else out.push(...this.checkValue(route, key, text, this.deref(param.schema ?? {})));
    }
    for (const p of known.values())
      if (p.required && !query.has(p.name)) out.push(`missing required query '${p.name}'`);
    return out;
  }

  checkValue(route, key, text, schema) {
    // The description asks for a date-time and points to the search syntax of dates, `>=2026-10-01` among it:
    // https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax
    if (key === "created" && route.path.endsWith("/actions/runs"))
      return Number.isNaN(Date.parse(text.replace(/^[<>]=?/, ""))) ? [`query '${key}' must hold a date`] : [];
    let value = text;
    if (schema.type === "integer" || schema.type === "number") value = Number(text);
    if (Number.isNaN(value)) return [`query '${key}' must be ${schema.type}`];
    if (schema.type === "boolean" && /^(true|false)$/.test(text)) value = text === "true";
    if (schema.type === "array") value = [text];
    const validate = this.compile(`query ${route.method} ${route.path} ${key}`, schema);
    if (!validate(value)) return [`query '${key}': ${this.ajv.errorsText(validate.errors)}`];
    return key === "per_page" && (value < 1 || value > 100) ? ["per_page out of 1..100"] : [];
  }

  /** The list of schema errors of an answer; empty is good. */
  checkResponse(route, status, body) {
    const schema = this.responseSchema(route, status);
    if (schema === undefined) return [`status ${status} not declared for ${route.path}`];
    if (schema === null) return [];
    const validate = this.compile(`answer ${route.method} ${route.path} ${status}`, schema);
    if (validate(body)) return [];
    return validate.errors.map((e) => `${e.instancePath || "/"} ${e.message} ${JSON.stringify(e.params)}`);
  }

  responseSchema(route, status) {
    const response = this.deref(route.op.responses[status] ?? route.op.responses.default);
    if (!response) return undefined;
    const content = response.content ?? {};
    return (content["application/json"] ?? Object.values(content)[0])?.schema ?? null;
  }

  compile(key, schema) {
    if (!this.compiled.has(key)) {
      const own = JSON.stringify(toJsonSchema(schema)).replaceAll('"$ref":"#/', '"$ref":"gh#/');
      this.compiled.set(key, this.ajv.compile(JSON.parse(own)));
    }
    return this.compiled.get(key);
  }
}
