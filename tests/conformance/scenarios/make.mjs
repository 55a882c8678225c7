// Writes reach.json: the organisation, its variants as patches, and the identities. Fails when GitHub's schema refuses a body.
// usage: node scenarios/make.mjs [--check]
import fs from "node:fs";
import { Contract } from "../github-fake/src/contract.mjs";
import { Builder } from "../github-fake/src/instance.mjs";
import { identities } from "./identities.mjs";
import { DEFAULTS, Renderer } from "./render.mjs";
import { reach } from "./reach.mjs";
import { variants } from "./variants.mjs";

const contract = new Contract();
const render = new Renderer(new Builder(contract));
const invalid = [];

function checked(rest) {
  for (const [key, body] of Object.entries(rest)) {
    const { route } = contract.match("GET", key.split("?")[0]);
    if (!route) invalid.push(`${key}: no such path`);
    else invalid.push(...contract.checkResponse(route, 200, body).map((e) => `${key}: ${e}`));
  }
  return rest;
}

const base = checked(render.rest(reach()));

/** What a variant changes: paths with other bodies, and paths that are gone. */
function patch(change) {
  const org = reach();
  change(org);
  const rest = checked(render.rest(org));
  const keys = [...new Set([...Object.keys(base), ...Object.keys(rest)])].sort();
  const differs = (k) => JSON.stringify(base[k]) !== JSON.stringify(rest[k]);
  return Object.fromEntries(keys.filter(differs).map((k) => [k, rest[k] ?? null]));
}

const tokens = Object.fromEntries(
  Object.entries(identities).map(([token, { user, ...identity }]) => [
    token,
    user ? { ...identity, rest: { "/user": render.account(user) } } : identity,
  ]),
);
const scenario = {
  name: "acme: one application, its deploy repository and its handbook",
  defaults: DEFAULTS,
  repo_ids: Object.fromEntries(Object.entries(reach().repos).map(([name, { id }]) => [`acme/${name}`, id])),
  tokens,
  installations: { 42: identities.ghs_least },
  rest: base,
  graphql: render.graphql(reach()),
  variants: Object.fromEntries(Object.entries(variants).map(([name, change]) => [name, patch(change)])),
};

/** One path a line, so that a change of the scenario reads as one. */
function lines(value, depth) {
  if (depth === 0 || typeof value !== "object" || value === null) return JSON.stringify(value);
  const rows = Object.entries(value).map(
    ([k, v]) => `${JSON.stringify(k)}: ${lines(v, k === "variants" ? 2 : depth - 1)}`,
  );
  return `{\n${rows.join(",\n")}\n}`;
}

if (invalid.length) {
  console.error(invalid.slice(0, 30).join("\n"));
  process.exit(1);
}
const out = new URL("reach.json", import.meta.url);
const text = `${lines(scenario, 2)}\n`;
if (!process.argv.includes("--check")) fs.writeFileSync(out, text);
else if (fs.readFileSync(out, "utf8") !== text) {
  console.error("scenarios/reach.json is not what scenarios/make.mjs writes");
  process.exit(1);
}
console.log(`${Object.keys(base).length} paths, ${text.length} bytes`);
