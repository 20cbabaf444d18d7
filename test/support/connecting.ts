import type { Platform } from "../../src/domain/platform.ts";
import { VENDORS } from "../simulator/app.ts";
import { type Account, row } from "./fixtures.ts";
import type { World } from "./world.ts";

/** The platforms that show posts to apps their owner authorised, alone. */
export const OWNERS_PLATFORMS = ["instagram", "meta", "tiktok", "linkedin"] as const;

/** Tells the simulator something by its control API, e.g. `/tiktok/tokens`. */
export async function tell(world: World, path: string, body: Record<string, unknown>): Promise<void> {
  const response = await world.simulator.app.request(`http://simulator.test/_control${path}`, {
    method: "PUT",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  if (!response.ok) throw new Error(`the simulator refused ${path}: ${await response.text()}`);
}

/** How often an operation of a vendor was called, by the vendor's name for it. */
export async function callsOf(world: World, platform: Platform, operation: string): Promise<number> {
  const url = `http://simulator.test/_control/${platform}/calls`;
  const summary: { by_operation: Record<string, { calls: number }> } = await (
    await world.simulator.app.request(url)
  ).json();
  return summary.by_operation[operation]?.calls ?? 0;
}

/** The n-th account of a platform, an id of its own form. */
export function accountId(platform: Platform, n = 1): string {
  const serial = String(n).padStart(3, "0");
  const forms: Record<string, string> = {
    instagram: `178414000000${serial}`,
    meta: `100064000000${serial}`,
    tiktok: `-000creator${serial}`,
    linkedin: `urn:li:person:creator${serial}`,
    youtube: `UC${serial.padStart(22, "x")}`,
    x: `2244994${serial}`,
  };
  return forms[platform] ?? `account${serial}`;
}

/** The n-th post of a platform: its id and an address of it. */
export function postOf(platform: Platform, n = 1): { externalId: string; url: string } {
  const vendor = VENDORS.find((candidate) => candidate.platform === platform);
  if (vendor === undefined) throw new Error(`no simulator of ${platform}`);
  return vendor.demoPost(n, Date.parse("2026-05-31T12:00:00.000Z"));
}

/** Begins an authorisation over HTTP, and returns the address of the vendor's page of consent. */
export async function begin(world: World, key: string, platform: Platform): Promise<URL> {
  const response = await world.request("POST", `/api/v1/connect/${platform}`, { key, body: {} });
  const started: { authorization_url?: string } = await response.json();
  if (response.status !== 201 || started.authorization_url === undefined) {
    throw new Error(`${response.status}: ${JSON.stringify(started)}`);
  }
  return new URL(started.authorization_url);
}

/** What a person does on the page of consent, and where the vendor sends the browser then. */
export async function decide(
  world: World,
  page: URL,
  { decision = "allow", account }: { decision?: "allow" | "refuse"; account: string },
): Promise<URL> {
  const address = new URL(page);
  address.searchParams.set("decision", decision);
  address.searchParams.set("account", account);
  const location = (await world.simulator.app.request(address.href)).headers.get("location");
  if (location === null) throw new Error(`${page.host} sends nobody back`);
  return new URL(location);
}

/** The browser comes back to us. */
export const comeBack = (world: World, back: URL): Promise<Response> =>
  world.request("GET", `${back.pathname}${back.search}`);

/**
 * Connects an account of an affiliate by the vendor's page of consent, as a person would in a browser.
 *
 * @returns our id of the account; anything but success fails the test
 */
export async function connect(
  world: World,
  affiliate: Pick<Account, "key">,
  platform: Platform,
  account = accountId(platform),
): Promise<string> {
  const page = await begin(world, affiliate.key, platform);
  const response = await comeBack(world, await decide(world, page, { account }));
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  const connected = await accountRow(platform, account);
  if (connected === null) throw new Error(`${account} is not connected`);
  return connected.id;
}

/**
 * Proves an account by the code in its profile.
 *
 * @returns our id of the account
 */
export async function prove(
  world: World,
  affiliate: Pick<Account, "key">,
  platform: Platform,
  person: { id: string; handle: string },
): Promise<string> {
  const { key } = affiliate;
  const begun = await world.request("POST", `/api/v1/connect/${platform}`, {
    key,
    body: { handle: person.handle },
  });
  const { code }: { code: string } = await begun.json();
  const { id, handle } = person;
  await tell(world, `/${platform}/accounts/${id}`, { handle, about: `Hello! ${code}` });
  const proven = await world.request("POST", `/api/v1/connect/${platform}/verify`, { key });
  const account: { id: string } = await proven.json();
  if (proven.status !== 201) throw new Error(`${proven.status}: ${JSON.stringify(account)}`);
  return account.id;
}

interface StoredAccount {
  id: string;
  affiliate_id: string;
  state: string;
  detail: string | null;
  access_token: string | null;
  access_expires_at: number | null;
  refresh_token: string | null;
  token_version: number;
  tend_at: number | null;
}

/** What is stored of a vendor's account that somebody has in use. */
export const accountRow = (platform: Platform, externalId: string): Promise<StoredAccount | null> =>
  row<StoredAccount>(
    "select * from connected_accounts where platform = ? and external_id = ? and state in ('active', 'lapsed')",
    platform,
    externalId,
  );

/** What is stored of one of our accounts. @throws if there is none */
export async function storedAccount(id: string): Promise<StoredAccount> {
  const stored = await row<StoredAccount>("select * from connected_accounts where id = ?", id);
  if (stored === null) throw new Error(`no account ${id}`);
  return stored;
}

/** What is stored of a report that waits, or was judged. */
export const waiting = (reportId: string) =>
  row<{
    state: string;
    status: string | null;
    attempts: number;
    put_off_reason: string | null;
    put_off_since: number | null;
    next_attempt_at: number | null;
  }>(
    "select state, status, attempts, put_off_reason, put_off_since, next_attempt_at from reconciliations where report_id = ?",
    reportId,
  );

/** From now on the database fails statements that contain this text, as often as told: unseen, or after it did them. */
export function failStatements(
  world: World,
  text: string,
  { when, times = 1 }: { when: "before" | "after"; times?: number },
): void {
  const client = world.ctx.db.$client;
  const prepare = client.prepare.bind(client);
  let left = times;
  const failing = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => failing(target.bind(...values));
        // safe: the calls of a statement that drizzle makes return promises and take nothing.
        const call = Reflect.get(target, name) as () => Promise<unknown>;
        return async () => {
          left -= 1;
          if (left >= 0 && when === "before") throw new Error("D1_ERROR: Network connection lost.");
          const result = await call.call(target);
          if (left >= 0) throw new Error("D1_ERROR: Network connection lost.");
          return result;
        };
      },
    });
  client.prepare = (query: string) => {
    const statement = prepare(query);
    return query.includes(text) ? failing(statement) : statement;
  };
}
