// What every answer is made of: people, names, and the smallest body that GitHub's schema allows.
import crypto from "node:crypto";
import { apps, ids } from "./reach.mjs";

export const CREATED = "2026-01-05T09:00:00Z";
export const sha = (...parts) => crypto.createHash("sha1").update(parts.join("\0")).digest("hex");
export const total = (key, rows) => ({ total_count: rows.length, [key]: rows });
export const isApp = (login) => login.endsWith("[bot]");
export const appOf = (login) => apps[login.replace("[bot]", "")];

export class Base {
  constructor(builder) {
    this.builder = builder;
  }

  put(template, path, over) {
    this.paths[path] = this.builder.get(template, over);
  }

  user(login) {
    const id = isApp(login) ? appOf(login).id : ids[login];
    return { login, id, node_id: `U_${id}`, type: isApp(login) ? "Bot" : "User", site_admin: false };
  }

  owner() {
    return { login: this.org.org, id: this.org.id, type: "Organization", site_admin: false };
  }

  brief(name, repo) {
    const full_name = `${this.org.org}/${name}`;
    return {
      id: repo.id,
      name,
      full_name,
      private: !repo.public,
      visibility: repo.public ? "public" : "private",
      default_branch: "main",
      archived: false,
      disabled: false,
      fork: false,
      owner: this.owner(),
      created_at: CREATED,
      pushed_at: CREATED,
      updated_at: CREATED,
    };
  }
}
