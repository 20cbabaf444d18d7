import { type Context, Hono } from "hono";
import { z } from "zod";
import { ROTATIONS } from "./authority.ts";
import { GARBAGE } from "./faults.ts";
import { COUNTED } from "./posts.ts";
import type { Vendor, World } from "./vendor.ts";

const Count = z.int().min(0);
const Growth = z.strictObject({ initial: Count, per_hour: z.number(), saturates_at: Count.optional() });
const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const PostBody = z
  .strictObject({
    metrics: z.partialRecord(z.enum(COUNTED), Count.nullable()).optional(),
    growth: z.partialRecord(z.enum(COUNTED), Growth).optional(),
    started_at: Instant.optional(),
    state: z.enum(["live", "gone", "private"]).optional(),
    author: z.strictObject({ id: z.string().min(1), name: z.string().min(1) }).optional(),
    published_at: Instant.optional(),
  })
  .refine(({ metrics = {}, growth = {} }) => Object.keys(metrics).every((name) => !(name in growth)), {
    message: "a metric is either fixed or growing, not both",
  });

const FaultsBody = z.strictObject({
  latency_ms: z.int().min(0).max(60_000).optional(),
  error_rate: z.number().min(0).max(1).optional(),
  status: z.int().min(400).max(599).optional(),
  retry_after: z.union([z.number(), z.string()]).optional(),
  garbage: z.union([z.enum(GARBAGE), z.literal(true)]).optional(),
  outage: z.union([z.boolean(), z.literal("hang")]).optional(),
  partial: z.boolean().optional(),
  access: z.union([z.boolean(), z.literal("only")]).optional(),
});

const LimitsBody = z.strictObject({ calls: Count });
const NamingBody = z.strictObject({ names: z.string() });

const AccountBody = z.strictObject({
  handle: z.string().min(1),
  name: z.string().min(1).optional(),
  about: z.string().optional(),
});

const TokensBody = z.strictObject({
  expire: z.string().optional(),
  revoke: z.string().optional(),
  rotation: z.enum(ROTATIONS).optional(),
  lifetime_seconds: Count.nullable().optional(),
});

/** What the control API works on. */
export interface Controlled {
  now: () => number;
  vendors: readonly Vendor[];
  worldOf(vendor: Vendor): World;
  reset(): void;
}

type Place = { vendor: Vendor; world: World };
type Env = { Variables: { place: Place } };

/**
 * The routes under `/_control`: what the platforms should have, how they should fail and how often they were
 * asked. Bodies are checked strictly, 400 with the reason; an unknown platform is 404. A PUT replaces what
 * was set before.
 */
export function createControl(controlled: Controlled): Hono<Env> {
  const control = new Hono<Env>();
  control.get("/health", (c) => c.json({ status: "ok" }));
  control.post("/reset", (c) => {
    controlled.reset();
    return c.body(null, 204);
  });
  control.use("/:platform/*", async (c, next) => {
    const vendor = controlled.vendors.find(({ platform }) => platform === c.req.param("platform"));
    if (vendor === undefined) return c.json({ error: `no platform ${c.req.param("platform")}` }, 404);
    c.set("place", { vendor, world: controlled.worldOf(vendor) });
    return next();
  });
  control.put("/:platform/posts/:external_id", (c) =>
    take(c, PostBody, ({ world }, body) => {
      world.posts.tell(c.req.param("external_id"), {
        ...body,
        started_at: body.started_at ?? controlled.now(),
      });
      return null;
    }),
  );
  control.get("/:platform/posts/:external_id", (c) => {
    const post = c.get("place").world.posts.see(c.req.param("external_id"), controlled.now());
    const { id, state, author, counts, publishedAt } = post;
    return c.json({ id, state, author, metrics: counts, published_at: new Date(publishedAt).toISOString() });
  });
  control.put("/:platform/faults", (c) =>
    take(c, FaultsBody, ({ world }, body) => {
      world.faults = body;
      return null;
    }),
  );
  control.get("/:platform/faults", (c) => c.json(c.get("place").world.faults));
  control.put("/:platform/limits", (c) =>
    take(c, LimitsBody, ({ world }, { calls }) => {
      Object.assign(world.quota, { calls, used: 0 });
      return null;
    }),
  );
  control.put("/:platform/naming", (c) =>
    take(c, NamingBody, ({ world, vendor }, { names }) => {
      if (!vendor.namings.includes(names))
        return `names: expected one of ${vendor.namings.join(", ") || "none"}`;
      world.naming = names;
      return null;
    }),
  );
  control.put("/:platform/accounts/:id", (c) =>
    take(c, AccountBody, ({ world }, { handle, name = handle, about = "" }) => {
      const id = c.req.param("id");
      world.people.tell({ id, handle, name, about, createdAt: controlled.now() });
      return null;
    }),
  );
  control.put("/:platform/tokens", (c) =>
    take(c, TokensBody, ({ world }, body) => bendTokens(world, body, controlled.now())),
  );
  control.get("/:platform/calls", (c) => c.json(c.get("place").world.calls.summary()));
  return control;
}

/** Tokens expire or are revoked, of one account or (`*`) of all, and go on as told. */
function bendTokens({ authority }: World, body: z.infer<typeof TokensBody>, now: number): null {
  const whose = (account: string) => (account === "*" ? null : account);
  if (body.expire !== undefined) authority.expire(whose(body.expire), now);
  if (body.revoke !== undefined) authority.revoke(whose(body.revoke), now);
  if (body.rotation !== undefined) authority.rotation = body.rotation;
  if (body.lifetime_seconds !== undefined)
    authority.lifetimeMs = body.lifetime_seconds === null ? null : body.lifetime_seconds * 1_000;
  return null;
}

/**
 * Checks the body and applies it: 204, or 400 with what is wrong with it. `apply` answers null or an
 * objection.
 */
async function take<T>(
  c: Context<Env>,
  schema: z.ZodType<T>,
  apply: (place: Place, body: T) => string | null,
): Promise<Response> {
  const json: unknown = await c.req.json().catch(() => undefined);
  if (json === undefined) return c.json({ error: "the body is not JSON" }, 400);
  const parsed = schema.safeParse(json);
  if (!parsed.success) return c.json({ error: explain(parsed.error) }, 400);
  const objection = apply(c.get("place"), parsed.data);
  return objection === null ? c.body(null, 204) : c.json({ error: objection }, 400);
}

function explain(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join("; ");
}
