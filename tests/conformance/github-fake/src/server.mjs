// The server: one request in, one contract-checked answer out, one line in the log.
import crypto from "node:crypto";
import http from "node:http";
import { Contract } from "./contract.mjs";
import { nextFault, play, SECONDARY } from "./faults.mjs";
import { GraphQl } from "./graphql.mjs";
import { Limits, rateHeaders } from "./limits.mjs";
import { page } from "./paging.mjs";
import { State } from "./state.mjs";

const DOCS = "https://docs.github.com/rest";
const error = (status, message) => ({ message, documentation_url: DOCS, status: String(status) });
const withoutFraction = (ms) => new Date(ms).toISOString().replace(/\.\d+Z/, "Z");

function writer(req, res, entry) {
  return (status, body, headers = {}) => {
    entry.status = status;
    const none = body === undefined || status === 304;
    res.writeHead(status, {
      "content-type": "application/json; charset=utf-8",
      "x-github-request-id": `FAKE:${crypto.randomBytes(4).toString("hex").toUpperCase()}`,
      "x-github-api-version-selected": req.headers["x-github-api-version"] ?? "2022-11-28",
      "x-github-media-type": "github.v3; format=json",
      ...headers,
    });
    res.end(none ? "" : typeof body === "string" ? body : JSON.stringify(body));
  };
}

