import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEMO_CAMPAIGN, DEMO_VIDEO } from "../../src/cli/demo-names.ts";
import {
  createInteraction,
  type Deed,
  type Interaction,
  type OptionValue,
  signedHeaders,
} from "../../src/cli/discord-local.ts";
import { type Place, upload } from "../../src/cli/discord-stack.ts";
import { EPHEMERAL } from "../../src/discord/wire.ts";
import { type Json, ROOT, type Stack, startStack, until } from "./stack.ts";

const ENV = { CRON_SECONDS: "1", PUT_OFF_SECONDS: "1", SWEEP_AGAIN_SECONDS: "10" };
/** Nobody in Claimcheck is linked to these. */
const [NEWCOMER, STRANGER] = ["200000000000000071", "200000000000000072"] as const;
/** Another application's. */
const OTHER_SEED = "1f".repeat(32);

let stack: Stack;
/** As `npm start` wrote them. */
let keys: Record<string, string>;
let videos = 0;

const as = (role: "admin" | "advertiser" | "affiliate") => ({ key: stack.keys[role] });
/** A video no other test uses, with a thousand views. */
async function aVideo(): Promise<string> {
  const id = `dsc${String(++videos).padStart(8, "0")}`;
  await stack.control("PUT", `/youtube/posts/${id}`, { metrics: { views: 1_000 } });
  return `https://youtu.be/${id}`;
}

beforeAll(async () => {
  stack = await startStack({ name: "e2e-discord", port: 8927, env: ENV, fresh: true });
  keys = JSON.parse(readFileSync(join(stack.dev, "keys.json"), "utf8"));
});

afterAll(async () => stack?.stop());

const say = (deed: Deed, userId = keys.discord_affiliate_user_id ?? "") => {
  const sender = { applicationId: keys.discord_application_id ?? "", userId, name: "E2E", permissions: "0" };
  return createInteraction(deed, sender, Date.now());
};

const press = (customId: string): Deed => ({ kind: "press", customId });

function command(path: string, values: Record<string, string | number> = {}): Deed {
  const [name = "", leaf] = path.split(" ");
  const options: OptionValue[] = Object.entries(values).map(([option, value]) => ({
    name: option,
    type: typeof value === "number" ? 4 : 3,
    value,
  }));
  const nested = leaf === undefined ? options : [{ name: leaf, type: 1, options }];
  return { kind: "command", name, options: nested, completing: false };
}

async function post(body: string, headers: Record<string, string>): Promise<{ status: number; body: Json }> {
  const url = `${stack.keys.base_url}/discord/interactions`;
  const answer = await fetch(url, { method: "POST", headers, body });
  return { status: answer.status, body: await answer.json() };
}

async function send(interaction: Interaction): Promise<Json> {
  const body = JSON.stringify(interaction);
  const answer = await post(body, signedHeaders(keys.discord_private_key ?? "", body, Date.now()));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** What was written to the fake Discord with this token. */
async function written(kind: string, { token }: Interaction): Promise<Json[]> {
  const { messages } = await stack.control("GET", "/discord/messages?after=0");
  return messages.filter((message: Json) => message.kind === kind && message.token === token);
}

async function firstWritten(kind: string, interaction: Interaction): Promise<Json> {
  await until(async () => (await written(kind, interaction)).length > 0, `the ${kind} of an interaction`);
  const [message] = await written(kind, interaction);
  return message.body;
}

/** The affiliate's submissions of the video. */
async function ownOf(url: string): Promise<Json[]> {
  const { body } = await stack.api("GET", "/api/v1/submissions/history", as("affiliate"));
  return body.data.filter(({ external_id }: Json) => url.endsWith(external_id));
}

describe("a report from Discord", () => {
  it("is answered with a receipt, and its verdict follows", async () => {
    const url = await aVideo();
    const submitted = say(command("claim submit", { url, campaign: DEMO_CAMPAIGN, views: 1_000 }));
    const receipt = await send(submitted);
    expect(receipt).toMatchObject({ type: 4, data: { allowed_mentions: { parse: [] } } });
    expect(receipt.data.flags & EPHEMERAL).toBe(EPHEMERAL);
    expect(JSON.stringify(receipt)).toContain("Received");

    const verdict = await firstWritten("follow_up", submitted);
    expect(JSON.stringify(verdict)).toContain("Matched");
    const status = await send(say(command("claim status", { post: url })));
    expect(JSON.stringify(status)).toContain("Matched");
  });

  it("that comes twice is one report, and both are shown it", async () => {
    const url = await aVideo();
    const submitted = say(command("claim submit", { url, campaign: DEMO_CAMPAIGN, views: 1_000 }));
    await send(submitted);
    const again = await send(submitted);
    expect(JSON.stringify(again)).toContain(url.slice(-11));
    expect(await ownOf(url)).toHaveLength(1);
    await firstWritten("follow_up", submitted);
    expect(await written("follow_up", submitted)).toHaveLength(1);
  });

  it("with a file is put off, finished from the queue, and keeps the file's hash", async () => {
    const path = join(stack.dev, "proof.png");
    const bytes = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.from("a picture")]);
    writeFileSync(path, bytes);
    // safe: of a place, only the simulator's address is needed here.
    const file = await upload({ simulatorUrl: stack.keys.simulator_url } as Place, path);
    const url = await aVideo();
    const options: OptionValue[] = [
      { name: "url", type: 3, value: url },
      { name: "campaign", type: 3, value: DEMO_CAMPAIGN },
      { name: "views", type: 4, value: 1_000 },
      { name: "proof", type: 11, value: file.id },
    ];
    const submitted = say({
      kind: "command",
      name: "claim",
      options: [{ name: "submit", type: 1, options }],
      attachments: [file],
      completing: false,
    });
    expect(await send(submitted)).toEqual({ type: 5, data: { flags: EPHEMERAL } });
    expect(JSON.stringify(await firstWritten("edit", submitted))).toContain("Received");
    expect(JSON.stringify(await firstWritten("follow_up", submitted))).toContain("Matched");
    const [{ submission_id: id }] = await ownOf(url);
    const { body: submission } = await stack.api("GET", `/api/v1/submissions/${id}`, as("affiliate"));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const evidence = { files: [{ name: "proof.png", size: bytes.length, media_type: "image/png", sha256 }] };
    expect(submission.report).toMatchObject({ method: "DISCORD", evidence });
  });

  it.each([
    { why: "another key's signature", seed: OTHER_SEED, ageMs: 0, tail: "" },
    { why: "a byte more than was signed", seed: null, ageMs: 0, tail: " " },
    { why: "a signature of yesterday", seed: null, ageMs: 86_400_000, tail: "" },
  ])("is refused and enters nothing with $why", async ({ seed, ageMs, tail }) => {
    const url = await aVideo();
    const deed = command("claim submit", { url, campaign: DEMO_CAMPAIGN, views: 1_000 });
    const body = JSON.stringify(say(deed));
    const headers = signedHeaders(seed ?? keys.discord_private_key ?? "", body, Date.now() - ageMs);
    expect(await post(body + tail, headers)).toMatchObject({
      status: 401,
      body: { code: "bad_signature" },
    });
    expect(await ownOf(url)).toEqual([]);
  });
});

