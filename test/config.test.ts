import { describe, expect, it } from "vitest";
import { ConfigError, DEFAULT_CONFIG, loadConfig, NUMBER_TUNABLES, TEXT_TUNABLES } from "../src/config.ts";
import { loadPlatformSettings } from "../src/platforms/settings.ts";

function problemOf(env: Record<string, unknown>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "none";
}

describe("the configuration without any override", () => {
  it("is what the product promises", () => {
    expect(DEFAULT_CONFIG).toMatchObject({
      VENDOR_TIMEOUT_MS: 8_000,
      OBSERVE_DEADLINE_MS: 60_000,
      LEASE_SECONDS: 120,
      SWEEP_AGAIN_SECONDS: 300,
      ATTEMPT_BASE_SECONDS: 1_800,
      ATTEMPT_CAP_SECONDS: 21_600,
      ATTEMPT_MIN_SECONDS: 60,
      ATTEMPTS_MAX: 5,
      ATTEMPT_WINDOW_HOURS: 24,
      ABSENT_SECOND_LOOK_SECONDS: 600,
      PUT_OFF_ALERT_MINUTES: 120,
      PUT_OFF_LIMIT_HOURS: 168,
      SUPERSEDE_MINUTES: 15,
      CLOCK_SKEW_MINUTES: 5,
      CLAIMS_CLOSE_DAYS: 7,
      BREAKER_FAILURES: 5,
      BREAKER_OPEN_SECONDS: 300,
      BREAKER_PROBES: 3,
      GATE_PERMIT_SECONDS: 60,
      TRUST_PERFECT_MATCH: 10_000,
      TRUST_MINOR_DISCREPANCY: -10_000,
      TRUST_MEDIUM_DISCREPANCY: -30_000,
      TRUST_HIGH_DISCREPANCY: -50_000,
      TRUST_OVERCLAIM: -100_000,
      TRUST_IMPOSSIBLE_SUBMISSION: -150_000,
      SUSPICION_CTR: 0.35,
      SUSPICION_CTR_MIN_VIEWS: 100,
      SUSPICION_CVR: 0.6,
      SUSPICION_CVR_MIN_CLICKS: 20,
      SUSPICION_EVIDENCE_VIEWS: 50_000,
      SUSPICION_FALL: 0.01,
      SUSPICION_SPIKE: 5,
      ALERT_REPEAT_HOURS: 6,
      ENVIRONMENT: "local",
    });
  });

  it("names every tunable and nothing else", () => {
    const names = [...Object.keys(NUMBER_TUNABLES), ...Object.keys(TEXT_TUNABLES)];
    expect(Object.keys(DEFAULT_CONFIG).toSorted()).toEqual(names.toSorted());
  });

  it("is kept by a variable that is set to nothing, and by variables of others", () => {
    expect(loadConfig({ ATTEMPTS_MAX: "", PUBLIC_URL: "", DB: {}, PATH: "/bin" })).toEqual(DEFAULT_CONFIG);
  });
});

describe.each(Object.entries(NUMBER_TUNABLES))("%s", (name, { min, max, unit, about }) => {
  const fractional = unit === "ratio" || unit === "factor";
  const step = fractional ? 0.01 : 1;

  it.each([min, max])("may be %d", (value) => {
    expect(loadConfig({ [name]: String(value) })).toEqual({ ...DEFAULT_CONFIG, [name]: value });
  });

  it.each([min - step, max + step])("may not be %d", (value) => {
    const kind = fractional ? "number" : "whole number";
    expect(problemOf({ [name]: String(value) })).toBe(
      `Invalid configuration: ${name} must be a ${kind} from ${min} to ${max} (${unit})`,
    );
  });

  it("is explained in a sentence", () => {
    expect(about).toMatch(/^\S.*\.$/);
  });
});

