import type { Ctx } from "../context.ts";
import type { GateSnapshot } from "../domain/gate.ts";
import type { Platform } from "../domain/platform.ts";
import { ADAPTERS } from "../platforms/registry.ts";

/** What the gate of a platform shows; null, and logged, if it cannot be reached. */
export async function gateSnapshot(ctx: Ctx, platform: Platform): Promise<GateSnapshot | null> {
  try {
    return await ctx.gate(platform).snapshot();
  } catch (error) {
    ctx.log.error("gate_unreachable", error, { platform });
    return null;
  }
}

/** The gates of all platforms, asked at once. */
export async function gateSnapshots(ctx: Ctx): Promise<Map<Platform, GateSnapshot | null>> {
  const entries = ADAPTERS.map(
    async ({ platform }) => [platform, await gateSnapshot(ctx, platform)] as const,
  );
  return new Map(await Promise.all(entries));
}
