import { createMessageBatch, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { consumeReconcile } from "../../src/queues/consume-reconcile.ts";
import { aCampaign, rows, videoId } from "../support/fixtures.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

afterEach(() => reset());

const REQUEST_ID = "caller-7.of_ours";
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const HEADERS = { "x-request-id": REQUEST_ID, traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };

const AFFILIATE = { name: "Ada Lovelace", email: "ada@lovelace.example" };
const ADVERTISER = { name: "Babbage Engines", contact_email: "charles@babbage.example" };
const QUERY = "session=url-hunter2";
const CLAIM = {
  title: "Holiday by the lake",
  description: "Filmed in my own garden",
  evidence: { screenshot: "https://proof.example/views.png", remark: "seen by my aunt" },
};
const DISCORD_ID = "803215571928346624";
const CREDENTIAL = "vendor-credential-5f2e";

/** Delivers what was sent as the queues would. */
async function consume(world: World): Promise<void> {
  const messages = world.sent.splice(0).map(({ message }, i) => ({
    id: `message-${i}`,
    timestamp: new Date(world.now),
    attempts: 1,
    body: message,
  }));
  await consumeReconcile(createMessageBatch("claimcheck-reconcile-normal", messages), world.ctx);
}

/** From now on the database refuses every write to these tables, and nobody foresaw why. */
async function breakWrites(...tables: string[]): Promise<void> {
  for (const table of tables) {
    for (const event of ["insert", "update"]) {
      const trigger = `create trigger ${table}_${event} before ${event} on ${table}`;
      await env.DB.exec(`${trigger} begin select raise(abort, 'disk is broken'); end`);
    }
  }
}

interface Named {
  id: string;
  api_key: string;
}

async function aStage() {
  const world = createWorld();
  const { settings } = world.ctx;
  world.ctx.settings = (platform) => ({
    ...settings(platform),
    secrets: { YOUTUBE_API_KEY: CREDENTIAL, X_BEARER_TOKEN: CREDENTIAL },
  });
  const admin = await issueKey(world, "admin", null);
  const ask = async <T>(
    method: string,
    path: string,
    status: number,
    options: { key?: string; body?: unknown },
  ) => {
    const response = await world.request(method, `/api/v1${path}`, {
      key: admin,
      headers: HEADERS,
      ...options,
    });
    expect([method, path, response.status]).toEqual([method, path, status]);
    return (status === 204 ? null : await response.json()) as T;
  };
  const advertiser = await ask<Named>("POST", "/advertisers", 201, { body: ADVERTISER });
  const affiliate = await ask<Named>("POST", "/affiliates", 201, { body: AFFILIATE });
  await rows("update affiliates set discord_user_id = ?", DISCORD_ID);
  const campaignId = await aCampaign(world, { advertiserId: advertiser.id });
  const submission = (n: number) => ({
    campaign_id: campaignId,
    url: `https://www.youtube.com/watch?v=${videoId(n)}&${QUERY}`,
    claimed_views: 5_000,
    ...CLAIM,
  });
  const submit = (n: number, status: number) =>
    ask<{ report_id: string }>("POST", "/submissions", status, {
      key: affiliate.api_key,
      body: submission(n),
    });
  return { world, admin, ask, advertiser, affiliate, submit };
}

/** From the first account to a failing platform and a failing database; returns every secret that was in play. */
async function aWholeStory() {
  const { world, admin, ask, advertiser, affiliate, submit } = await aStage();
  const key = affiliate.api_key;
  await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
  await submit(1, 201);
  await consume(world);
  const { data } = await ask<{ data: { id: string }[] }>("GET", "/alerts", 200, {});
  for (const { id } of data)
    await ask("PUT", `/alerts/${id}/resolve`, 200, { body: { notes: CLAIM.description } });
  expect(data).not.toEqual([]);

  await submit(1, 409);
  await ask("POST", "/affiliates", 409, { body: AFFILIATE });
  await ask("POST", "/affiliates", 422, { body: { ...AFFILIATE, [AFFILIATE.email]: AFFILIATE.name } });
  await ask("GET", `/submissions?${QUERY}`, 422, {});
  await ask("GET", `/nowhere?${QUERY}`, 404, {});
  const own = await ask<{ id: string; secret: string }>("POST", "/keys", 201, {
    key,
    body: { label: AFFILIATE.name },
  });
  const rotated = await ask<{ secret: string }>("POST", `/keys/${own.id}/rotate`, 201, { key, body: {} });

  await world.setFaults("youtube", { outage: true });
  await submit(2, 201);
  await consume(world);
  world.ctx.fetch = async (input) => {
    throw new TypeError(`connect failed: ${String(input)} with ${CREDENTIAL}`);
  };
  await submit(3, 201);
  await consume(world);

  await breakWrites("affiliates", "submissions", "advertisers", "api_keys");
  await ask("PUT", "/affiliates/me", 500, { key, body: AFFILIATE });
  await ask("PATCH", `/advertisers/${advertiser.id}`, 500, { body: ADVERTISER });
  const another = { name: `${AFFILIATE.name} II`, email: `x${AFFILIATE.email}` };
  await ask("POST", "/affiliates", 500, { body: another });
  await ask("POST", "/keys", 500, { key, body: { label: AFFILIATE.name } });
  await submit(4, 500);
  const hashes = await rows<{ secret_hash: string }>("select secret_hash from api_keys");
  await env.DB.exec("alter table api_keys rename to lost_keys");
  await ask("GET", "/submissions", 500, { key });
  return {
    world,
    secrets: {
      "an e-mail": [AFFILIATE.email, ADVERTISER.contact_email],
      "the name of an account": [AFFILIATE.name, ADVERTISER.name],
      "a Discord id": [DISCORD_ID],
      "a URL's query": [QUERY, "watch?v="],
      "a title, a description or evidence": [
        CLAIM.title,
        CLAIM.description,
        ...Object.values(CLAIM.evidence),
      ],
      "a key, or what is stored of it": [
        ...[admin, advertiser.api_key, key, own.secret, rotated.secret],
        ...hashes.map(({ secret_hash }) => secret_hash),
      ],
      "a platform's credential": [CREDENTIAL],
    },
  };
}

const eventsOf = (world: World) => world.lines.map((line) => (JSON.parse(line) as { event: string }).event);

describe("the log", () => {
  it("never holds what is private, whatever goes wrong", async () => {
    const { world, secrets } = await aWholeStory();
    // The story did take every turn that could have said too much.
    expect(eventsOf(world)).toEqual(
      expect.arrayContaining([
        ...["affiliate_created", "advertiser_created", "key_issued", "key_rotated", "request_answered"],
        ...["reports_reconciled", "platform_call_failed", "request_failed"],
      ]),
    );
    for (const [what, texts] of Object.entries(secrets)) {
      const told = world.lines.filter((line) => texts.some((text) => line.includes(text)));
      expect({ what, told }).toEqual({ what, told: [] });
    }
  });

  it("follows a caller's request id and trace through the queue into the run that judged the claim", async () => {
    const { world, submit } = await aStage();
    const { report_id } = await submit(1, 201);
    await consume(world);
    const lines = world.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const traced = expect.stringMatching(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`));
    expect(lines.find(({ path }) => path === "/api/v1/submissions")).toMatchObject({
      event: "request_answered",
      status: 201,
      request_id: REQUEST_ID,
      traceparent: traced,
    });
    expect(lines.find(({ event }) => event === "reports_reconciled")).toMatchObject({
      run_id: expect.stringMatching(/^run_/),
      report_ids: [report_id],
      request_ids: [REQUEST_ID],
      traceparent: traced,
    });
  });
});
