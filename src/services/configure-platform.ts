import type { Ctx } from "../context.ts";
import { type PlatformConfig, upsertPlatformConfig, wakePutOff } from "../db/queries/platforms.ts";
import { type Actor, actorName } from "../domain/actor.ts";
import type { Platform } from "../domain/platform.ts";

/** Replaces what an operator decided for a platform; the next batch runs by it, with what waited for it. */
export async function configurePlatform(
  ctx: Ctx,
  actor: Actor,
  { platform, config }: { platform: Platform; config: Omit<PlatformConfig, "updatedAt"> },
): Promise<PlatformConfig> {
  const stored = await upsertPlatformConfig(ctx.db, platform, config, ctx.now());
  if (stored.enabled) await wakePutOff(ctx.db, platform, ctx.now());
  ctx.log.info("platform_configured", {
    platform,
    actor: actorName(actor),
    enabled: stored.enabled,
    settle_hours: stored.settleHours,
    quota_limit: stored.quota?.limit ?? null,
  });
  return stored;
}
