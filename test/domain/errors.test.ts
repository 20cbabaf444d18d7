import { describe, expect, it } from "vitest";
import { ClaimcheckError, ERROR_CODES, invalidField } from "../../src/domain/errors.ts";

describe("a refusal", () => {
  it("carries its code and what to tell the caller, and nothing that was not given", () => {
    const refusal = new ClaimcheckError("conflict", "The campaign has ended.");
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      name: "ClaimcheckError",
      code: "conflict",
      detail: "The campaign has ended.",
      message: "The campaign has ended.",
      errors: [],
      extensions: {},
      retryAfterSeconds: null,
    });
    expect(refusal).not.toHaveProperty("cause");
  });

  it("keeps its cause for the log and its extensions for the caller", () => {
    const cause = new Error("UNIQUE constraint failed");
    const extensions = { submission_id: "sub_1" };
    const refusal = new ClaimcheckError("duplicate_submission", "Already here.", { cause, extensions });
    expect(refusal.cause).toBe(cause);
    expect(refusal.extensions).toEqual(extensions);
  });

  it("of one field points at it", () => {
    expect(invalidField("#/claimed_at", "lies in the future")).toMatchObject({
      code: "validation_failed",
      detail: "lies in the future",
      errors: [{ pointer: "#/claimed_at", detail: "lies in the future" }],
    });
  });

  it("has a code of its own for each way to fail", () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  });
});
