import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import type { Platform } from "../../src/domain/platform.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/time.ts";
import { ADAPTERS } from "../../src/platforms/registry.ts";
import { verifierContext } from "../../src/services/start-connection.ts";
import { sweep } from "../../src/services/sweep.ts";
import {
  accountId,
  begin,
  comeBack,
  decide,
  failStatements,
  OWNERS_PLATFORMS,
  postOf,
  tell,
} from "../support/connecting.ts";
import { type Account, aCampaign, anAffiliate, everyRow, row, submit } from "../support/fixtures.ts";
import { createWorld, type World } from "../support/world.ts";

afterEach(() => reset());

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** What nobody but we and the vendor may know, by what it is. */
class Secrets {
  readonly #known = new Map<string, string>();

  add(what: string, secret: unknown): void {
    // What is shorter could stand anywhere by chance.
    if (typeof secret === "string" && secret.length >= 8) this.#known.set(secret, what);
  }

  /** The kinds of secrets that stand in a text, as they are or as an address or JSON spells them. */
  foundIn(text: string): string[] {
    const found = [...this.#known].filter(([secret]) =>
      [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), btoa(secret)].some(
        (spelling) => text.includes(spelling),
      ),
    );
    return [...new Set(found.map(([, what]) => what))].toSorted();
  }

  kinds(): string[] {
    return [...new Set(this.#known.values())].toSorted();
  }
}

const TOKENS = ["access_token", "refresh_token"];

/** Notes every token that a vendor gives out, wherever it stands in an answer. */
function noteTokens(secrets: Secrets, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (TOKENS.includes(name)) secrets.add(name, inner);
    noteTokens(secrets, inner);
  }
}

/** Everything a vendor was sent: what an error of its own could repeat. */
function sentBy(input: string, init: RequestInit = {}): string {
  const headers = [...new Headers(init.headers).values()];
  return [input, ...headers, String(init.body ?? "")].join(" ");
}

/** An error of a status, a success that is no JSON, or a connection that breaks. */
type Fault = number | "text" | "broken";

interface Watched {
  world: World;
  affiliate: Account;
  campaignId: string;
  secrets: Secrets;
  /** All that left us: answers of ours, with their headers, and messages. */
  shown: string[];
  /** From now on vendors fail so, and repeat what they were sent; null: they answer honestly. */
  echo(fault: Fault | null): void;
}

/** Secrets that can be told from everything else. */
function withSecrets(world: World, secrets: Secrets): void {
  const { settings } = world.ctx;
  world.ctx.settings = (platform) => {
    const own = settings(platform);
    const marked = Object.keys(own.secrets).map((name) => {
      const isSecret = /SECRET|TOKEN|API_KEY/.test(name);
      if (!isSecret) return [name, own.secrets[name] ?? ""] as const;
      const secret = `hush-${name.toLowerCase().replaceAll("_", "-")}-7f3a`;
      secrets.add("client secret", secret);
      return [name, secret] as const;
    });
    return { ...own, secrets: Object.fromEntries(marked) };
  };
}

function withEchoes(world: World, secrets: Secrets): Watched["echo"] {
  const { fetch } = world.ctx;
  let fault: Fault | null = null;
  world.ctx.fetch = async (input, init) => {
    const sent = sentBy(input, init);
    if (fault === "broken") throw new TypeError(`fetch failed: ${sent}`);
    if (fault === "text") return new Response(sent);
    if (fault !== null) return echo(fault, sent);
    const response = await fetch(input, init);
    const text = await response.clone().text();
    if (text.startsWith("{") || text.startsWith("[")) noteTokens(secrets, JSON.parse(text));
    return response;
  };
  return (now) => {
    fault = now;
  };
}

/** An error in every vendor's form at once, each field of which repeats what was sent. */
function echo(status: number, sent: string): Response {
  const token = /Bearer (\S+)/.exec(sent)?.[1] ?? sent;
  const error = {
    code: token,
    message: sent,
    type: sent,
    error_user_msg: sent,
    status: sent,
    errors: [{ reason: token }],
  };
  const body = {
    error: status % 2 === 0 ? error : token,
    error_description: sent,
    error_message: sent,
    message: token,
    title: token,
    detail: sent,
    reason: token,
    code: token,
    access_token: 7,
  };
  const headers = { "retry-after": token.replaceAll(/[^\x20-\x7e]/g, ""), "x-echo": "1" };
  return Response.json(body, { status, headers });
}

async function aStage(): Promise<Watched> {
  const world = createWorld();
  const secrets = new Secrets();
  withSecrets(world, secrets);
  const shown: string[] = [];
  const { request } = world;
  const { send } = world.ctx.queues;
  world.request = async (...asked) => {
    const response = await request(...asked);
    shown.push(`${JSON.stringify([...response.headers])} ${await response.clone().text()}`);
    return response;
  };
  world.ctx.queues.send = async (lane, messages) => {
    shown.push(JSON.stringify(messages));
    await send(lane, messages);
  };
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world, { platforms: ADAPTERS.map(({ platform }) => platform) });
  return { world, affiliate, campaignId, secrets, shown, echo: withEchoes(world, secrets) };
}

async function later({ world }: Watched, ms: number): Promise<void> {
  world.advance(ms);
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
}

async function claim(
  { world, affiliate, campaignId }: Watched,
  platform: Platform,
  n: number,
): Promise<void> {
  const { url } = postOf(platform, n);
  await submit(world, { key: affiliate.key, campaignId, url, claimed: { claimed_likes: 1 } });
  await world.deliver();
}

