import { parse } from "graphql";
import { loadSchema } from "./schema.mjs";
import { cost } from "./cost.mjs";
import assert from "node:assert";
const s = loadSchema(process.argv[2]);
// the two worked examples of docs.github.com/graphql/overview/rate-limits-and-node-limits-for-the-graphql-api
const a = cost(
  s,
  parse(
    `query { viewer { repositories(first: 50) { edges { repository:node { name issues(first: 10) { totalCount edges { node { title bodyHTML } } } } } } } }`,
  ),
);
assert.equal(a.nodes, 550);
const b = cost(
  s,
  parse(
    `query { viewer { repositories(first: 50) { edges { repository:node { name pullRequests(first: 20) { edges { pullRequest:node { title comments(first: 10) { edges { comment:node { bodyHTML } } } } } } issues(first: 20) { totalCount edges { issue:node { title bodyHTML comments(first: 10) { edges { comment:node { bodyHTML } } } } } } } } } followers(first: 10) { edges { follower:node { login } } } } }`,
  ),
);
assert.equal(b.nodes, 22060);
const c = cost(
  s,
  parse(
    `query { viewer { login repositories(first: 100) { edges { node { id issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } } }`,
  ),
);
assert.equal(c.requests, 5101);
assert.equal(c.points, 51);
console.log("cost self-test ok", a.nodes, b.nodes, c.requests, c.points);
