import { describe, expect, it } from "vitest";
import { connectCard } from "../../../src/discord/cards/connect-card.ts";
import { COMPONENTS_V2, EPHEMERAL } from "../../../src/discord/wire.ts";
import { buttonsOf, faultsOf, textOf } from "./reading.ts";
import { NOW } from "./samples.ts";

const addressOf = (length: number) => `https://www.tiktok.com/v2/?s=${"a".repeat(length - 29)}`;
const cardOf = (authorizationUrl: string) =>
  connectCard({ platform: "tiktok", authorizationUrl, expiresAt: NOW + 600_000 });

describe("connectCard", () => {
  it("has one button, which opens the page of consent, for who asked alone", () => {
    const card = cardOf(addressOf(60));
    expect(card.flags).toBe(COMPONENTS_V2 | EPHEMERAL);
    expect(buttonsOf(card)).toEqual([`Authorise on TikTok → ${addressOf(60)}`]);
    expect(textOf(card)).toContain(`<t:${(NOW + 600_000) / 1_000}:R>`);
    expect(textOf(card)).not.toContain("https://");
  });

  it.each([
    { length: 512, buttons: 1 },
    { length: 513, buttons: 0 },
    { length: 2_000, buttons: 0 },
  ])(
    "links an address of $length characters by $buttons buttons, else in its text",
    ({ length, buttons }) => {
      const url = addressOf(length);
      expect(url).toHaveLength(length);
      const card = cardOf(url);
      expect(faultsOf(card)).toEqual([]);
      expect(buttonsOf(card)).toHaveLength(buttons);
      expect(textOf(card).includes(`[Authorise on TikTok](${url})`)).toBe(buttons === 0);
    },
  );
});
