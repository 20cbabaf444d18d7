import { describe, expect, it } from "vitest";
import { toMinorUnits } from "../../src/domain/minor-units.ts";

describe("an amount in minor units", () => {
  it.each([
    ["234.56", "USD", 23_456, "hundredths"],
    ["234.5", "USD", 23_450, "a tenth"],
    ["234", "USD", 23_400, "whole"],
    ["0", "USD", 0, "nothing"],
    ["0.29", "USD", 29, "not 28.999999999999996"],
    ["1.10", "EUR", 110, "not 110.00000000000001"],
    ["234.560000", "USD", 23_456, "zeros behind"],
    ["234.567", "USD", null, "a fraction of a cent"],
    ["1234", "JPY", 1_234, "no minor unit"],
    ["1234.00", "JPY", 1_234, "zeros of none"],
    ["1234.5", "JPY", null, "half a yen"],
    ["1234", "KRW", 1_234, "no minor unit"],
    ["1.234", "KWD", 1_234, "thousandths"],
    ["1.2345", "KWD", null, "less than a thousandth"],
    ["1.2345", "CLF", 12_345, "ten-thousandths"],
    ["90071992547409.91", "USD", Number.MAX_SAFE_INTEGER, "the largest exact"],
    ["90071992547409.92", "USD", null, "one more"],
    ["-1.00", "USD", null, "negative"],
    ["1,234.00", "USD", null, "grouped"],
    [".5", "USD", null, "no whole"],
    ["5.", "USD", null, "no fraction"],
    ["1e3", "USD", null, "an exponent"],
    [" 1", "USD", null, "a space"],
    ["", "USD", null, "nothing at all"],
    ["1.00", "usd", null, "no currency"],
    ["1.00", "", null, "no currency at all"],
  ])("%s %s is %s: %s", (amount, currency, minor, _why) => {
    expect(toMinorUnits(amount, currency)).toBe(minor);
  });
});
