import { reset } from "cloudflare:test";
import { afterEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import { createCtx } from "../../src/context.ts";
import { ERROR_CODES } from "../../src/domain/errors.ts";
import {
  aCampaign,
  anAdvertiser,
  anAffiliate,
  refusalOf,
  rows,
  submit,
  videoId,
} from "../support/fixtures.ts";
import { createWorld, issueKey } from "../support/world.ts";

afterEach(() => reset());

const NOON = "2026-06-01T12:00:00.000Z";

async function aStage() {
  const world = createWorld();
  const admin = await issueKey(world, "admin", null);
  const get = (path: string, key: string | undefined = admin) => world.request("GET", path, { key });
  return { world, admin, get };
}

describe("the health of the Worker", () => {
  it("is told to anybody without asking the database", async () => {
    const { world } = await aStage();
    world.takeUsage();
    const response = await world.request("GET", "/health");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/health+json");
    expect(await response.json()).toEqual({ status: "pass" });
    expect(world.takeUsage().trips).toBe(0);
  });
});

describe("the detailed health", () => {
  it("passes while nothing is wrong", async () => {
    const { get } = await aStage();
    const response = await get("/health/detailed");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/health+json");
    const breaker = { status: "pass", component_type: "component", observed_value: "closed", time: NOON };
    expect(await response.json()).toMatchObject({
      status: "pass",
      checks: {
        "d1:reachable": [{ status: "pass", component_type: "datastore", observed_value: "yes", time: NOON }],
        "reports:oldest_due": [
          {
            status: "pass",
            component_type: "component",
            observed_value: null,
            observed_unit: "s",
            time: NOON,
          },
        ],
        "youtube:breaker": [breaker],
        "x:breaker": [breaker],
      },
    });
  });

  it("warns of a held platform and of an unreachable gate", async () => {
    const { world, get } = await aStage();
    await world.request("POST", "/api/v1/platforms/x/hold", {
      key: await issueKey(world, "admin", null),
      body: { reason: "Maintenance" },
    });
    const gate = world.ctx.gate;
    world.ctx.gate = (platform) => {
      if (platform === "youtube") throw new Error("the object is gone");
      return gate(platform);
    };
    const response = await get("/health/detailed");
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "warn",
      checks: {
        "x:breaker": [{ status: "warn", observed_value: "held" }],
        "youtube:breaker": [{ status: "warn", observed_value: null }],
      },
    });
  });

  it("fails with 503 once a due report was not swept for more than an hour", async () => {
    const { world, get } = await aStage();
    const { key } = await anAffiliate(world);
    await submit(world, { key, campaignId: await aCampaign(world) });
    const dueIn = world.ctx.config.ENQUEUE_GRACE_SECONDS;
    world.advance((dueIn + 3_600) * 1_000);
    expect(await (await get("/health/detailed")).json()).toMatchObject({ status: "warn" });
    world.advance(1_000);
    const response = await get("/health/detailed");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: "fail",
      checks: { "reports:oldest_due": [{ status: "fail", observed_value: 3_601 }] },
    });
  });

  it("fails with 503 when the database does not even find the key, and says no more than that", async () => {
    const { world, get } = await aStage();
    const client = world.ctx.db.$client;
    client.prepare = () => {
      throw new Error("D1_ERROR: secret detail");
    };
    const response = await get("/health/detailed");
    expect(response.status).toBe(503);
    expect(response.headers.get("content-type")).toBe("application/health+json");
    expect(await response.json()).toEqual({
      status: "fail",
      checks: {
        "d1:reachable": [{ status: "fail", component_type: "datastore", observed_value: "no", time: NOON }],
      },
    });
  });

  it("is for admins", async () => {
    const { world, get } = await aStage();
    expect((await get("/health/detailed", (await anAdvertiser(world)).key)).status).toBe(403);
    expect((await world.request("GET", "/health/detailed")).status).toBe(401);
  });
});

