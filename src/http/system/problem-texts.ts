import type { ErrorCode } from "../../domain/errors.ts";

interface Explanation {
  /** When the problem occurs. */
  meaning: string;
  /** What the caller does about it. */
  remedy: string;
}

/** What each kind of problem means; the text of /docs/problems. */
export const PROBLEM_TEXTS: Readonly<Record<ErrorCode, Explanation>> = {
  bad_request: {
    meaning: "The body is not well-formed JSON, or nests too deep to be read.",
    remedy: "Send the body as a JSON serialiser writes it.",
  },
  validation_failed: {
    meaning:
      "The request was read, but fields of it are not valid: missing, of the wrong type, out of range, or not known at all.",
    remedy:
      "Look at errors: each entry points at one field, with a JSON Pointer into the body (#/url), the query (#query/limit) or the path (#path/id), and says what is wrong.",
  },
  unauthenticated: {
    meaning: "The API key is missing, mistyped, unknown, expired or revoked; which one is not told.",
    remedy: "Send a valid key as Authorization: Bearer cck_…, or have a new one issued.",
  },
  bad_signature: {
    meaning:
      "The signature of an interaction is missing or not Discord's, not of this body, or too old. Only Discord sends these.",
    remedy: "Set the public key of your Discord application, and see that clocks are right.",
  },
  forbidden: {
    meaning: "The key is valid, but its role may not do this, or its account is suspended.",
    remedy: "Use a key of the role that detail names, or ask the operator.",
  },
  not_found: {
    meaning: "There is nothing at this address, or it belongs to somebody else: the two look the same.",
    remedy: "Check the id and whose key you send.",
  },
  method_not_allowed: {
    meaning: "The address exists, but not for this method.",
    remedy: "The Allow header lists the methods it takes.",
  },
  conflict: {
    meaning: "The request cannot be done in the state things are in; detail says which.",
    remedy: "Read the object again, and decide by what it is now.",
  },
  duplicate_submission: {
    meaning: "You already submitted this post to this campaign; submission_id names the first submission.",
    remedy: "Claim newer numbers with PUT /submissions/{id}/metrics instead.",
  },
  campaign_not_open: {
    meaning: "The campaign has not begun, is paused or has ended.",
    remedy: "Submit to another campaign, or wait until this one is open.",
  },
  claims_closed: {
    meaning: "The campaign has ended, and the days in which claims may still be updated are over.",
    remedy: "Nothing more can be claimed for this post.",
  },
  payload_too_large: {
    meaning: "The body is larger than 1 MiB.",
    remedy: "Send less at once.",
  },
  unsupported_media_type: {
    meaning: "The body is not sent as application/json.",
    remedy: "Set Content-Type: application/json.",
  },
  temporarily_unavailable: {
    meaning:
      "Something we need is busy or out of reach: the database, or a platform that cannot be asked now.",
    remedy: "Send the same request again after the seconds in Retry-After. Nothing was lost.",
  },
  internal: {
    meaning: "A fault of ours. It was logged.",
    remedy: "Try again; if it stays, tell us the request_id.",
  },
};
