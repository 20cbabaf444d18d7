import type { ClickKind } from "./click.ts";
import { parseTrackedCode } from "./tracked-link.ts";

/** What a click id says of its click. */
export interface ClickFacts {
  /** The link's code. */
  code: string;
  /** ms UTC */
  at: number;
  kind: ClickKind;
}

const TIME_LENGTH = 9;
const FORMAT = /^([0-9a-z]{10})([0-9a-z]{9})([ha])([0-9a-z]{6})([\w-]{43})$/;

/** What is signed: code, time (base 36), kind and six characters that tell apart the clicks of one millisecond. */
export function clickIdBody({ code, at, kind }: ClickFacts, nonce: string): string {
  return `${code}${at.toString(36).padStart(TIME_LENGTH, "0")}${kind === "human" ? "h" : "a"}${nonce}`;
}

/** The text whose signature makes a click id of a body; the prefix keeps it apart from whatever else is signed. */
export const signedText = (body: string): string => `click:v1:${body}`;

/**
 * Takes a click id apart, or null if it is none. Whether it is one of ours only its signature tells: a click leaves no
 * row that it could be looked up in.
 */
export function parseClickId(text: string): { facts: ClickFacts; body: string; signature: string } | null {
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, code = "", time = "", kind = "", , signature = ""] = match;
  if (parseTrackedCode(code) !== code) return null;
  const facts: ClickFacts = {
    code,
    at: Number.parseInt(time, 36),
    kind: kind === "h" ? "human" : "automated",
  };
  return { facts, body: text.slice(0, -signature.length), signature };
}
