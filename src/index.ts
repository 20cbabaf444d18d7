import { createApp } from "./app.ts";
import { createCtx } from "./context.ts";
import { consumeOutbox } from "./discord/consume-outbox.ts";
import { consume } from "./queues/consume.ts";
import { tick } from "./queues/tick.ts";

export { LinkBoard } from "./objects/link-board.ts";
export { PlatformGate } from "./objects/platform-gate.ts";

const app = createApp(createCtx);

export default {
  fetch: app.fetch,
  queue: (batch, env) => (batch.queue.endsWith("-discord") ? consumeOutbox : consume)(batch, createCtx(env)),
  scheduled: (_controller, env) => tick(createCtx(env)),
} satisfies ExportedHandler<Env, unknown>;
