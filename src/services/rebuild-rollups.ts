import type { Ctx } from "../context.ts";
import { loadRollupFacts, replaceRollups } from "../db/queries/rollup-facts.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { RollupKey } from "../domain/rollup.ts";
import { rebuildRollupRows, rollupDrift } from "../domain/rollup-rebuild.ts";

/** How often a rebuild begins anew because something was counted meanwhile. */
const REBUILD_TRIES = 3;

const nameOf = ({ affiliateId, day, platform }: RollupKey) => `${affiliateId}/${day}/${platform}`;

/**
 * Makes a campaign's rollups anew from its facts. The services keep them right; this is the proof, and the repair if
 * a row was ever damaged. Right rollups are not written.
 *
 * @returns the grains that were wrong; none if the rollups were right
 * @throws {ClaimcheckError} conflict if commits kept coming between reading and writing
 */
export async function rebuildRollups(ctx: Ctx, campaignId: string): Promise<RollupKey[]> {
  for (let attempt = 1; attempt <= REBUILD_TRIES; attempt++) {
    const loaded = await loadRollupFacts(ctx.db, campaignId);
    const rebuilt = rebuildRollupRows(loaded.facts);
    const drifted = rollupDrift(loaded.stored, rebuilt);
    if (drifted.length === 0) return [];
    if (await replaceRollups(ctx.db, loaded, rebuilt)) {
      ctx.log.warn("rollups_repaired", { campaign_id: campaignId, grains: drifted.map(nameOf) });
      return drifted;
    }
  }
  throw new ClaimcheckError("conflict", "Reports of this campaign are being judged. Try again in a moment.");
}