/** Begins an authorisation, notes its verifier and code, and comes back. */
async function authorise({ world, affiliate, secrets }: Watched, platform: Platform): Promise<number> {
  const page = await begin(world, affiliate.key, platform);
  const attempt = await row<{ id: string; secret: string }>(
    "select id, secret from connect_attempts where platform = ?",
    platform,
  );
  const { id = "", secret = "" } = attempt ?? {};
  secrets.add("code verifier", await world.ctx.box?.open(secret, verifierContext(id)));
  const back = await decide(world, page, { account: accountId(platform) });
  secrets.add("authorisation code", back.searchParams.get("code"));
  secrets.add("state", back.searchParams.get("state"));
  return (await comeBack(world, back)).status;
}

const FAULTS = [200, 400, 401, 403, 429, 500, "text", "broken"] as const;

/** Connects, reads, renews and disconnects, well and with every fault in between. */
async function liveWith(watched: Watched, platform: Platform): Promise<void> {
  const { world, affiliate, echo } = watched;
  for (const fault of FAULTS) {
    echo(fault);
    expect(await authorise(watched, platform)).not.toBe(200);
  }
  echo(null);
  expect(await authorise(watched, platform)).toBe(200);
  await claim(watched, platform, 1);
  await tell(world, `/${platform}/tokens`, { expire: "*" });
  failStatements(world, "set access_token", { when: "after" });
  await claim(watched, platform, 2);
  for (const [i, fault] of FAULTS.entries()) {
    echo(fault);
    await claim(watched, platform, 10 + i);
    await later(watched, 2 * HOUR_MS);
  }
  echo(null);
  expect(await authorise(watched, platform)).toBe(200);
  const account = await row<{ id: string }>("select id from connected_accounts where platform = ?", platform);
  const disconnect = () => world.request("DELETE", `/api/v1/accounts/${account?.id}`, { key: affiliate.key });
  echo(500);
  expect((await disconnect()).status).toBe(204);
  await later(watched, 6 * MINUTE_MS);
  echo(null);
  // The first batch begins the authorisation; the second is the one that stores what it opened.
  world.failBatch(2, "before", new Error("D1_ERROR: disk I/O error"));
  expect(await authorise(watched, platform)).toBe(500);
}

/** Proves and reads, well and with every fault in between. */
async function readWith(watched: Watched, platform: Platform): Promise<void> {
  const { world, affiliate, echo } = watched;
  const { key } = affiliate;
  await world.request("POST", `/api/v1/connect/${platform}`, { key, body: { handle: "adaclips" } });
  for (const [i, fault] of [null, ...FAULTS].entries()) {
    echo(fault);
    await world.request("POST", `/api/v1/connect/${platform}/verify`, { key });
    await claim(watched, platform, i);
    await later(watched, HOUR_MS);
  }
  echo(null);
}

/** Whatever somebody but us and the vendors can come to see, by where. */
async function everythingSeen({ world, shown }: Watched): Promise<Record<string, string>> {
  const snapshots = await Promise.all(ADAPTERS.map(({ platform }) => world.ctx.gate(platform).snapshot()));
  return {
    log: world.lines.join("\n"),
    "answers and messages": shown.join("\n"),
    database: await everyRow(),
    vault: JSON.stringify([...world.vault.entries]),
    gates: JSON.stringify(snapshots),
  };
}

async function expectNothingSeen(watched: Watched): Promise<void> {
  const seen = await everythingSeen(watched);
  const told = Object.entries(seen).map(([where, text]) => [where, watched.secrets.foundIn(text)] as const);
  // A page of consent is asked with its state, which is good for nothing without the browser's answer.
  const secret = told.map(([where, found]) => [where, found.filter((what) => what !== "state")]);
  expect(Object.fromEntries(secret)).toEqual({
    log: [],
    "answers and messages": [],
    database: [],
    vault: [],
    gates: [],
  });
  expect(watched.secrets.foundIn(seen.log ?? "")).toEqual([]);
}

describe("secrets and tokens", () => {
  it.each(OWNERS_PLATFORMS)("of %s are seen nowhere in clear, whatever goes wrong", async (platform) => {
    const watched = await aStage();
    await liveWith(watched, platform);
    expect(watched.secrets.kinds()).toEqual(
      expect.arrayContaining([
        "access_token",
        "authorisation code",
        "client secret",
        "code verifier",
        "state",
      ]),
    );
    const events = watched.world.lines.map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(
      expect.arrayContaining([
        "account_connected",
        "connection_failed",
        "platform_call_failed",
        "request_failed",
      ]),
    );
    await expectNothingSeen(watched);
  });

  it.each(ADAPTERS.filter(({ profiles }) => profiles).map(({ platform }) => platform))(
    "of %s are seen nowhere in clear, whatever goes wrong",
    async (platform) => {
      const watched = await aStage();
      await readWith(watched, platform);
      expect(watched.secrets.kinds()).toContain("client secret");
      expect(watched.world.lines.join()).toContain("profile_not_read");
      await expectNothingSeen(watched);
    },
  );

  it("are found by these tests wherever they stand", () => {
    const secrets = new Secrets();
    secrets.add("token", 'a "secret" token&more');
    for (const text of [
      'x a "secret" token&more',
      JSON.stringify(['a "secret" token&more']),
      "a%20%22secret%22%20token%26more",
    ]) {
      expect(secrets.foundIn(text)).toEqual(["token"]);
    }
    expect(secrets.foundIn("a secret token")).toEqual([]);
  });
});
