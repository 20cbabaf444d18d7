import "./toy/register.ts";

import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { configurationPage } from "../../src/cli/configuration-page.ts";
import { VENDORS } from "../simulator/app.ts";
import { aCampaign, anAffiliate, reconciliation, submit } from "../support/fixtures.ts";
import { createWorld, issueKey } from "../support/world.ts";
import { toytubeVendor } from "./toy/toytube-vendor.ts";

afterEach(() => reset());

describe("an eighth platform", () => {
  it("is claimed, observed and judged with its own files and a line of the registry", async () => {
    const world = createWorld({}, [...VENDORS, toytubeVendor]);
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world, { platforms: ["toytube"] });
    await world.setPost("toytube", "abc", { metrics: { views: 1_000 } });
    const claims = [
      { url: "https://toytube.test/toy/abc", claimed: { claimed_views: 1_000 } },
      { url: "https://toytube.test/toy/def", claimed: { claimed_views: 9_999_999 } },
    ];
    const receipts = [];
    for (const claim of claims)
      receipts.push(await submit(world, { key, campaignId, invented: true, ...claim }));
    await world.deliver();
    const verdicts = await Promise.all(receipts.map(({ report_id }) => reconciliation(report_id)));
    expect(verdicts.map((verdict) => verdict?.status)).toEqual(["MATCHED", "AFFILIATE_OVERCLAIMED"]);
    expect(await world.calls("toytube")).toMatchObject({ ids: 2 });
  });

  it("is in the API and in the documentation of the configuration", async () => {
    const world = createWorld({}, [...VENDORS, toytubeVendor]);
    const key = await issueKey(world, "admin", null);
    const response = await world.request("GET", "/api/v1/platforms", { key, invented: true });
    const { data }: { data: { name: string; supports: string[]; state: string }[] } = await response.json();
    expect(data.at(-1)).toMatchObject({ name: "toytube", supports: ["views"], state: "ok" });
    const status = await world.request("GET", "/api/v1/platforms/toytube/status", { key, invented: true });
    expect(await status.json()).toMatchObject({ platform: "toytube", vendor_calls: { answered: 0 } });
    expect(configurationPage()).toContain("`TOYTUBE_KEY`");
    expect(configurationPage()).toContain("`TOYTUBE_BASE_URL`");
  });
});