describe("the metrics", () => {
  it("count what happened and measure what waits", async () => {
    const { world, get } = await aStage();
    const { key } = await anAffiliate(world);
    const campaignId = await aCampaign(world);
    await world.setPost("youtube", videoId(1), { metrics: { views: 1_000 } });
    await submit(world, { key, campaignId, video: videoId(1) });
    await world.deliver();
    await world.setFaults("youtube", { outage: true });
    await submit(world, { key, campaignId, video: videoId(2) });
    await world.deliver();
    world.advance(10_000);
    await submit(world, { key, campaignId, video: videoId(3) });
    world.advance(80_000);
    world.ctx.queues.backlog = async () => ({ urgent: 4, normal: null, bulk: 0 });

    world.takeUsage();
    const response = await get("/metrics");
    expect(world.takeUsage().trips).toBe(2);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await response.text();
    const lines = text.split("\n");
    expect(lines).toEqual(
      expect.arrayContaining([
        'claimcheck_verdicts_total{status="MATCHED"} 1',
        'claimcheck_vendor_calls_total{platform="youtube",outcome="answered"} 1',
        'claimcheck_vendor_calls_total{platform="youtube",outcome="outage"} 1',
        'claimcheck_put_offs_total{reason="outage"} 1',
        "claimcheck_put_off_reports 1",
        "claimcheck_put_off_age_seconds 90",
        'claimcheck_queue_backlog{lane="urgent"} 4',
        'claimcheck_queue_backlog{lane="bulk"} 0',
        'claimcheck_breaker_state{platform="youtube",state="closed"} 1',
        'claimcheck_breaker_state{platform="youtube",state="open"} 0',
        'claimcheck_breaker_state{platform="x",state="half_open"} 0',
        'claimcheck_platform_held{platform="x"} 0',
      ]),
    );
    // The second report waited 60 s and 5 % for its next look, the third 60 s for its message, sent 10 s later.
    expect(lines).toContain("claimcheck_due_reports 2");
    expect(lines).toContain("claimcheck_oldest_due_report_age_seconds 27");
    expect(text).not.toContain('lane="normal"');
    expect(text.endsWith("\n")).toBe(true);
    const names = lines.filter((line) => line.startsWith("# TYPE")).map((line) => line.split(" ")[2]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("show the trust buckets as a gauge and a counter nobody told them of", async () => {
    const { world, get } = await aStage();
    await world.ctx.db.$client.batch(
      [
        ["affiliates", "low", 3],
        ["surprises", 'odd "one"', 2],
      ].map((values) =>
        world.ctx.db.$client
          .prepare("insert into counters (name, label, value) values (?, ?, ?)")
          .bind(...values),
      ),
    );
    const text = await (await get("/metrics")).text();
    expect(text).toContain('# TYPE claimcheck_affiliates gauge\nclaimcheck_affiliates{bucket="low"} 3\n');
    expect(text).toContain('claimcheck_surprises_total{label="odd \\"one\\""} 2\n');
    expect(text).not.toContain("claimcheck_affiliates_total");
  });

  it("are for admins", async () => {
    const { world, get } = await aStage();
    expect((await get("/metrics", (await anAffiliate(world)).key)).status).toBe(403);
    expect((await world.request("GET", "/metrics")).status).toBe(401);
  });
});

interface Document {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; tags: string[]; security: unknown[] }>>;
  tags: { name: string; description: string }[];
  components: { securitySchemes: Record<string, { type: string; scheme: string }> };
}

describe("the OpenAPI document", () => {
  const read = async () => {
    const response = await createWorld().request("GET", "/openapi.json");
    expect(response.status).toBe(200);
    const document: Document = await response.json();
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    return { document, operations };
  };

  it("is 3.1, and describes its key and its tags", async () => {
    const { document, operations } = await read();
    expect(document.openapi).toBe("3.1.0");
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" });
    const used = new Set(operations.flatMap(({ tags }) => tags));
    expect(document.tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
  });

  it("names every operation once, and says of each whether it needs a key", async () => {
    const { operations } = await read();
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const open = operations.filter(({ security }) => security.length === 0).map(({ path }) => path);
    expect(open.toSorted()).toEqual(
      expect.arrayContaining(["/docs", "/docs/problems", "/health", "/openapi.json"]),
    );
    expect(operations.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["/api/v1/alerts/{id}/resolve", "/health/detailed", "/metrics"]),
    );
  });

  it("describes every route of the application, and nothing that is none", async () => {
    const { operations } = await read();
    const described = operations.map(
      ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    );
    // What Discord sends and expects there is for Discord to describe.
    const elsewhere = ["/assets/*", "/discord/interactions"];
    const routes = createApp(createCtx).routes.filter(
      ({ method, path }) => method !== "ALL" && !elsewhere.includes(path),
    );
    const offered = routes.map(({ method, path }) => `${method.toLowerCase()} ${path}`);
    expect(described.toSorted()).toEqual([...new Set(offered)].toSorted());
  });

  it("tells the truth: what it says needs a key answers 401 without one", async () => {
    const { operations } = await read();
    const world = createWorld();
    for (const { path, method, security } of operations) {
      if (security.length === 0) continue;
      const { status } = await world.request(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, "x"));
      expect([method, path, status]).toEqual([method, path, 401]);
    }
  });
});

describe("the documentation", () => {
  it("loads nothing that is not of our own origin", async () => {
    const { world } = await aStage();
    const response = await world.request("GET", "/docs");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
    const html = await response.text();
    const loaded = Array.from(
      html.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g),
      ([, url]) => url,
    );
    const files = loaded.filter((url) => !url?.startsWith("data:"));
    expect(files).toHaveLength(4);
    for (const file of files) {
      const asset = await world.request("GET", file ?? "");
      expect([file, asset.status]).toEqual([file, 200]);
      expect(asset.headers.get("x-content-type-options")).toBe("nosniff");
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(0);
    }
    expect(html).not.toMatch(/<script(?![^>]+src=)/);
  });

  it("explains every problem under the anchor its type names", async () => {
    const { world } = await aStage();
    const page = await world.request("GET", "/docs/problems");
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).not.toContain("script-src");
    const html = await page.text();
    for (const code of ERROR_CODES) expect(html).toContain(`<section class="problem" id="${code}"`);
    const { type }: { type: string } = await (await world.request("GET", "/nowhere")).json();
    expect(type).toBe("/docs/problems#not_found");
  });
});

