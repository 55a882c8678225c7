// Primary rate limits: one window an hour for each token and resource, on a clock that tests can move.
const DEFAULTS = { core: 5000, graphql: 5000, audit_log: 1750, search: 30 };

export class Limits {
  constructor(overrides = {}) {
    this.limits = { ...DEFAULTS, ...overrides };
    this.windows = new Map();
    this.skew = 0;
  }

  now() {
    return Math.floor(Date.now() / 1000) + this.skew;
  }

  window(token, resource, limit = this.limits[resource]) {
    const key = `${token}|${resource}`;
    const open = this.windows.get(key);
    if (open && open.reset > this.now()) return open;
    const fresh = { used: 0, reset: this.now() + 3600, limit, resource };
    this.windows.set(key, fresh);
    return fresh;
  }

  figures(token, resource) {
    const { limit, used, reset } = this.window(token, resource);
    return { limit, remaining: Math.max(0, limit - used), reset, used };
  }
}

export const rateHeaders = (w) => ({
  "x-ratelimit-limit": w.limit,
  "x-ratelimit-remaining": Math.max(0, w.limit - w.used),
  "x-ratelimit-used": w.used,
  "x-ratelimit-reset": w.reset,
  "x-ratelimit-resource": w.resource,
});
