/** What an id names; the prefix of the id. */
export type IdKind =
  | "sub"
  | "rep"
  | "pst"
  | "cmp"
  | "aff"
  | "adv"
  | "key"
  | "alr"
  | "run"
  | "tev"
  | "dlq"
  | "req"
  | "acc"
  | "con"
  | "clk";

/** Makes ids such as `sub_01KB3X…`: prefix, 48 bits of ms time, 80 random bits, in Crockford's base 32. */
export type Ids = (kind: IdKind) => string;

/** The form of an id of a kind. */
export const idPattern = (kind: IdKind): RegExp => new RegExp(`^${kind}_[0-9A-Z]{26}$`);

/** Whether a text has the form of an id of a kind; not whether there is such a thing. */
export const isId = (kind: IdKind, text: string): boolean => idPattern(kind).test(text);

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

function encodeTime(ms: number): string {
  let rest = ms;
  let text = "";
  for (let i = 0; i < TIME_LENGTH; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/**
 * The next number after `digits` (base 32, most significant first). It wraps after the highest of 2^80, so rarely drawn
 * that nothing waits for the next millisecond.
 */
function increment(digits: Uint8Array): void {
  for (let i = digits.length - 1; i >= 0; i--) {
    const next = (digits[i] ?? 0) + 1;
    digits[i] = next % 32;
    if (next < 32) return;
  }
}

/**
 * A maker of ids that rise strictly within one maker, also inside one millisecond and when the clock steps back:
 * primary keys that fall inside older ranges cost two to three times the page writes.
 *
 * Source: the ULID format, https://github.com/ulid/spec
 */
export function createIds(now: () => number, fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void): Ids {
  let last = -1;
  const random = new Uint8Array(RANDOM_LENGTH);
  return (kind) => {
    const ms = now();
    if (ms > last) {
      last = ms;
      fillRandom(random);
      for (let i = 0; i < RANDOM_LENGTH; i++) random[i] = (random[i] ?? 0) % 32;
    } else {
      increment(random);
    }
    let tail = "";
    for (const digit of random) tail += ALPHABET.charAt(digit);
    return `${kind}_${encodeTime(last)}${tail}`;
  };
}
