import { expect, it } from "vitest";
import { redeliverySeconds } from "../../src/domain/redelivery.ts";

it.each([
  { attempts: 1, seconds: 10 },
  { attempts: 2, seconds: 20 },
  { attempts: 6, seconds: 320 },
  { attempts: 7, seconds: 600 },
  { attempts: 101, seconds: 600 },
  { attempts: 5_000, seconds: 600 },
])("a message that was delivered $attempts times waits $seconds s for the next", ({ attempts, seconds }) => {
  expect(redeliverySeconds(attempts)).toBe(seconds);
});

it("a hundred deliveries outlast an outage of half a day", () => {
  const waits = Array.from({ length: 100 }, (_, i) => redeliverySeconds(i + 1));
  expect(waits.reduce((sum, wait) => sum + wait)).toBeGreaterThan(12 * 3_600);
});
