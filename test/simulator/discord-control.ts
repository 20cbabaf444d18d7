import { type Context, Hono } from "hono";
import { z } from "zod";
import { type DiscordWorld, remember } from "./discord-world.ts";
import { GARBAGE } from "./faults.ts";

const FaultsBody = z.strictObject({
  status: z.int().min(400).max(599).optional(),
  code: z.int().min(0).optional(),
  retry_after: z.union([z.number(), z.string()]).optional(),
  scope: z.enum(["user", "global", "shared"]).optional(),
  html: z.boolean().optional(),
  garbage: z.union([z.enum(GARBAGE), z.literal(true)]).optional(),
  outage: z.union([z.boolean(), z.literal("hang")]).optional(),
  times: z.int().min(1).optional(),
});
const WebhookBody = z.strictObject({ token: z.string().min(1), gone: z.boolean().optional() });
const TokenBody = z.strictObject({ expired: z.boolean().optional(), user_install: z.boolean().optional() });
const AttachmentBody = z
  .strictObject({
    base64: z.base64().optional(),
    text: z.string().optional(),
    content_type: z.string().min(1),
    gone: z.boolean().optional(),
  })
  .refine(({ base64, text }) => (base64 === undefined) !== (text === undefined), {
    message: "either base64 or text",
  });

/** Files are large: few are kept. */
const MOST_ATTACHMENTS = 50;

/** The routes under `/_control/discord`, in the manner of those of the platforms. */
export function createDiscordControl(worldOf: () => DiscordWorld): Hono {
  const control = new Hono();
  control.get("/messages", (c) => {
    const after = Number(c.req.query("after") ?? 0);
    if (!Number.isInteger(after)) return c.json({ error: "after: expected a number" }, 400);
    return c.json({ messages: worldOf().messages.filter(({ n }) => n > after) });
  });
  control.get("/commands", (c) => c.json({ commands: [...worldOf().commands.values()].flat() }));
  control.get("/calls", (c) => c.json(worldOf().calls.summary()));
  control.get("/faults", (c) => c.json(worldOf().faults));
  control.put("/faults", (c) =>
    take(c, FaultsBody, (body) => {
      worldOf().faults = body;
    }),
  );
  control.put("/webhooks/:id", (c) =>
    take(c, WebhookBody, ({ token, gone = false }) =>
      remember(worldOf().webhooks, c.req.param("id"), { token, gone }),
    ),
  );
  control.put("/tokens/:token", (c) =>
    take(c, TokenBody, (body) => remember(worldOf().interactions, c.req.param("token"), body)),
  );
  control.put("/attachments/*", (c) =>
    take(c, AttachmentBody, ({ base64, text, content_type, gone = false }) => {
      const path = c.req.path.slice(c.req.path.indexOf("/attachments/") + "/attachments/".length);
      const bytes = base64 === undefined ? new TextEncoder().encode(text) : bytesOf(base64);
      remember(worldOf().attachments, path, { bytes, content_type, gone }, MOST_ATTACHMENTS);
    }),
  );
  return control;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Checks the body and applies it: 204, or 400 with what is wrong with it. */
async function take<T>(c: Context, schema: z.ZodType<T>, apply: (body: T) => void): Promise<Response> {
  const parsed = schema.safeParse(await c.req.json().catch(() => undefined));
  if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
  apply(parsed.data);
  return c.body(null, 204);
}
