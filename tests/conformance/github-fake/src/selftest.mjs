// Runs scenarios/selftest.json, the list that both fakes answer, against this one.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import { start } from "./server.mjs";

const read = (name) => JSON.parse(fs.readFileSync(new URL(`../../scenarios/${name}`, import.meta.url)));
const { port, close } = await start(read("reach.json"));
const kept = {};
const filled = (text) => text.replace(/\$(\w+)/g, (all, key) => kept[key] ?? all);

/** What a step gives to its document, with what earlier steps kept. */
const variables = (step) => JSON.parse(filled(JSON.stringify(step.variables ?? {})));

function request(path, { as = "ghp_admin", send = {}, method = "GET", body } = {}) {
  const headers = { "user-agent": "selftest", ...(as ? { authorization: `Bearer ${filled(as)}` } : {}), ...send };
  for (const [name, value] of Object.entries(headers)) {
    if (value === "") delete headers[name];
    else headers[name] = filled(value);
  }
  return new Promise((resolve, reject) => {
    const req = http.request({ port, path, method, headers }, (res) => {
      let text = "";
      res.on("data", (chunk) => (text += chunk)).on("error", reject);
      res.on("end", () =>
        resolve({ status: res.statusCode, headers: res.headers, text, json: () => JSON.parse(text) }),
      );
    });
    req.on("error", reject).end(body);
  });
}

const at = (value, pointer) =>
  pointer
    .split("/")
    .slice(1)
    .reduce((v, key) => v?.[key], value);

async function walk({ walk: first, as, pages, rows }) {
  let path = first;
  let seen = 0;
  let found = 0;
  while (path) {
    const answer = await request(path, { as });
    const body = answer.json();
    found += (Array.isArray(body) ? body : Object.values(body).find(Array.isArray)).length;
    seen++;
    const next = answer.headers.link?.match(/<([^>]+)>; rel="next"/)?.[1];
    path = next && next.replace(`http://localhost:${port}`, "");
  }
  assert.deepEqual({ pages: seen, rows: found }, { pages, rows });
}

async function control({ control: action, body }) {
  if (action !== "violations") return request(`/__fake/${action}`, { method: "POST", body: JSON.stringify(body) });
  return assert.equal((await request("/__fake/log")).json().violations.length, body);
}

async function check(step) {
  if (step.control) return control(step);
  if (step.walk) return walk(step);
  if (step.broken) return assert.rejects(request(step.get, step));
  const answer = await request(filled(step.get ?? step.post ?? "/graphql"), {
    ...step,
    method: step.get ? "GET" : "POST",
    body: step.graphql && JSON.stringify({ query: step.graphql, variables: variables(step) }),
  });
  assert.equal(answer.status, step.status, answer.text);
  for (const [name, text] of Object.entries(step.header ?? {})) assert.equal(answer.headers[name], filled(text));
  for (const [name, text] of Object.entries(step.header_has ?? {})) assert.ok(answer.headers[name].includes(text));
  for (const name of step.no_header ?? []) assert.equal(answer.headers[name], undefined);
  for (const [name, key] of Object.entries(step.keep ?? {})) kept[key] = answer.headers[name];
  for (const [key, pointer] of Object.entries(step.keep_body ?? {})) kept[key] = at(answer.json(), pointer);
  if (step.text) assert.ok(answer.text.startsWith(step.text));
  for (const [pointer, value] of Object.entries(step.is ?? {})) assert.deepEqual(at(answer.json(), pointer), value);
  for (const [pointer, text] of Object.entries(step.has ?? {})) assert.ok(at(answer.json(), pointer).includes(text));
  for (const pointer of step.absent ?? []) assert.equal(at(answer.json(), pointer), undefined);
  if (step.length !== undefined) assert.equal(answer.json().length, step.length);
}

let passed = 0;
for (const step of read("selftest.json")) {
  await check(step).catch((error) => {
    error.message = `${step.name ?? step.control}: ${error.message}`;
    throw error;
  });
  if (step.name) passed++;
}
close();
console.log(`${passed} steps passed`);
