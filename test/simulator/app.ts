import { Hono } from "hono";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { createControl } from "./control.ts";
import { createDiscord } from "./discord.ts";
import { withFaults } from "./faults.ts";
import { instagramVendor } from "./instagram.ts";
import { linkedinVendor } from "./linkedin.ts";
import { createLinks } from "./links.ts";
import { metaVendor } from "./meta.ts";
import { redditVendor } from "./reddit.ts";
import { tiktokVendor } from "./tiktok.ts";
import { createWorld, type Operation, type Vendor, type VendorRequest, type World } from "./vendor.ts";
import { xVendor } from "./x.ts";
import { youtubeVendor } from "./youtube.ts";

/** Every vendor that is simulated. A new one is a line here; docs/integrations.md. */
export const VENDORS: readonly Vendor[] = [
  youtubeVendor,
  xVendor,
  tiktokVendor,
  redditVendor,
  linkedinVendor,
  metaVendor,
  instagramVendor,
];

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
export function createSimulator({
  seed,
  now,
  vendors = VENDORS,
}: {
  seed: string;
  now: () => number;
  vendors?: readonly Vendor[];
}): Simulator {
  const worlds = new Map<Vendor, World>();
  const worldOf = (vendor: Vendor): World => {
    const world = worlds.get(vendor) ?? createWorld(vendor, seed);
    worlds.set(vendor, world);
    return world;
  };

  const app = new Hono();
  const links = createLinks();
  const discord = createDiscord(now);
  const reset = () => {
    worlds.clear();
    links.reset();
    discord.reset();
  };
  app.route("/_links", links.app);
  app.route("/_control/links", links.control);
  app.route("/discord", discord.app);
  app.route("/_control/discord", discord.control);
  app.route("/_control", createControl({ now, vendors, worldOf, reset }));
  // Under its own name, as the product asks it, and at the root, as a client does that takes no path.
  for (const prefix of [true, false]) {
    for (const vendor of vendors) {
      for (const operation of vendor.operations) {
        const path = `${prefix ? `/${vendor.platform}` : ""}${operation.path}`;
        app.on(operation.method ?? "GET", path, ({ req }) =>
          serve({ vendor, operation, world: worldOf(vendor), now }, req.raw, {
            params: req.param() as Record<string, string>, // safe: every named part of a matched path is a text.
            base: `${new URL(req.url).origin}${prefix ? `/${vendor.platform}` : ""}`,
          }),
        );
      }
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

async function serve(
  { vendor, operation, world, now }: Served,
  request: Request,
  place: Pick<VendorRequest, "params" | "base">,
): Promise<Response> {
  const { searchParams: query, pathname: path } = new URL(request.url);
  const asked: VendorRequest = {
    ...place,
    method: request.method,
    path,
    query,
    headers: request.headers,
    // Not text(): of a form the runtime would complain about, each time.
    body: new TextDecoder().decode(await request.arrayBuffer()),
    now: now(),
  };
  const ids = operation.ids(asked);
  world.calls.add({ at: new Date(asked.now).toISOString(), operation: operation.name, ids });
  const honest = () => operation.answer(world, asked);
  const { access } = world.faults;
  const spared = operation.about === "access" ? !access : access === "only";
  return spared ? honest() : withFaults(world, vendor.fail, honest);
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
