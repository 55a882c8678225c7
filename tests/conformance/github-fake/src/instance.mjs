// The smallest object that satisfies GitHub's schema, with given values laid over it: scenarios name only what they mean.

const STRINGS = {
  uri: "https://api.github.com/",
  "date-time": "2026-01-05T09:00:00Z",
  date: "2026-01-05",
  email: "a@acme.test",
};

export class Builder {
  constructor(contract) {
    this.contract = contract;
  }

  /** The answer of `GET path`, filled. */
  get(path, over) {
    const route = this.contract.routes.find((r) => r.method === "GET" && r.path === path);
    if (!route) throw new Error(`no route ${path}`);
    return this.fill(this.contract.responseSchema(route, 200), over);
  }

  schema(name, over) {
    return this.fill({ $ref: `#/components/schemas/${name}` }, over);
  }

  fill(schema, over) {
    if (over === null) return null;
    const s = this.contract.deref(schema);
    if (over === undefined && s.nullable) return null;
    const choices = s.oneOf ?? s.anyOf;
    if (choices && !s.properties) return this.choose(choices, over);
    if (s.allOf) return this.fill(s.allOf.map((x) => this.contract.deref(x)).reduce(merged, {}), over);
    if (s.properties || s.type === "object") return this.object(s, over);
    if (s.type === "array")
      return Array.isArray(over ?? []) ? (over ?? []).map((x) => this.fill(s.items ?? {}, x)) : over;
    return over ?? this.scalar(s);
  }

  /** The first alternative under which the filled value is valid. */
  choose(choices, over) {
    const filled = choices.map((choice) => [choice, this.fill(choice, over)]);
    const valid = ([choice, value]) => this.contract.compile(`instance ${JSON.stringify(choice)}`, choice)(value);
    return (filled.find(valid) ?? filled[0])[1];
  }

  object(s, over = {}) {
    if (typeof over !== "object" || Array.isArray(over)) return over;
    const keys = new Set([...(s.required ?? []), ...Object.keys(over)]);
    const out = {};
    for (const key of keys) {
      const value = this.fill(s.properties?.[key] ?? {}, over[key]);
      if (value !== undefined) out[key] = value;
    }
    return out;
  }

  scalar(s) {
    if (s.enum) return s.enum[0];
    if (s.type === "integer" || s.type === "number") return s.minimum ?? 0;
    if (s.type === "boolean") return false;
    return s.type === "string" ? (STRINGS[s.format] ?? "") : undefined;
  }
}

function merged(a, b) {
  return {
    ...a,
    ...b,
    type: "object",
    properties: { ...a.properties, ...b.properties },
    required: [...(a.required ?? []), ...(b.required ?? [])],
  };
}
