import { z } from "@hono/zod-openapi";
import { CAMPAIGN_ACCESS, NO_PAY, type PayTerms } from "../../domain/campaign.ts";
import { PLATFORMS } from "../../platforms/lookup.ts";
import { Count, PlatformName } from "../schemas.ts";

const amount = (description: string) =>
  Count.nullable().openapi({ description, type: ["integer", "null"], minimum: 0, example: 250 });

const payFields = {
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "must be three capital letters, ISO 4217" })
    .nullable()
    .openapi({ example: "USD" }),
  cpm_minor: amount("For 1,000 verified views, in minor units (cents)."),
  cap_minor: amount("The most one affiliate is paid, in minor units."),
  minimum_minor: amount("Less than this is not paid out, in minor units."),
};

/** What affiliates earn; each part null where it is not agreed. */
export const PayTermsSchema = z.object(payFields).openapi("PayTerms");

const AMOUNTS = ["cpm_minor", "cap_minor", "minimum_minor"] as const;

/** Pay terms as a whole: what is left out is not agreed. */
export const PayTermsInput = z
  .strictObject(payFields)
  .partial()
  .refine((pay) => typeof pay.currency === "string" || AMOUNTS.every((key) => typeof pay[key] !== "number"), {
    error: "must be given with an amount",
    path: ["currency"],
  })
  .openapi("PayTermsInput");

export function toPayTerms(pay: z.infer<typeof PayTermsInput> | null): PayTerms {
  return {
    currency: pay?.currency ?? NO_PAY.currency,
    cpmMinor: pay?.cpm_minor ?? NO_PAY.cpmMinor,
    capMinor: pay?.cap_minor ?? NO_PAY.capMinor,
    minimumMinor: pay?.minimum_minor ?? NO_PAY.minimumMinor,
  };
}

const namesEachOnce = (values: readonly string[]) => new Set(values).size === values.length;

/** A list that is a set. */
export const distinct = <T extends z.ZodType<string>>(item: T) =>
  z.array(item).refine(namesEachOnce, { error: "must name each one once" }).openapi({ uniqueItems: true });

export const PlatformSet = distinct(PlatformName)
  .refine((platforms) => platforms.length > 0, { error: "must name at least one platform" })
  .openapi({ minItems: 1, maxItems: PLATFORMS.length, uniqueItems: true });

export const Access = z.enum(CAMPAIGN_ACCESS, { error: `must be one of ${CAMPAIGN_ACCESS.join(", ")}` });

/** In minutes, 5 minutes to 30 days: the bounds of the table. */
export const ObserveEvery = z
  .int({ error: "must be a whole number" })
  .min(5, { error: "must be at least 5" })
  .max(43_200, { error: "must be at most 43200" })
  .openapi({ description: "How often its posts are looked at, adapted to each affiliate's trust." });

const LANDING_URL_LIMIT = 2048;

function isSafeLanding(text: string): boolean {
  // The parser drops control characters and trims; what is stored must be what was checked.
  if (/[\s\p{Cc}]/u.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && url.protocol === "https:" && url.username === "" && url.password === "";
}

const PARAMETER_NAME = /^[\w.~-]{1,40}$/;

const parameter = (description: string) =>
  z
    .string()
    .regex(PARAMETER_NAME, { error: "must be 1 to 40 letters, digits, dots, dashes, tildes or underscores" })
    .nullable()
    .openapi({ type: ["string", "null"], description });

const linkParams = {
  click_id: parameter("The click, to be sent back with its conversion."),
  affiliate: parameter("The affiliate's id."),
  sub_id: parameter("The link's own sub-id, if it has one."),
};

/** The names under which the landing page is told who came. */
export const LinkParamsSchema = z.object(linkParams).openapi("LinkParams", {
  description: "The query parameters that a tracked link adds to the landing URL; null adds none.",
});

export const LinkParamsInput = z.strictObject(linkParams).partial().openapi("LinkParamsInput", {
  description: "What is left out stays as it is.",
});

/** In days. */
export const AttributionDays = z
  .int({ error: "must be a whole number" })
  .min(1, { error: "must be at least 1" })
  .max(365, { error: "must be at most 365" })
  .openapi({ description: "A conversion counts for a click that is no older, in days." });

/** Where tracked links lead: people are redirected there, so nothing but https without credentials. */
export const LandingUrl = z
  .string()
  .max(LANDING_URL_LIMIT, { error: `must be at most ${LANDING_URL_LIMIT} characters` })
  .refine(isSafeLanding, {
    error: "must be an https address without credentials, spaces or control characters",
  })
  .openapi({ format: "uri", example: "https://shop.example.com/launch" });
