import { expect } from "vitest";
import { simulatedPlatforms } from "../../src/cli/simulated-platforms.ts";
import { DEFAULT_CONFIG } from "../../src/config.ts";
import { settingsIn } from "../../src/context.ts";
import { METRICS } from "../../src/domain/metrics.ts";
import { HOUR_MS } from "../../src/domain/time.ts";
import { adapterOf } from "../../src/platforms/lookup.ts";
import { loadPlatformSettings } from "../../src/platforms/settings.ts";
import { sweep } from "../../src/services/sweep.ts";
import { VENDORS } from "../simulator/app.ts";
import type { Vendor } from "../simulator/vendor.ts";
import { connectAccount } from "./connect.ts";
import { begin, comeBack, decide, tell } from "./connecting.ts";
import type { Subject } from "./fault-subjects.ts";
import type { Setting } from "./fault-table.ts";
import { type Account, aCampaign, anAffiliate, row, rows, submit } from "./fixtures.ts";
import { createWorld, START, type World } from "./world.ts";

/** How long a call waits for an answer that does not come, ms; it waits for no other meanwhile. */
const IMPATIENCE_MS = 100;

/** How long the tokens live in a scene where they are to end. */
const SHORT_LIFE_SECONDS = 3_600;

/** So close to its end a token is renewed before it is used, ms. */
const ENDING_MS = 100_000;

/** What the claims of a batch come to once nothing is in the way, in their order. */
export const VERDICTS = ["MATCHED", "MATCHED", "AFFILIATE_OVERCLAIMED", "DISCREPANCY_HIGH"] as const;

/** What is claimed of the true counts: the truth, the truth, twice it and a tenth of it. */
const CLAIMED = [1, 1, 2, 0.1];

/** A batch of four claims on one platform, the second of which is the one a fault of a single post is about. */
export interface Scene {
  world: World;
  subject: Subject;
  affiliate: Account;
  posts: { externalId: string; url: string; truth: Record<string, unknown> }[];
  /** Of the claims, in their order. */
  reportIds: string[];
  submissionIds: string[];
  /** Hosts that were asked, or that a client who follows redirects would have asked. */
  hosts: Set<string>;
  /** When the vendor was asked for posts, ms UTC, one entry a call. */
  asked: number[];
}

/** What is stored of a claim and its post. */
export interface Stored {
  state: string;
  status: string | null;
  missing_reason: string | null;
  attempts: number;
  put_off_reason: string | null;
  post: string;
}

/** The posts of a batch and whose they are, with the tokens to read them. Nothing is claimed or asked yet. */
export async function aBatch(subject: Subject, set: Setting): Promise<Scene> {
  const world = createWorld();
  const affiliate = await anAffiliate(world);
  const scene: Scene = {
    world,
    subject,
    affiliate,
    posts: postsOf(subject, set),
    reportIds: [],
    submissionIds: [],
    hosts: new Set(),
    asked: [],
  };
  for (const { externalId, truth } of scene.posts) await world.setPost(subject.platform, externalId, truth);
  if (set.tokensEnding) await control(scene, "tokens", { lifetime_seconds: SHORT_LIFE_SECONDS });
  if (!set.connecting) await getTokens(scene);
  if (set.tokensEnding) world.advance(SHORT_LIFE_SECONDS * 1_000 - ENDING_MS);
  // It renews no token that is younger than a day.
  else if (subject.platform === "instagram" && !set.young) world.advance(48 * HOUR_MS);
  watch(scene);
  return scene;
}

async function getTokens(scene: Scene): Promise<void> {
  const { world, subject } = scene;
  const { platform } = subject;
  if (subject.account !== null) await connect(scene);
  else if (adapterOf(platform).access.kind === "token")
    await world.ctx.gate(platform).renew({ platform, label: "app", refused: null });
}

/** As its owner connects it; also once more, when the platform wants their consent again. */
export async function connect({ world, subject, affiliate }: Scene): Promise<void> {
  const { platform, account } = subject;
  if (account !== null) await connectAccount(world, affiliate, { platform, accountId: account });
}

