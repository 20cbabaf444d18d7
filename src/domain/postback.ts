import { CONVERSION_FIELDS, type ConversionTexts } from "./conversion-text.ts";
import { ClaimcheckError, type FieldError } from "./errors.ts";

/** Everything a postback may say. `sig` is the last one. */
export const POSTBACK_PARAMETERS = ["campaign_id", ...CONVERSION_FIELDS, "ts", "test", "sig"] as const;

export type PostbackParameter = (typeof POSTBACK_PARAMETERS)[number];

/** Longest query in characters. */
export const POSTBACK_LIMIT = 4_096;

/** A postback that can be read; whose it is, only its signature tells. */
export interface Postback {
  campaignId: string;
  /** The query as it was sent, up to the signature. */
  signed: string;
  /** Hex of 32 bytes, lower case; null where there is none at the end of the query. */
  signature: string | null;
  texts: ConversionTexts;
  /** When it was signed, in seconds since 1970, as it was sent. */
  sentAt: string | null;
  /** As it was sent; `1` says that nothing is to be stored. */
  test: string | null;
}

/**
 * Takes the query of a postback apart.
 *
 * @param query as it was sent, without its question mark
 * @throws {ClaimcheckError} validation_failed for what is too long, unknown, given twice, badly escaped or holds control
 *   characters, and without a campaign
 */
export function parsePostback(query: string): Postback {
  if (query.length > POSTBACK_LIMIT) {
    throw refusedParameters([{ pointer: "#query", detail: `must be at most ${POSTBACK_LIMIT} characters` }]);
  }
  const values = readParameters(query);
  const campaignId = values.get("campaign_id") ?? "";
  if (!/^cmp_[0-9A-Z]{26}$/.test(campaignId)) {
    throw refusedParameters([{ pointer: "#query/campaign_id", detail: "must be the id of a campaign" }]);
  }
  const [, signed = query, signature = null] = /^(.*)&sig=([0-9a-f]{64})$/i.exec(query) ?? [];
  const texts: ConversionTexts = {};
  for (const field of CONVERSION_FIELDS) texts[field] = values.get(field) ?? "";
  return {
    campaignId,
    signed,
    signature: signature?.toLowerCase() ?? null,
    texts,
    sentAt: values.get("ts") ?? null,
    test: values.get("test") ?? null,
  };
}

/** What is wrong with the time and the kind of a postback; the rest of it is an entry like any other. */
export function envelopeErrors({ sentAt, test }: Postback): FieldError[] {
  return [
    ...(sentAt === null || !/^\d{9,11}$/.test(sentAt)
      ? [{ pointer: "#query/ts", detail: "must be the time of signing in whole seconds since 1970" }]
      : []),
    ...(test === null || test === "1"
      ? []
      : [{ pointer: "#query/test", detail: "must be 1, or be left out" }]),
  ];
}

/** The refusal of fields of a query. */
export function refusedParameters(errors: readonly FieldError[]): ClaimcheckError {
  const detail =
    errors.length === 1 ? "One parameter is not valid." : `${errors.length} parameters are not valid.`;
  return new ClaimcheckError("validation_failed", detail, { errors });
}

/** The parameters by name, decoded as forms are: a plus is a space. */
function readParameters(query: string): Map<PostbackParameter, string> {
  const values = new Map<PostbackParameter, string>();
  const errors: FieldError[] = [];
  for (const part of query.split("&")) {
    const [rawName = "", ...rest] = part.split("=");
    const name = decode(rawName) ?? rawName;
    const value = decode(rest.join("="));
    const wrong = isParameter(name) ? whatIsWrong(value, values.has(name)) : "is not a known field";
    if (wrong !== null) errors.push({ pointer: `#query/${pointerStep(name)}`, detail: wrong });
    else if (isParameter(name) && value !== null) values.set(name, value);
  }
  if (errors.length > 0) throw refusedParameters(errors);
  return values;
}

function whatIsWrong(value: string | null, again: boolean): string | null {
  if (again) return "is given twice";
  if (value === null) return "has an escape that is not UTF-8, percent-encoded";
  return /\p{Cc}/u.test(value) ? "must not contain control characters" : null;
}

const isParameter = (name: string): name is PostbackParameter =>
  (POSTBACK_PARAMETERS as readonly string[]).includes(name);

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}

/** One step of a JSON Pointer. RFC 6901 §3. */
const pointerStep = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
