// GraphQL over the scenario's `graphql.repositories`, on GitHub's own schema and with its published cost formula.
import { execute, parse, specifiedRules, validate } from "graphql";
import { cost } from "../graphql/cost.mjs";
import { loadSchema } from "../graphql/schema.mjs";

const failure = (type, message) => Object.assign(new Error(message), { ghType: type });
const encode = (n) => Buffer.from(`cursor:${n}`).toString("base64");
const decode = (text) => (text ? Number(Buffer.from(text, "base64").toString().split(":").pop()) : 0);
const EMPTY = { "Boolean!": false, "Int!": 0, "String!": "", "ID!": "", "URI!": "" };

function connection(rows, args) {
  if (args.states) rows = rows.filter((row) => args.states.includes(row.state ?? "MERGED"));
  if (args.baseRefName) rows = rows.filter((row) => row.baseRefName === args.baseRefName);
  if (args.environments) rows = rows.filter((row) => args.environments.includes(row.environment));
  const start = decode(args.after);
  const nodes = args.last ? rows.slice(-args.last) : rows.slice(start, start + args.first);
  const end = start + nodes.length;
  return {
    totalCount: rows.length,
    nodes,
    edges: nodes.map((node, i) => ({ node, cursor: encode(start + i + 1) })),
    pageInfo: {
      hasNextPage: !args.last && end < rows.length,
      hasPreviousPage: start > 0,
      endCursor: nodes.length ? encode(end) : null,
      startCursor: null,
    },
  };
}

function empty(type) {
  if (!type.endsWith("!")) return null;
  if (type.startsWith("[")) return [];
  if (type === "DateTime!") return "2026-01-01T00:00:00Z";
  return type === "GitObjectID!" ? "0".repeat(40) : EMPTY[type];
}

const CONTENTS = "GET /repos/{owner}/{repo}/contents/{path}";

/** `object(expression: "HEAD:path")`: a folder's entries with their objects, or a file's text; null where nothing is. */
function gitObject(rest, full, expression) {
  const path = expression.replace(/^HEAD:/, "").replace(/\/$/, "");
  const tree = rest[`/repos/${full}/git/trees/main?recursive=1`]?.tree ?? [];
  const found = tree.find((entry) => entry.path === path);
  if (path && !found) return null;
  if (found?.type === "blob") {
    const text = Buffer.from(rest[`/repos/${full}/contents/${path}`].content, "base64").toString();
    return { __typename: "Blob", oid: found.sha, text, byteSize: found.size, isBinary: false, isTruncated: false };
  }
  const below = tree.filter((entry) => entry.path.split("/").slice(0, -1).join("/") === path);
  const entry = ({ path: at, type, sha }) => ({
    name: at.split("/").pop(),
    path: at,
    type,
    oid: sha,
    object: () => gitObject(rest, full, `HEAD:${at}`),
  });
  return { __typename: "Tree", oid: found?.sha, entries: below.map(entry) };
}

/** Connections are paged for real; an identity's `deny_fields` ("Type.field") come back null with a FORBIDDEN error, its `null_fields` without a word. */
const resolver = (repositories, identity, rest) => (source, args, _context, info) => {
  const field = `${info.parentType.name}.${info.fieldName}`;
  if (identity.deny_fields?.includes(field)) throw failure("FORBIDDEN", "Resource not accessible by integration");
  if (identity.null_fields?.includes(field)) return null;
  if (field === "Query.repository") {
    const full = `${args.owner}/${args.name}`;
    const hidden = identity.repositories && !identity.repositories.includes(full);
    if (!repositories[full] || hidden)
      throw failure("NOT_FOUND", `Could not resolve to a Repository with the name '${full}'.`);
    return repositories[full];
  }
  if (field === "Repository.object") {
    const refused = identity.deny?.some(({ match }) => CONTENTS.startsWith(match.replace(/\*$/, "")));
    if (refused || (identity.allow && !identity.allow.includes(CONTENTS)))
      throw failure("FORBIDDEN", "Resource not accessible by integration");
    return gitObject(rest, source.nameWithOwner, args.expression);
  }
  const member = source?.[info.fieldName];
  const value = typeof member === "function" ? member() : member;
  const named = String(info.returnType).replace(/[![\]]/g, "");
  if (/Connection$/.test(named) && (value === undefined || Array.isArray(value))) return connection(value ?? [], args);
  return value === undefined ? empty(String(info.returnType)) : value;
};

export class GraphQl {
  constructor(file = new URL("../spec/schema.graphql", import.meta.url)) {
    this.schema = loadSchema(file);
  }

  /** `{body, points, nodes, violations}` for one posted document. */
  async answer({ query, variables = {} }, { repositories, rest, identity, window }) {
    let document;
    try {
      document = parse(query);
    } catch (error) {
      return { body: { errors: [{ message: error.message }] }, points: 1, violations: [`graphql: ${error.message}`] };
    }
    const invalid = validate(this.schema, document, specifiedRules).map((e) => e.message);
    if (invalid.length) return this.refused(invalid.map((message) => ({ message })));
    const { problems, points, nodes } = cost(this.schema, document, variables);
    const code = (p) => (/node limit/.test(p) ? "MAX_NODE_LIMIT_EXCEEDED" : "MISSING_PAGINATION_BOUNDARIES");
    if (problems.length) return this.refused(problems.map((message) => ({ type: code(message), message })));
    const used = window.used + points;
    const resetAt = new Date(window.reset * 1000).toISOString().replace(/\.\d+Z/, "Z");
    const rateLimit = {
      cost: points,
      limit: window.limit,
      remaining: window.limit - used,
      used,
      nodeCount: nodes,
      resetAt,
    };
    const result = await execute({
      schema: this.schema,
      document,
      variableValues: variables,
      rootValue: { rateLimit },
      fieldResolver: resolver(repositories, identity, rest),
      typeResolver: (value) => value?.__typename,
    });
    const errors = result.errors?.map(({ originalError, path, locations, message }) => ({
      type: originalError?.ghType,
      path,
      locations,
      message,
    }));
    return { body: errors ? { ...result, errors } : result, points, nodes, violations: [] };
  }

  refused(errors) {
    return { body: { errors }, points: 0, violations: errors.map((e) => `graphql: ${e.message}`) };
  }
}