export async function claim(scene: Scene): Promise<void> {
  const { world, subject, affiliate, posts } = scene;
  const campaignId = await aCampaign(world, { platforms: [subject.platform], policy: { settle_hours: 0 } });
  for (const [i, { url }] of posts.entries()) {
    const claimed = Object.fromEntries(
      subject.metrics.map((metric) => [`claimed_${metric}`, countOf(i) * (CLAIMED[i] ?? 1)]),
    );
    const receipt = await submit(world, { key: affiliate.key, campaignId, url, claimed });
    scene.reportIds.push(receipt.report_id);
    scene.submissionIds.push(receipt.submission_id);
  }
}

/** Claims the numbers of one post once more, as they are in truth. */
export async function claimAgain({ world, subject, affiliate, ...scene }: Scene, i: number): Promise<void> {
  const body = Object.fromEntries(subject.metrics.map((metric) => [`claimed_${metric}`, countOf(i)]));
  const path = `/api/v1/submissions/${scene.submissionIds[i]}/metrics`;
  const response = await world.request("PUT", path, { key: affiliate.key, body });
  const receipt: { report_id: string } = await response.json();
  scene.reportIds.push(receipt.report_id);
}

/** Large enough that no slack hides an error, and never 0: a 0 in the database is one that nobody sent. */
const countOf = (i: number): number => (i + 2) * 1_000;

function postsOf(subject: Subject, set: Setting): Scene["posts"] {
  const vendor = vendorOf(subject);
  const author = { id: subject.account ?? "", name: "The creator" };
  return CLAIMED.map((_, i) => {
    const metrics = Object.fromEntries(
      METRICS.filter((metric) => metric !== "conversions").map((metric) => [metric, countOf(i)]),
    );
    const published_at = new Date(START - 24 * HOUR_MS).toISOString();
    const truth = { metrics, published_at, ...(subject.authored ? { author } : {}) };
    const isBad = i === 1 && set.badPost === true;
    if (!isBad) return { ...vendor.demoPost(2 * i + 2, START - 24 * HOUR_MS), truth };
    const { post, ...named } = subject.badPost;
    return { ...named, truth: { ...truth, ...post } };
  });
}

function vendorOf({ platform }: Subject): Vendor {
  const vendor = VENDORS.find((candidate) => candidate.platform === platform);
  if (vendor === undefined) throw new Error(`no simulator of ${platform}`);
  return vendor;
}

/** Calls about tokens and accounts, which are no questions about posts. */
const ABOUT_ACCESS = /oauth|access_token|userinfo|organizationAcls|\/me$/;

/** Notes who is asked, and when it is about posts. */
function watch(scene: Scene): void {
  const { world } = scene;
  const { fetch } = world.ctx;
  const watched: typeof fetch = async (url, init) => {
    const { host, pathname } = new URL(url);
    scene.hosts.add(host);
    if (!ABOUT_ACCESS.test(pathname)) scene.asked.push(world.now);
    const response = await fetch(url, init);
    const target = response.headers.get("location");
    // A client that does not say that it wants no redirect is led on.
    if (target !== null && init?.redirect !== "manual") scene.hosts.add(new URL(target, url).host);
    return response;
  };
  Object.assign(world.ctx, { fetch: watched });
}

/**
 * Has the account's owner consent, brings the fault about and lets them come back from the vendor's page.
 *
 * @returns the status they are answered with
 */
export async function connectUnder(scene: Scene, set: Setting): Promise<number> {
  const { world, subject, affiliate } = scene;
  const page = await begin(world, affiliate.key, subject.platform);
  const back = await decide(world, page, { account: subject.account ?? "" });
  await bringAbout(scene, set);
  return (await comeBack(world, back)).status;
}

/** Brings the fault about. */
export async function bringAbout(scene: Scene, set: Setting): Promise<void> {
  const { world, subject } = scene;
  const { platform } = subject;
  if (set.faults) await world.setFaults(platform, set.faults);
  if (set.faults?.latency_ms !== undefined || set.faults?.outage === "hang") waitFor(scene, IMPATIENCE_MS);
  if (set.calls !== undefined) await control(scene, "limits", { calls: set.calls });
  if (set.tokens) await control(scene, "tokens", { [set.tokens]: "*" });
  if (set.secrets) giveSecrets(scene, set.secrets);
  if (set.victim) await tellVictim(scene, set.victim);
}

