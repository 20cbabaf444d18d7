import type { OrderPlace } from "../../db/queries/list-conversions.ts";
import { invalidField } from "../../domain/errors.ts";

// Orders are listed by their time and then by an id that is the shop's, so their cursor holds both.
const CURSOR = /^v1:(\d{1,16}):([\w-]+)$/;

/** The longest cursor: an order's id has up to 100 characters of up to 4 bytes. */
export const CURSOR_LIMIT = 800;

const toBase64url = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const fromBase64url = (text: string) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));

/** A place as the characters that the cursor of a page takes. */
export function placeText({ occurred_at, order_id }: OrderPlace): string {
  const bytes = new TextEncoder().encode(order_id);
  return `${occurred_at}:${toBase64url(btoa(String.fromCharCode(...bytes)))}`;
}

/**
 * The place a cursor names; null for the first page.
 *
 * @throws {ClaimcheckError} validation_failed if the cursor is none of this list
 */
export function parsePlace(cursor: string | undefined): OrderPlace | null {
  if (cursor === undefined) return null;
  const place = read(cursor);
  if (place === null) throw invalidField("#query/cursor", "is not a cursor of this list");
  return place;
}

function read(cursor: string): OrderPlace | null {
  try {
    const [, time, id] = CURSOR.exec(fromBase64url(cursor)) ?? [];
    if (time === undefined || id === undefined) return null;
    const bytes = Uint8Array.from(fromBase64url(id), (character) => character.charCodeAt(0));
    const order_id = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { occurred_at: Number(time), order_id };
  } catch {
    // Not base64, or not UTF-8.
    return null;
  }
}
