import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { parsePostback } from "../../src/domain/postback.ts";
import { isSignedBy } from "../../src/lib/hmac.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/tracking-integration.md"), "utf8");
const SECRET = "a-secret-of-the-shop";
const CAMPAIGN = `cmp_${"0".repeat(26)}`;

/** The code of the first block under a heading. */
function snippetUnder(heading: string): string {
  const [, code] = new RegExp(`\\n### ${heading}\\n[^#]*?\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(GUIDE) ?? [];
  if (code === undefined) throw new Error(`the guide has no code under ${heading}`);
  return code;
}

/** Runs a module against a server that answers everything, and returns the queries it was asked. */
async function queriesOf(code: string, env: Record<string, string>): Promise<string[]> {
  const queries: string[] = [];
  const server = createServer((request, response) => {
    queries.push(request.url?.split("?")[1] ?? "");
    response.setHeader("content-type", "application/json");
    response.end('{"result":"recorded"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // safe: it listens on a port, not on a pipe.
  try {
    const variables = { ...process.env, CLAIMCHECK_URL: `http://127.0.0.1:${port}`, ...env };
    const options = { env: variables };
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], options);
  } finally {
    server.close();
  }
  return queries;
}

it("the guide's Node code sends an order and its refund, signed as we check them", async () => {
  const env = { CLAIMCHECK_CAMPAIGN: CAMPAIGN, CLAIMCHECK_SECRET: SECRET, CLICK_ID: "a click+id" };
  const queries = await queriesOf(snippetUnder("Node"), env);
  const postbacks = queries.map(parsePostback);
  expect(postbacks.map(({ campaignId, texts }) => ({ campaignId, ...texts }))).toMatchObject([
    { campaignId: CAMPAIGN, order_id: "A-1001", click_id: "a click+id", value: "59.90", currency: "USD" },
    { campaignId: CAMPAIGN, event: "refund", order_id: "A-1001", refund_id: "R-1", value: "9.90" },
  ]);
  for (const { signed, signature, sentAt } of postbacks) {
    expect(await isSignedBy(SECRET, signed, signature ?? "")).toBe(true);
    expect(sentAt).toMatch(/^\d{10}$/);
  }
});
