import { DrizzleQueryError } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { createLogger, type LogFields } from "../../src/lib/log.ts";

function logger(fields?: LogFields) {
  const lines: { level: string; line: string }[] = [];
  const log = createLogger(fields, (level, line) => lines.push({ level, line }));
  const last = () => JSON.parse(lines.at(-1)?.line ?? "null");
  return { log, lines, last };
}

describe("a log line", () => {
  it("is one JSON object that begins with level and event", () => {
    const { log, lines } = logger();
    log.info("reports_reconciled", { judged: 3, report_ids: ["rep_1", "rep_2"], lane: null });
    expect(lines).toEqual([
      {
        level: "info",
        line: '{"level":"info","event":"reports_reconciled","judged":3,"report_ids":["rep_1","rep_2"],"lane":null}',
      },
    ]);
  });

  it.each(["info", "warn"] as const)("goes out as %s, with or without fields", (level) => {
    const { log, last, lines } = logger();
    log[level]("breaker_moved");
    expect(last()).toEqual({ level, event: "breaker_moved" });
    expect(lines.at(-1)?.level).toBe(level);
  });

  it("stays one line whatever a field holds", () => {
    const { log, lines, last } = logger();
    log.warn("platform_call_failed", { detail: 'a\n{"b": "c"}\r\n' });
    expect(lines.at(-1)?.line).not.toMatch(/[\r\n]/);
    expect(last().detail).toBe('a\n{"b": "c"}\r\n');
  });

  it("leaves out what is not known", () => {
    const { log, last } = logger();
    log.info("request_answered", { status: undefined });
    expect(last()).toEqual({ level: "info", event: "request_answered" });
  });
});

describe("the fields of a logger", () => {
  it("are on every line, after what others gave it and before the line's own", () => {
    const { log, last } = logger({ version: "1", request_id: "none" });
    const inner = log.with({ request_id: "req_1" }).with({ platform: "x" });
    inner.info("posts_observed", { platform: "youtube" });
    expect(last()).toEqual({
      level: "info",
      event: "posts_observed",
      version: "1",
      request_id: "req_1",
      platform: "youtube",
    });
  });

  it("do not change those it was made from", () => {
    const { log, last } = logger();
    log.with({ request_id: "req_1" });
    log.info("posts_observed");
    expect(last()).toEqual({ level: "info", event: "posts_observed" });
  });
});

describe("an error", () => {
  it("is described by name, message, cause and stack", () => {
    const { log, last } = logger();
    const error = new TypeError("no such table", { cause: new Error("D1_ERROR") });
    log.error("request_failed", error, { code: "internal" });
    expect(last()).toEqual({
      level: "error",
      event: "request_failed",
      code: "internal",
      error: "TypeError",
      error_message: "no such table",
      error_cause: "D1_ERROR",
      error_stack: error.stack,
    });
  });

  it("takes nothing else with it", () => {
    const { log, lines } = logger();
    const error = Object.assign(new Error("refused"), { token: "secret-token", params: ["a@example.org"] });
    log.error("request_failed", error);
    expect(lines.at(-1)?.line).not.toMatch(/secret-token|example\.org/);
  });

  it("of a query keeps its text and its stack, without the parameters", () => {
    const { log, last } = logger();
    const [query, params] = ["update affiliates set name = ?, email = ?", ["Ada $& Co", "ada@example.org"]];
    log.error("request_failed", new DrizzleQueryError(query, params, new Error("D1_ERROR: no such table")));
    expect(last()).toMatchObject({
      error_message: `Failed query: ${query}`,
      error_cause: "D1_ERROR: no such table",
    });
    expect(last().error_stack).toMatch(
      /^Error: Failed query: update affiliates set name = \?, email = \?\n {4}at /,
    );
    expect(JSON.stringify(last())).not.toMatch(/Ada|example\.org/);
  });

  it.each([
    { thrown: "secret-token", kind: "string" },
    { thrown: { token: "secret-token" }, kind: "object" },
    { thrown: undefined, kind: "undefined" },
  ])("that is a mere $kind is named by that", ({ thrown, kind }) => {
    const { log, last } = logger();
    log.error("request_failed", thrown);
    expect(last()).toEqual({ level: "error", event: "request_failed", error: kind });
  });

  it("has no cause in the log unless that is an error too", () => {
    const { log, last } = logger();
    log.error("request_failed", new Error("refused", { cause: "secret-token" }));
    expect(last()).not.toHaveProperty("error_cause");
  });

  it("may be absent", () => {
    const { log, last } = logger();
    log.error("platform_credential_missing", null, { platform: "x" });
    expect(last()).toEqual({ level: "error", event: "platform_credential_missing", platform: "x" });
  });
});