describe("linking", () => {
  it("ties a Discord user to whoever asked for the code, once, until they unlink", async () => {
    const creator = { name: "Nora Newcomer", email: "nora@example.com" };
    const { body: created } = await stack.api("POST", "/api/v1/affiliates", {
      ...as("admin"),
      body: creator,
    });
    const key = created.api_key ?? created.secret;
    const me = async (user: string) => JSON.stringify(await send(say(command("claim me"), user)));
    expect(await me(NEWCOMER)).toContain("not linked");

    const issued = await stack.api("POST", "/api/v1/affiliates/me/discord-link", { key });
    expect(issued).toMatchObject({ status: 201, body: { code: expect.stringMatching(/^\w{5}-\w{5}$/) } });
    const link = command("link", { code: issued.body.code.toLowerCase() });
    expect(JSON.stringify(await send(say(link, NEWCOMER)))).toContain(creator.name);
    expect(await me(NEWCOMER)).toContain(creator.name);
    expect(JSON.stringify(await send(say(link, STRANGER)))).toContain("not good");
    expect(await me(STRANGER)).toContain("not linked");

    await send(say(command("unlink"), NEWCOMER));
    expect(await me(NEWCOMER)).toContain("not linked");
  });
});

describe("an alert", () => {
  it("reaches the operators' channel, and is acknowledged in Discord by an operator alone", async () => {
    const url = await aVideo();
    await send(say(command("claim submit", { url, campaign: DEMO_CAMPAIGN, views: 4_321 })));
    const [{ report: own }] = await ownOf(url);
    const alert = async (): Promise<Json> => {
      const { body } = await stack.api("GET", "/api/v1/alerts?category=FRAUD", as("admin"));
      return body.data.find(({ report_id }: Json) => report_id === own.report_id);
    };
    await until(async () => (await alert()) !== undefined, "the alert of an overclaim");
    const { id } = await alert();
    const told = async (): Promise<Json[]> => {
      const { messages } = await stack.control("GET", "/discord/messages?after=0");
      return messages.filter(
        ({ kind, body }: Json) => kind === "webhook" && JSON.stringify(body).includes("4,321 views"),
      );
    };
    await until(async () => (await told()).length > 0, "the alert in the operators' channel");

    const refused = await send(say(press(`v1:ack:${id}`)));
    expect(JSON.stringify(refused)).toContain("for operators");
    expect(await alert()).toMatchObject({ status: "OPEN" });

    const acknowledged = say(press(`v1:ack:${id}`), keys.discord_operator_user_id);
    const card = await send(acknowledged);
    expect([card.type, JSON.stringify(card).includes("Acknowledged")]).toEqual([7, true]);
    expect(await alert()).toMatchObject({
      status: "ACKNOWLEDGED",
      acknowledged_by: expect.stringMatching(/^admin:key_/),
    });
    expect(await told()).toHaveLength(1);
  });
});

const run = promisify(execFile);

describe("npm run discord:say", () => {
  const command = (...words: string[]) =>
    run("npm", ["run", "--silent", "discord:say", "--", ...words], {
      cwd: ROOT,
      env: { ...process.env, CLAIMCHECK_DEV: stack.dev, NO_COLOR: "1" },
    });

  it("shows the receipt and the verdict of what npm start proposes to try", async () => {
    const url = `https://youtu.be/${DEMO_VIDEO.id}`;
    const words = ["submit", `url:${url}`, `campaign:${DEMO_CAMPAIGN}`, `views:${DEMO_VIDEO.views}`];
    const { stdout } = await command(...words, "--wait", "60");
    expect(stdout).toMatch(/Received[\s\S]*Only you can see this\.[\s\S]*Matched/);
  });

  it("shows what is on the wire with --raw", async () => {
    const { stdout } = await command("submit", "campaign:northwind", "--complete", "campaign", "--raw");
    expect(JSON.parse(stdout).data.choices.map(({ name }: Json) => name)).toContain(DEMO_CAMPAIGN);
  });

  it("acts as the operator, and fails with a sentence where Discord would show nothing", async () => {
    expect((await command("platforms", "--operator")).stdout).toContain("YouTube");
    await expect(command("sumbit")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There are: submit"),
    });
  });
});