describe("a number", () => {
  it("may come as one", () => {
    expect(loadConfig({ ATTEMPTS_MAX: 7 }).ATTEMPTS_MAX).toBe(7);
  });

  it("may have a fraction where it is a ratio", () => {
    expect(loadConfig({ SUSPICION_CTR: "0.125" }).SUSPICION_CTR).toBe(0.125);
  });

  it.each([
    { value: "2.5", why: "half an attempt cannot be made" },
    { value: "5.0", why: "nor is a fraction of nothing whole" },
    { value: " 5", why: "blanks are no digits" },
    { value: "+5", why: "no sign is wanted" },
    { value: "5e0", why: "no exponent either" },
    { value: "0x5", why: "nor another base" },
    { value: "1_0", why: "nor a separator" },
    { value: "five", why: "a word is no number" },
    { value: "Infinity", why: "there is no end to it" },
    { value: true, why: "a flag is no number" },
    { value: null, why: "neither is nothing" },
  ])("is not guessed from $value: $why", ({ value }) => {
    expect(problemOf({ ATTEMPTS_MAX: value })).toContain("ATTEMPTS_MAX must be a whole number from 1 to 20");
  });
});

describe("an address of a platform", () => {
  const apiOf = (url: string) => loadPlatformSettings({ X_BASE_URL: url }).get("x")?.urls.api;

  it.each(["https://api.x.com", "http://127.0.0.1:8788/x", "http://localhost:8788"])("may be %s", (url) => {
    expect(apiOf(url)).toBe(url);
  });

  it("is the vendor's own unless it is set", () => {
    expect([apiOf(""), loadPlatformSettings({}).get("x")?.urls.api]).toEqual([
      "https://api.x.com",
      "https://api.x.com",
    ]);
  });

  it.each([
    { url: "https://api.x.com/", why: "a slash would double the one of the path" },
    { url: "https://api.x.com?a=1", why: "the query is the adapter's" },
    { url: "https://user:secret@api.x.com", why: "a secret has no place in it" },
    { url: "api.x.com", why: "it has no scheme" },
    { url: "ftp://api.x.com", why: "it has another" },
    { url: "https://", why: "it has no host" },
    { url: "https://api.x.com:", why: "it has no port after the colon" },
    { url: "https://api.x.com\nhttps://evil.example", why: "it is two" },
  ])("may not be $url: $why", ({ url }) => {
    expect(() => loadPlatformSettings({ X_BASE_URL: url })).toThrow("X_BASE_URL must match");
  });

  it("stands for the pages of consent and the tokens too, where the vendor has no other for them", () => {
    expect(loadPlatformSettings({ TIKTOK_BASE_URL: "http://localhost:1" }).get("tiktok")?.urls).toEqual({
      api: "http://localhost:1",
      authorize: "https://www.tiktok.com",
      token: "http://localhost:1",
    });
  });
});

describe("the secrets of a platform", () => {
  it("make it configured once all that it cannot do without are there", () => {
    const settings = (env: object) => loadPlatformSettings({ ...env }).get("tiktok");
    expect(settings({ TIKTOK_CLIENT_KEY: "k" })?.configured).toBe(false);
    expect(settings({ TIKTOK_CLIENT_KEY: "k", TIKTOK_CLIENT_SECRET: "" })?.configured).toBe(false);
    const complete = settings({ TIKTOK_CLIENT_KEY: "k", TIKTOK_CLIENT_SECRET: "s", X_BEARER_TOKEN: "x" });
    expect(complete).toMatchObject({
      configured: true,
      secrets: { TIKTOK_CLIENT_KEY: "k", TIKTOK_CLIENT_SECRET: "s" },
    });
    expect(Object.keys(complete?.secrets ?? {})).toHaveLength(2);
  });
});

describe("a choice", () => {
  it.each([
    { name: "ENVIRONMENT", good: ["local", "staging", "production"], bad: ["prod", "LOCAL", "local "] },
    { name: "SELF_SIGNUP", good: ["on", "off"], bad: ["true", "On", "1"] },
  ])("of $name is one of $good", ({ name, good, bad }) => {
    for (const value of good) expect(loadConfig({ [name]: value })).toMatchObject({ [name]: value });
    for (const value of bad) expect(problemOf({ [name]: value })).toContain(`${name} must match`);
  });
});

describe("a configuration with several errors", () => {
  it("names them all at once", () => {
    const problem = problemOf({
      LEASE_SECONDS: "0",
      ATTEMPTS_MAX: "many",
      ENVIRONMENT: "moon",
      SUSPICION_CVR: "0.5",
    });
    expect(problem).toBe(
      "Invalid configuration: LEASE_SECONDS must be a whole number from 30 to 900 (s); " +
        "ATTEMPTS_MAX must be a whole number from 1 to 20 (attempts); " +
        "ENVIRONMENT must match ^(local|staging|production)$",
    );
  });
});