/** Takes it away again. A post whose id is at fault stays as it is. */
export async function lift(scene: Scene): Promise<void> {
  const { world, subject } = scene;
  await world.setFaults(subject.platform, {});
  waitFor(scene, DEFAULT_CONFIG.VENDOR_TIMEOUT_MS);
  await control(scene, "limits", { calls: vendorOf(subject).callsPerWindow });
  giveSecrets(scene, "right");
  await tellVictim(scene, {});
}

/** Tells the simulator what the second post is, beside what it is in truth. */
export async function tellVictim(
  { world, subject, posts: [, victim] }: Scene,
  changes: Record<string, unknown>,
) {
  if (victim === undefined) return;
  const metrics = { ...Object(victim.truth.metrics), ...Object(changes.metrics) };
  await world.setPost(subject.platform, victim.externalId, { ...victim.truth, ...changes, metrics });
}

function waitFor({ world }: Scene, ms: number): void {
  Object.assign(world.ctx, { config: { ...world.ctx.config, VENDOR_TIMEOUT_MS: ms } });
}

const control = ({ world, subject }: Scene, what: string, body: Record<string, unknown>) =>
  tell(world, `/${subject.platform}/${what}`, body);

function giveSecrets({ world, subject }: Scene, which: "right" | "wrong" | "missing"): void {
  const { platform, secrets: names } = adapterOf(subject.platform);
  const right = loadPlatformSettings(simulatedPlatforms("http://simulator.test"));
  const settings = (name: string) => {
    const known = settingsIn(right, name);
    if (name !== platform || which === "right") return known;
    const wrong = Object.fromEntries(Object.keys(names).map((secret) => [secret, `invalid-${secret}`]));
    const secrets = which === "wrong" ? { ...known.secrets, ...wrong } : {};
    return { ...known, secrets, configured: which === "wrong" };
  };
  Object.assign(world.ctx, { settings });
}

/** What is stored of the claims, in their order. */
export async function stored({ reportIds }: Scene): Promise<Stored[]> {
  const found = await rows<Stored & { report_id: string }>(
    `select r.report_id, r.state, r.status, r.missing_reason, r.attempts, r.put_off_reason, p.state as post
      from reconciliations r join posts p on p.id = r.post_id order by r.report_id`,
  );
  const byId = new Map(found.map(({ report_id, ...rest }) => [report_id, rest]));
  return reportIds.flatMap((id) => byId.get(id) ?? []);
}

const ORIGIN = { requestId: "req_test", traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01` };

/** Goes to the next instant at which a claim is due, and does what the sweep and the queue do then; false if none is. */
export async function next(scene: Scene): Promise<boolean> {
  const { world } = scene;
  const due = await row<{ at: number | null }>("select min(sweep_at) as at from reconciliations");
  if (due?.at == null) return false;
  world.now = Math.max(world.now, due.at);
  await sweep(world.ctx, ORIGIN);
  await world.deliver();
  return true;
}

/** Looks at the claims as often as they are due, until all are decided. */
export async function untilDecided(scene: Scene, looks = 60): Promise<void> {
  for (let look = 0; look < looks; look++) if (!(await next(scene))) return;
  throw new Error(`claims are open after ${looks} looks`);
}

/** No zero was invented, nobody was asked but the vendor, and nothing was given up. */
export async function expectSound({ hosts }: Scene): Promise<void> {
  const columns = METRICS.join(", ");
  const peaks = METRICS.map((metric) => `peak_${metric}`).join(", ");
  expect(await rows(`select * from posts where 0 in (${columns}, ${peaks})`)).toEqual([]);
  expect(await rows(`select * from platform_reports where 0 in (${columns})`)).toEqual([]);
  expect([...hosts].filter((host) => host !== "simulator.test")).toEqual([]);
  expect(await rows("select * from dead_letters")).toEqual([]);
}
