// usage: node src/main.mjs SCENARIO.json [PORT]   (port 0 picks a free one; the first line printed is the address)
import fs from "node:fs";
import { start } from "./server.mjs";

const [, , file, port = "0"] = process.argv;
const { port: bound } = await start(JSON.parse(fs.readFileSync(file, "utf8")), Number(port));
console.log(`http://127.0.0.1:${bound}`);
