import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { makeApiKey } from "../../src/domain/api-key.ts";
import { ClaimcheckError } from "../../src/domain/errors.ts";
import { toRefusal } from "../../src/http/on-error.ts";
import { createWorld } from "../support/world.ts";

describe("a failure", () => {
  it.each([
    {
      error: new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long."),
      code: "temporarily_unavailable",
    },
    {
      error: new Error("x", { cause: new Error("Network connection lost.") }),
      code: "temporarily_unavailable",
    },
    { error: new Error("secret of the house"), code: "internal" },
    { error: "not even an error", code: "internal" },
    { error: new ClaimcheckError("not_found", "There is no such thing."), code: "not_found" },
  ])("of $error is $code", ({ error, code }) => {
    expect(toRefusal(error).code).toBe(code);
  });

  it("nobody foresaw is a problem that does not show its message, and a log line that does", async () => {
    const world = createWorld();
    world.ctx.db.all = () => {
      throw new Error("secret of the house");
    };
    const key = makeApiKey((bytes) => crypto.getRandomValues(bytes));
    const failed = await world.request("GET", "/api/v1/campaigns", { key });
    expect(failed.status).toBe(500);
    const text = await failed.text();
    expect(text).not.toContain("secret of the house");
    expect(JSON.parse(text)).toMatchObject({ code: "internal", status: 500 });
    expect(
      world.lines.some((line) => line.includes("request_failed") && line.includes("secret of the house")),
    ).toBe(true);
  });

  it("of the configuration fails every request with a problem, and names the variable in the log", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const app = createApp(() => {
      loadConfig({ LEASE_SECONDS: "soon" });
      throw new Error("the configuration was accepted");
    });
    const response = await app.request("/health", {}, env);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: "internal", request_id: "unknown" });
    expect(error.mock.calls.flat().join()).toContain("LEASE_SECONDS");
    error.mockRestore();
  });
});
