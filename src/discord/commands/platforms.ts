import { listPlatformConfigs, UNTOUCHED } from "../../db/queries/platforms.ts";
import type { GateSnapshot } from "../../domain/gate.ts";
import { ADAPTERS } from "../../platforms/registry.ts";
import { isConfigured } from "../../services/find-readers.ts";
import { gateSnapshots } from "../../services/gate-snapshots.ts";
import { type PlatformHealth, platformsCard } from "../cards/platforms-card.ts";
import type { Command } from "../command.ts";

/** `/desk platforms`: whether each platform can be asked now. */
export const platforms: Command = {
  audience: "operator",
  // It asks each platform's gate, which may have to be woken first.
  slow: () => true,
  run: async ({ ctx }) => {
    const [configs, gates] = await Promise.all([listPlatformConfigs(ctx.db), gateSnapshots(ctx)]);
    const rows = ADAPTERS.map((adapter) => {
      const gate = gates.get(adapter.platform) ?? null;
      return {
        name: adapter.displayName,
        enabled: (configs.get(adapter.platform) ?? UNTOUCHED).enabled,
        configured: isConfigured(ctx, adapter),
        breaker: gate === null ? null : phaseOf(gate),
        held: (gate?.held ?? null) !== null,
        lastSuccessAt: gate?.last_success_at ?? null,
      };
    });
    return { message: platformsCard(rows) };
  },
};

/** A breaker that nobody has used yet is closed too. */
function phaseOf({ breaker, last_success_at, last_failure_at }: GateSnapshot): PlatformHealth["breaker"] {
  return last_success_at === null && last_failure_at === null ? "unused" : breaker;
}
