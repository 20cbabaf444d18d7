import { describe, expect, it } from "vitest";
import { childTraceparent } from "../../src/domain/trace.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const OURS = "ab".repeat(8);

const childOf = (header: string | undefined) => childTraceparent(header, (bytes) => bytes.fill(0xab));

describe("the trace of our work", () => {
  it.each([`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`])(
    "is the caller's, with a span of our own: %s",
    (header) => {
      expect(childOf(header)).toBe(`00-${TRACE}-${OURS}-01`);
    },
  );

  it.each([
    { header: undefined, why: "there is none" },
    { header: "", why: "it is empty" },
    { header: `00-${"0".repeat(32)}-${SPAN}-01`, why: "its trace is all zero" },
    { header: `00-${TRACE}-${"0".repeat(16)}-01`, why: "its span is all zero" },
    { header: `ff-${TRACE}-${SPAN}-01`, why: "its version is forbidden" },
    { header: `00-${TRACE.toUpperCase()}-${SPAN}-01`, why: "it is in upper case" },
    { header: `00-${TRACE.slice(1)}-${SPAN}-01`, why: "its trace is too short" },
    { header: `00-${TRACE}0-${SPAN}-01`, why: "its trace is too long" },
    { header: `00-${TRACE}-${SPAN}-1`, why: "its flags are too short" },
    { header: `00-${TRACE}-${SPAN}-01-more`, why: "it has more parts than its version" },
    { header: ` 00-${TRACE}-${SPAN}-01`, why: "it begins with a blank" },
    { header: `00-${TRACE}-${SPAN}-01\n`, why: "it ends with a line break" },
    { header: `00-${"g".repeat(32)}-${SPAN}-01`, why: "it is not hexadecimal" },
  ])("is a new one instead of the caller's, because $why", ({ header }) => {
    expect(childOf(header)).toBe(`00-${"ab".repeat(16)}-${OURS}-01`);
  });

  it("writes small random bytes with their leading zero", () => {
    const header = childTraceparent(undefined, (bytes) => bytes.fill(1));
    expect(header).toBe(`00-${"01".repeat(16)}-${"01".repeat(8)}-01`);
  });
});
