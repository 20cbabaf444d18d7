/**
 * Makes an admin key and stores its hash: the first key of a deployment, or a new one if all were lost. Whoever can
 * run it has the database anyway, so it needs no key itself.
 *
 *     npm run create-admin-key                          the local database
 *     npm run create-admin-key -- staging|production    that environment's database
 */
import { execFileSync } from "node:child_process";
import { hashApiKey, keyPrefix, makeApiKey } from "../domain/api-key.ts";
import { createIds } from "../lib/ids.ts";
import { QUIET, ROOT, STATE, wrangler } from "./local.ts";

const environment = process.argv[2];
if (environment !== undefined && environment !== "staging" && environment !== "production") {
  console.error("Usage: npm run create-admin-key [-- staging|production]");
  process.exit(2);
}

const fillRandom = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
const key = makeApiKey(fillRandom);
const id = createIds(Date.now, fillRandom)("key");
// Every value is made here of letters, digits and underscores, so that quoting is safe.
const insert = `insert into api_keys (id, secret_hash, prefix, label, role, created_at)
  values ('${id}', '${await hashApiKey(key)}', '${keyPrefix(key)}', 'bootstrap', 'admin', ${Date.now()})`;
const where =
  environment === undefined ? ["--local", "--persist-to", STATE] : ["--remote", "--env", environment];
const [node, args] = wrangler("d1", "execute", "DB", ...where, "--yes", "--command", insert);
execFileSync(node, args, { cwd: ROOT, env: QUIET, stdio: ["ignore", "ignore", "inherit"] });

console.error("This key is shown once. Only its hash is stored.");
console.log(key);
