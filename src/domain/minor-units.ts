const AMOUNT = /^(\d{1,15})(?:\.(\d{1,12}))?$/;
const CURRENCY = /^[A-Z]{3}$/;

/** The currencies whose minor unit is not the hundredth, by the decimals of their amounts. ISO 4217. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ...["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"].map(decimals(0)),
  ...["VND", "VUV", "XAF", "XOF", "XPF"].map(decimals(0)),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map(decimals(3)),
  ...["CLF", "UYW"].map(decimals(4)),
]);

function decimals(count: number) {
  return (currency: string) => [currency, count] as const;
}

/** How many decimals an amount of a currency can have. */
export const decimalsOf = (currency: string): number => DECIMALS.get(currency) ?? 2;

/** Whether a text has the form of a currency, ISO 4217; not whether there is such a currency. */
export const isCurrency = (text: string): boolean => CURRENCY.test(text);

/**
 * A decimal text as whole minor units of its currency: `"234.56"`, `"USD"` is 23456. Null for what is no amount, for
 * fractions of a minor unit and for what a number cannot hold exactly. No step is done in floating point.
 */
export function toMinorUnits(amount: string, currency: string): number | null {
  const [, whole, fraction = ""] = AMOUNT.exec(amount) ?? [];
  if (whole === undefined || !isCurrency(currency)) return null;
  const places = decimalsOf(currency);
  if (/[1-9]/.test(fraction.slice(places))) return null;
  const minor = Number(whole + fraction.slice(0, places).padEnd(places, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}
