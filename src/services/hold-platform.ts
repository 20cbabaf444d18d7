import type { Ctx } from "../context.ts";
import { wakePutOff } from "../db/queries/platforms.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import type { GateSnapshot } from "../domain/gate.ts";
import type { Platform } from "../domain/platform.ts";

/** Stops every call to a platform until it is released; reports wait meanwhile. A second hold changes the reason. */
export async function holdPlatform(
  ctx: Ctx,
  actor: Actor,
  { platform, reason }: { platform: Platform; reason: string },
): Promise<GateSnapshot> {
  const gate = ctx.gate(platform);
  await gate.hold(reason);
  ctx.log.warn("platform_held", { platform, actor: actorName(actor) });
  return gate.snapshot();
}

/** Ends a hold, and takes up at once what waited. Releasing what is not held changes nothing else. */
export async function releasePlatform(ctx: Ctx, actor: Actor, platform: Platform): Promise<GateSnapshot> {
  const gate = ctx.gate(platform);
  await gate.release();
  await wakePutOff(ctx.db, platform, ctx.now());
  ctx.log.warn("platform_released", { platform, actor: actorName(actor) });
  return gate.snapshot();
}
