import { decimalsOf, toMinorUnits } from "./minor-units.ts";

/** Most that one order can be worth, in units of its currency. */
const VALUE_LIMIT = 1_000_000_000;

const DECIMAL = /^(?:0|[1-9]\d*)(?:\.(\d+))?$/;

/**
 * What an order is worth, from decimal text: in minor units of its currency, or the reason why the text is no value. No
 * sign, no exponent, no grouping, and no decimal that the currency does not have, so that nothing is rounded.
 */
export function parseOrderValue(text: string, currency: string): number | string {
  const match = DECIMAL.exec(text);
  if (match === null) return "must be a plain decimal number such as 19.99";
  const places = decimalsOf(currency);
  const [, fraction = ""] = match;
  if (fraction.length > places) {
    return places === 0 ? `has no decimals in ${currency}` : `has at most ${places} decimals in ${currency}`;
  }
  const minor = toMinorUnits(text, currency);
  if (minor === null || minor > VALUE_LIMIT * 10 ** places) return `must be at most ${VALUE_LIMIT}`;
  return minor;
}
