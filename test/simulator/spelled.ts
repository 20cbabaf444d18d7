const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** A text of these digits as a number in base 64, with a 1 before it so that it can be read back whatever it begins with. */
export function numberSpelled(text: string): string {
  return String([...text].reduce((sum, digit) => sum * 64n + BigInt(DIGITS.indexOf(digit)), 1n));
}

/** The text of a number, null if it spells none. */
export function textSpelled(number: string): string | null {
  let value = BigInt(number);
  let text = "";
  for (; value >= 64n; value /= 64n) text = DIGITS.charAt(Number(value % 64n)) + text;
  return value === 1n ? text : null;
}