describe("every answer", () => {
  const HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-powered-by": null,
  };
  const headersOf = (response: Response) =>
    Object.fromEntries(Object.keys(HEADERS).map((name) => [name, response.headers.get(name)]));

  it.each([
    { method: "GET", path: "/health", status: 200 },
    { method: "GET", path: "/api/v1/platforms", status: 401 },
    { method: "GET", path: "/api/v1/nothing", status: 404 },
    { method: "GET", path: "/assets/nothing.js", status: 404 },
    { method: "DELETE", path: "/api/v1/platforms", status: 405 },
    { method: "POST", path: "/api/v1/submissions", body: "{", status: 400 },
  ])("carries the security headers: $method $path, $status", async ({ method, path, body, status }) => {
    const response = await createWorld().request(method, path, { body });
    expect(response.status).toBe(status);
    expect(headersOf(response)).toEqual(HEADERS);
  });

  it("carries them when something breaks, and shows nothing of what", async () => {
    const { world, get } = await aStage();
    world.ctx.db.$client.prepare = () => {
      throw new Error("secret detail");
    };
    const response = await get("/api/v1/platforms");
    expect(response.status).toBe(500);
    expect(headersOf(response)).toEqual(HEADERS);
    expect(await response.text()).not.toContain("secret detail");
  });
});

describe("an address asked by another method", () => {
  it.each([
    { method: "DELETE", path: "/api/v1/platforms", allow: "GET, HEAD" },
    { method: "PATCH", path: "/api/v1/platforms/youtube/config/", allow: "PUT" },
    { method: "GET", path: "/api/v1/alerts/alr_1/resolve", allow: "PUT" },
    { method: "POST", path: "/health", allow: "GET, HEAD" },
    { method: "OPTIONS", path: "/metrics", allow: "GET, HEAD" },
  ])("answers 405 to $method $path with what it takes: $allow", async ({ method, path, allow }) => {
    const response = await createWorld().request(method, path);
    expect(response.headers.get("allow")).toBe(allow);
    expect(await refusalOf(response)).toMatchObject({ status: 405, code: "method_not_allowed" });
  });

  it("answers 404 where there is nothing for any method", async () => {
    const response = await createWorld().request("DELETE", "/api/v1/nothing");
    expect(response.headers.get("allow")).toBeNull();
    expect(await refusalOf(response)).toMatchObject({ status: 404, code: "not_found" });
  });

  it("answers HEAD like GET, without a body", async () => {
    const response = await createWorld().request("HEAD", "/health");
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("writes nothing", async () => {
    const { world } = await aStage();
    await world.request("POST", "/api/v1/platforms");
    expect(await rows("select * from platforms")).toEqual([]);
  });
});
