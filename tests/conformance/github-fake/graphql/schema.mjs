// @octokit/graphql-schema 15.26.1 ships an SDL that graphql-js rejects: duplicate fields in EnterpriseOwnerInfo.
// assumeValidSDL keeps the last definition; everything else is checked by graphql-js as usual.
import fs from "node:fs";
import { buildSchema } from "graphql";
export const loadSchema = (f) => buildSchema(fs.readFileSync(f, "utf8"), { assumeValidSDL: true });
