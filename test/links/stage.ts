import { env } from "cloudflare:workers";
import type { Config } from "../../src/config.ts";
import { makeTrackedCode } from "../../src/domain/tracked-link.ts";
import { type Account, aCampaign, anAffiliate } from "../support/fixtures.ts";
import { createWorld, issueKey, type World } from "../support/world.ts";

export const LANDING = "https://shop.example/launch?ref=own";

/** A browser of a person. */
export const BROWSER = {
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "cf-connecting-ip": "203.0.113.7",
};

export interface Stage {
  world: World;
  affiliate: Account;
  campaignId: string;
  /** A link of the affiliate in the campaign. */
  code: string;
  /** Follows a link as a person's browser would, unless the headers say otherwise. */
  follow(code?: string, headers?: Record<string, string>, method?: string): Promise<Response>;
  /** Changes the campaign, or the affiliate, over the API. */
  patch(path: string, body: unknown): Promise<void>;
}

export interface LinkOptions {
  campaignId: string;
  affiliateId: string;
  subId?: string | null;
}

export async function aLink({ campaignId, affiliateId, subId = null }: LinkOptions): Promise<string> {
  const code = makeTrackedCode((bytes) => crypto.getRandomValues(bytes));
  await env.DB.prepare(
    "insert into tracked_links (code, campaign_id, affiliate_id, sub_id, created_at) values (?, ?, ?, ?, 0)",
  )
    .bind(code, campaignId, affiliateId, subId)
    .run();
  return code;
}

/** A campaign with a destination, an affiliate, and a link of theirs. */
export async function aStage(
  config: Partial<Config> = {},
  landing: string | null = LANDING,
  subId: string | null = null,
): Promise<Stage> {
  const world = createWorld(config);
  const admin = await issueKey(world, "admin", null);
  const affiliate = await anAffiliate(world);
  const campaignId = await aCampaign(world);
  await env.DB.prepare("update campaigns set landing_url = ? where id = ?").bind(landing, campaignId).run();
  const code = await aLink({ campaignId, affiliateId: affiliate.id, subId });
  world.takeUsage();
  return {
    world,
    affiliate,
    campaignId,
    code,
    follow: (which = code, headers = {}, method = "GET") =>
      world.request(method, `/go/${which}`, { headers: { ...BROWSER, ...headers } }),
    patch: async (path, body) => {
      const response = await world.request("PATCH", `/api/v1${path}`, { key: admin, body });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
    },
  };
}

/** Where a redirect leads, in parts; the click id apart, because it is different every time. */
export function leadsTo(response: Response): { address: string; clickId: string | null } {
  const url = new URL(response.headers.get("location") ?? "about:blank");
  const clickId = url.searchParams.get("click_id");
  if (clickId !== null) url.searchParams.set("click_id", "…");
  return { address: url.href, clickId };
}