async function readBody(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

class Fake {
  constructor(scenario) {
    this.contract = new Contract();
    this.graphql = new GraphQl();
    this.state = new State(scenario);
    this.inflight = 0;
    this.reset();
  }

  reset() {
    this.state.reset();
    this.log = [];
    this.faults = structuredClone(this.state.faults ?? []);
    this.limits = new Limits(this.state.rate_limits);
  }

  async handle(req, res) {
    this.inflight++;
    res.on("close", () => this.inflight--);
    const raw = await readBody(req);
    const url = new URL(req.url, `http://${req.headers.host}`);
    if (url.pathname.startsWith("/__fake/")) return this.control(url.pathname.slice(8), raw, writer(req, res, {}));
    const prefix = this.state.prefix ?? "";
    const below = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) || "/" : url.pathname;
    // On GitHub Enterprise Server GraphQL stands beside REST, not below it.
    const graphql = req.method === "POST" && [`${prefix}/graphql`, prefix && "/api/graphql"].includes(url.pathname);
    const path = graphql ? "/graphql" : this.state.canonical(below);
    const token = (req.headers.authorization ?? "").replace(/^(bearer|token) /i, "");
    const entry = { t: this.limits.now(), method: req.method, path, query: url.search, status: 0, violations: [] };
    this.log.push(entry);
    const call = { req, res, raw, url, path, token, entry, answer: writer(req, res, entry), prefix };
    call.match =
      graphql ? { route: { path, method: "POST" }, args: {} } : this.contract.match(req.method, path);
    entry.op = call.match.route ? `${req.method} ${call.match.route.path}` : `${req.method} UNROUTED ${path}`;
    const fault = nextFault(this.faults, `${req.method} ${path}${url.search}`);
    const rate = () => rateHeaders(this.limits.window(token, "core"));
    if (fault && (await play(fault, { req, res, entry, answer: call.answer, rate }))) return undefined;
    return this.admit(call);
  }

  control(action, raw, answer) {
    const body = raw ? JSON.parse(raw) : null;
    switch (action) {
      case "log":
        return answer(200, this.report());
      case "reset":
        this.reset();
        return answer(200, {});
      case "variants":
        this.state.apply(body);
        return answer(200, {});
      case "identity":
        this.state.tokens[body.token] = body.identity;
        return answer(200, {});
      case "clone":
        this.state.clone(body);
        return answer(200, {});
      case "faults":
        this.faults.push(...body);
        return answer(200, this.faults);
      case "patch":
        this.state.patch(body.path, body.body);
        return answer(200, {});
      case "limit":
        Object.assign(this.limits.limits, body);
        return answer(200, this.limits.limits);
      case "clock":
        this.limits.skew += body.advance_s;
        return answer(200, { now: this.limits.now() });
      default:
        return answer(404, {});
    }
  }

  report() {
    const counts = {};
    for (const { op } of this.log) counts[op] = (counts[op] ?? 0) + 1;
    return { requests: this.log, counts, violations: this.log.flatMap((x) => x.violations) };
  }

  /** Everything GitHub decides before it looks at the object: who asks, how often, and whether they may. */
  async admit(call) {
    const { req, token, entry, answer, match } = call;
    if (!req.headers["user-agent"])
      return answer(
        403,
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.",
      );
    if (this.inflight > (this.state.max_concurrency ?? 100))
      return answer(403, { message: SECONDARY }, { "retry-after": 60 });
    if (!match.route) return this.unrouted(call);
    const isJwt = token.split(".").length === 3;
    if (/access_tokens$/.test(match.route.path) && isJwt) return this.mint(match.args.installation_id, answer);
    const identity = isJwt ? {} : this.state.tokens[token];
    if (!identity) return this.anonymous(token, answer);
    call.identity = identity;
    const resource = call.path === "/graphql" ? "graphql" : /audit-log$/.test(match.route.path) ? "audit_log" : "core";
    call.window = this.limits.window(token, resource);
    call.headers = () => ({ ...rateHeaders(call.window), ...(identity.headers ?? {}) });
    if (match.route.path === "/rate_limit") return this.rateLimit(call);
    if (call.window.used >= call.window.limit) return this.exhausted(call, resource);
    const denied = this.state.denial(identity, entry.op);
    if (denied) return this.deny(call, denied);
    return call.path === "/graphql" ? this.query(call) : this.rest(call);
  }

  unrouted({ match, entry, answer }) {
    entry.violations.push(`not in the contract: ${entry.op}`);
    return answer(match.other ? 405 : 404, error(404, "Not Found"));
  }

  mint(id, answer) {
    const installation = this.state.installations?.[id];
    if (!installation) return answer(404, error(404, "Not Found"));
    const token = `ghs_fake${Object.keys(this.state.tokens).length}`;
    this.state.tokens[token] = structuredClone(installation);
    const expires_at = withoutFraction((this.limits.now() + (this.state.token_ttl_s ?? 3600)) * 1000);
    return answer(201, { token, expires_at, permissions: installation.permissions ?? {}, repository_selection: "all" });
  }

  anonymous(token, answer) {
    const window = this.limits.window("anonymous", "core", 60);
    window.used++;
    return token
      ? answer(401, error(401, "Bad credentials"), rateHeaders(window))
      : answer(404, error(404, "Not Found"), rateHeaders(window));
  }

  rateLimit({ token, answer, headers }) {
    const names = ["core", "graphql", "search", "audit_log"];
    const resources = Object.fromEntries(names.map((name) => [name, this.limits.figures(token, name)]));
    return answer(200, { resources, rate: resources.core }, headers());
  }

  exhausted({ answer, headers }, resource) {
    const message = "API rate limit exceeded for installation ID 1.";
    return resource === "graphql"
      ? answer(200, { errors: [{ type: "RATE_LIMITED", message }] }, headers())
      : answer(403, { message, documentation_url: `${DOCS}/overview/rate-limits-for-the-rest-api` }, headers());
  }

  deny(call, { status = 403, message, accepted }) {
    call.window.used++;
    const text = message ?? (status === 404 ? "Not Found" : "Resource not accessible by integration");
    const extra = accepted ? { "x-accepted-github-permissions": accepted } : {};
    return call.answer(status, error(status, text), { ...call.headers(), ...extra });
  }

  async query({ raw, entry, answer, identity, window, headers }) {
    let posted;
    try {
      posted = JSON.parse(raw);
    } catch {
      return answer(400, { message: "Problems parsing JSON" });
    }
    const repositories = this.state.graphql?.repositories ?? {};
    const { body, points, nodes, violations } = await this.graphql.answer(posted, {
      repositories,
      rest: this.state.rest,
      identity,
      window,
    });
    Object.assign(entry, { points, nodes });
    entry.violations.push(...violations);
    window.used += points;
    return answer(200, body, headers());
  }

  rest(call) {
    const { entry, answer, match, url, path, identity, headers, window } = call;
    const illegal = this.contract.checkRequest(match.route, url.searchParams);
    if (illegal.length) {
      entry.violations.push(...illegal.map((v) => `${entry.op}: ${v}`));
      return answer(400, { message: "CONTRACT VIOLATION", errors: illegal }, headers());
    }
    const found = this.state.body(identity, match.route, match.args, path, url.searchParams);
    if (found !== undefined) return this.found(call, found);
    window.used++;
    return answer(404, error(404, this.notFound(call)), headers());
  }

  notFound({ path, match }) {
    if (!/\/protection$/.test(path)) return "Not Found";
    return this.state.branchExists(match.args) ? "Branch not protected" : "Branch not found";
  }

  found(call, whole) {
    const { req, entry, answer, match, url, path, token, headers, window, prefix } = call;
    const id = this.state.repo_ids[`${match.args.owner}/${match.args.repo}`];
    const byId = id ? path.replace(/^\/repos\/[^/]+\/[^/]+/, `/repositories/${id}`) : path;
    const { body, link } = page(whole, {
      route: match.route,
      query: url.searchParams,
      base: url.origin + prefix + byId,
    });
    const wrong = this.contract.checkResponse(match.route, 200, body);
    if (wrong.length) {
      entry.violations.push(...wrong.map((x) => `RESPONSE ${entry.op}: ${x}`));
      return answer(500, { message: "FAKE RESPONSE DOES NOT MATCH GITHUB SCHEMA", errors: wrong.slice(0, 10) });
    }
    const text = JSON.stringify(body);
    const etag = `"${crypto
      .createHash("sha256")
      .update(text + (link ?? "") + token)
      .digest("hex")}"`;
    // Free when unchanged (seen live in PyGithub's recordings); ETags are per token (eclipse-csi/otterdog#201).
    if ((req.headers["if-none-match"] ?? "").replace(/^W\//, "") === etag) {
      entry.not_modified = true;
      return answer(304, undefined, { etag, ...headers() });
    }
    window.used++;
    const extra = { etag: `W/${etag}`, "cache-control": "private, max-age=60, s-maxage=60", ...(link ? { link } : {}) };
    if (/[./]raw\b/.test(req.headers.accept ?? "") && body.encoding === "base64")
      return answer(200, Buffer.from(body.content, "base64").toString(), {
        ...headers(),
        ...extra,
        "content-type": "application/vnd.github.raw+json",
      });
    return answer(200, body, { ...headers(), ...extra });
  }
}

export async function start(scenario, port = 0) {
  const fake = new Fake(scenario);
  const server = http.createServer((req, res) =>
    fake.handle(req, res).catch((failure) => {
      fake.log.push({ op: "FAKE", violations: [`the fake itself failed: ${failure.stack}`] });
      if (!res.headersSent) res.writeHead(500);
      res.end();
    }),
  );
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { port: server.address().port, close: () => server.close(), fake };
}
