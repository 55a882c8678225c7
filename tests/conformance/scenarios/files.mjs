// The files of the scenario's repositories, kept as files so that they read and lint like any other.
import fs from "node:fs";
import path from "node:path";

const root = new URL("./files/", import.meta.url).pathname;

/** `{path: text}` of a tree under `files/`, sorted. */
export function readTree(name) {
  const base = path.join(root, name);
  const entries = fs.readdirSync(base, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = entries.map((e) => path.relative(base, path.join(e.parentPath ?? e.path, e.name))).sort();
  return Object.fromEntries(paths.map((p) => [p, fs.readFileSync(path.join(base, p), "utf8")]));
}

/** A repository's files with a variant's laid over them; an empty file removes. */
export function overlaid(files, variant, repository) {
  const over = readTree(`variants/${variant}/${repository}`);
  return Object.fromEntries(Object.entries({ ...files, ...over }).filter(([, text]) => text !== ""));
}
