import { z } from "zod";

/** Longest address that mail can be sent to. RFC 3696, erratum 1690. */
export const EMAIL_LIMIT = 254;
export const NAME_LIMIT = 200;
export const NOTES_LIMIT = 2_000;

/** Free text: no control characters but line breaks, no lone surrogates, normalised to NFC. */
export const text = (max: number) =>
  z
    .string()
    .refine((value) => value.isWellFormed(), { error: "must be well-formed Unicode" })
    .normalize("NFC")
    .trim()
    .min(1, { error: "must not be empty" })
    .max(max, { error: `must be at most ${max} characters` })
    .refine((value) => !/[^\P{Cc}\n]/u.test(value), { error: "must not contain control characters" });

/** A name on one line. */
export const name = () =>
  text(NAME_LIMIT).refine((value) => !value.includes("\n"), { error: "must be one line" });

/** What was found out about an alert. */
export const notes = () => text(NOTES_LIMIT);

/** An e-mail address, in lower case: it is unique whatever the spelling. */
export const email = () =>
  z
    .string()
    .trim()
    .toLowerCase()
    .max(EMAIL_LIMIT, { error: `must be at most ${EMAIL_LIMIT} characters` })
    .pipe(z.email({ error: "must be an e-mail address" }));
