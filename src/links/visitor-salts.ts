import type { BoardReading } from "../domain/link-board.ts";

const SALT_BYTES = 32;

/** The salts that visitors are hashed with, one a UTC day. */
export interface VisitorSalts {
  hear(salt: BoardReading["salt"]): void;
  knows(day: number): boolean;
  /** Makes a visitor's hash of a day: 11 characters of base64url, 64 bits of an HMAC-SHA-256. */
  hash(day: number, visitor: string): Promise<string>;
  /** Forgets all but the newest day's, so that nobody can tell any more whose a former day's hash was. */
  forget(): void;
}

/** @param fillRandom fills its argument, as `crypto.getRandomValues` does */
export function createVisitorSalts(fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): VisitorSalts {
  const keys = new Map<number, { salt: string; key: CryptoKey | null }>();

  /**
   * The salt of a day. A day whose salt is not held (it began or ended while the board was not heard) is hashed with the
   * newest that is held, or with one of this instance's own: visitors of that link and day that others saw as well then
   * count as two. That is better than a click that is not counted.
   */
  const saltOf = (day: number) => {
    const held = keys.get(day) ?? keys.get(Math.max(...keys.keys()));
    if (held !== undefined) return held;
    const bytes = new Uint8Array(SALT_BYTES);
    fillRandom(bytes);
    const own = { salt: btoa(String.fromCharCode(...bytes)), key: null };
    keys.set(day, own);
    return own;
  };

  return {
    hear({ day, value }) {
      if (keys.get(day)?.salt !== value) keys.set(day, { salt: value, key: null });
    },
    knows: (day) => keys.has(day),
    async hash(day, visitor) {
      const held = saltOf(day);
      held.key ??= await importKey(held.salt);
      const signature = await crypto.subtle.sign("HMAC", held.key, new TextEncoder().encode(visitor));
      const bytes = new Uint8Array(signature, 0, 8);
      return btoa(String.fromCharCode(...bytes))
        .slice(0, 11)
        .replaceAll("+", "-")
        .replaceAll("/", "_");
    },
    forget() {
      const newest = Math.max(...keys.keys());
      for (const day of keys.keys()) if (day < newest) keys.delete(day);
    },
  };
}

function importKey(salt: string): Promise<CryptoKey> {
  const bytes = Uint8Array.from(atob(salt), (character) => character.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}
