import { Hono } from "hono";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { createControl } from "./control.ts";
import { withFaults } from "./faults.ts";
import { createWorld, type Operation, type Vendor, type World } from "./vendor.ts";
import { xVendor } from "./x.ts";
import { youtubeVendor } from "./youtube.ts";

/** Every vendor that is simulated. A new one is a line here; docs/adding-a-platform.md. */
const VENDORS: readonly Vendor[] = [youtubeVendor, xVendor];

export interface Simulator {
  app: Hono;
  /** The simulated network: what an adapter takes for `fetch`. An abort rejects, as it does on a real one. */
  fetch: Fetch;
}

/**
 * The vendors' APIs and the control API over them, on web standards alone, so that it runs behind a port and
 * inside a test alike. The same seed, calls and clock give the same answers.
 *
 * @param now the simulated clock, ms UTC
 */
export function createSimulator({ seed, now }: { seed: string; now: () => number }): Simulator {
  const worlds = new Map<Vendor, World>();
  const worldOf = (vendor: Vendor): World => {
    const world = worlds.get(vendor) ?? createWorld(vendor, seed);
    worlds.set(vendor, world);
    return world;
  };

  const app = new Hono();
  app.route("/_control", createControl({ now, vendors: VENDORS, worldOf, reset: () => worlds.clear() }));
  for (const vendor of VENDORS) {
    for (const operation of vendor.operations) {
      app.get(operation.path, ({ req }) =>
        serve({ vendor, operation, world: worldOf(vendor), now }, req.raw),
      );
    }
  }
  return {
    app,
    fetch: (input, init) => Promise.race([Promise.resolve(app.request(input, init)), aborted(init?.signal)]),
  };
}

interface Served {
  vendor: Vendor;
  operation: Operation;
  world: World;
  now: () => number;
}

function serve({ vendor, operation, world, now }: Served, request: Request): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const at = now();
  world.calls.add({ at: new Date(at).toISOString(), operation: operation.name, ids: operation.ids(query) });
  const honest = () => operation.answer(world, { query, headers: request.headers, now: at });
  return withFaults(world, vendor.fail, honest);
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
