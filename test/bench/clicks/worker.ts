/**
 * The whole Worker, with three additions for the benchmark of clicks: links to click on (`POST /_bench/seed`), what D1
 * counted and holds (`GET /_bench/state`), and a queue that delivers at random again what it has already delivered.
 */
import worker from "../../../src/index.ts";
import { countingDb } from "../../support/counting-db.ts";

export { LinkBoard } from "../../../src/objects/link-board.ts";
export { PlatformGate } from "../../../src/objects/platform-gate.ts";

const CAMPAIGN = "cmp_00000000000000000000000001";
const LINKS = 10;

interface Counted {
  env: Env;
  take: ReturnType<typeof countingDb>["take"];
}

function counted(env: Env): Counted {
  const { database, take } = countingDb(env.DB);
  return { env: { ...env, DB: database }, take };
}

// One a purpose and isolate: configuration is read once for each environment it is given.
let following: Counted | null = null;
let counting: Counted | null = null;
let delivered = { messages: 0, again: 0 };
/** Messages of earlier batches, to be delivered again some time later. */
let held: Message<unknown>[] = [];

const codes = Array.from({ length: LINKS }, (_, i) => `bench0000${i}`);

async function seed(env: Env): Promise<void> {
  const link = env.DB.prepare(
    "insert into tracked_links (code, campaign_id, affiliate_id, submission_id, attached_at, own, created_at) values (?, ?, ?, ?, 1, 1, 1)",
  );
  await env.DB.batch([
    env.DB.prepare(
      "insert into advertisers (id, name, created_at, updated_at) values ('adv_b', 'Bench', 1, 1)",
    ),
    env.DB.prepare(
      "insert into affiliates (id, name, email, created_at, updated_at) values ('aff_b', 'Bench', 'b@example.com', 1, 1)",
    ),
    env.DB.prepare(
      `insert into campaigns (id, advertiser_id, name, starts_at, observe_every_minutes, landing_url, policy_version,
        created_at, updated_at) values (?, 'adv_b', 'Bench', 1, 60, 'https://shop.example.com/launch?ref=bench', 1, 1, 1)`,
    ).bind(CAMPAIGN),
    ...codes.map((code) => link.bind(code, CAMPAIGN, "aff_b", `sub_${code}`)),
  ]);
}

async function state(env: Env): Promise<Response> {
  const { results } = await env.DB.prepare(
    `select link, sum(human) as human, sum(automated) as automated, sum(unique_human) as unique_human,
      sum(unique_automated) as unique_automated from click_days group by link order by link`,
  ).all();
  const total = await env.DB.prepare("select * from campaign_traffic where hour = -1").first();
  return Response.json({
    links: results,
    total,
    codes,
    delivered,
    d1: counting?.take(),
    edge: following?.take(),
  });
}

/** The same messages once more; whoever delivers twice asks for no second acknowledgement. */
function redelivery(
  batch: MessageBatch<unknown>,
  messages: readonly Message<unknown>[],
): MessageBatch<unknown> {
  const copies = messages.map(({ id, timestamp, body, attempts }) => ({
    id,
    timestamp,
    body,
    attempts: attempts + 1,
    ack: () => undefined,
    retry: () => undefined,
  }));
  return { ...batch, queue: batch.queue, messages: copies } as MessageBatch<unknown>; // safe: what consumers use of one.
}

export default {
  fetch: (request, env, context) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/_bench/seed") return seed(env).then(() => Response.json({ codes }));
    if (pathname === "/_bench/state") return state(env);
    following ??= counted(env);
    return worker.fetch(request as never, following.env, context); // safe: the very request.
  },
  async queue(batch, env) {
    counting ??= counted(env);
    const twice = batch.messages.filter(() => Math.random() < 0.5);
    const late = held.splice(0, Math.ceil(held.length * Math.random()));
    held = [...held, ...batch.messages.filter(() => Math.random() < 0.2)].slice(-100);
    delivered = {
      messages: delivered.messages + batch.messages.length,
      again: delivered.again + twice.length + late.length,
    };
    await Promise.all([
      worker.queue(batch, counting.env),
      worker.queue(redelivery(batch, [...twice, ...late]), counting.env),
    ]);
  },
} satisfies ExportedHandler<Env, unknown>;
