import { OpenAPIHono, type z } from "@hono/zod-openapi";
import { ClaimcheckError, type FieldError } from "../domain/errors.ts";
import type { AppEnv } from "./app-env.ts";

type Target = "json" | "query" | "param" | "header" | "form" | "cookie";

const POINTER_ROOTS: Record<Target, string> = {
  json: "#",
  query: "#query",
  param: "#path",
  header: "#header",
  form: "#form",
  cookie: "#cookie",
};

/** One step of a JSON Pointer. RFC 6901 §3. */
const escapeStep = (step: PropertyKey) => String(step).replaceAll("~", "~0").replaceAll("/", "~1");

/** What zod says of a wrong type, in our words; what a schema says itself stands. */
function inWords({ code, message, ...issue }: z.core.$ZodIssue): string {
  if (code !== "invalid_type" || !message.startsWith("Invalid input")) return message;
  if (message.endsWith("received undefined")) return "is required";
  const { expected } = issue as { expected?: string }; // safe: every invalid_type says what it expected.
  return `must be ${TYPE_WORDS[expected ?? ""] ?? expected}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** Every complaint of zod as a pointer and a sentence; an unknown field is pointed at by its own name. */
export function toFieldErrors(issues: readonly z.core.$ZodIssue[], target: Target): FieldError[] {
  const root = POINTER_ROOTS[target];
  return issues.flatMap((issue) => {
    const pointer = [root, ...issue.path.map(escapeStep)].join("/");
    if (issue.code !== "unrecognized_keys") return [{ pointer, detail: inWords(issue) }];
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escapeStep(key)}`,
      detail: "is not a known field",
    }));
  });
}

/** A router whose requests fail in one shape, whichever part of them is bad. Trailing slashes are accepted. */
export function createRouter() {
  return new OpenAPIHono<AppEnv>({
    strict: false,
    defaultHook: (result) => {
      if (result.success) return;
      const errors = toFieldErrors(result.error.issues, result.target);
      const detail =
        errors.length === 1 ? "One field is not valid." : `${errors.length} fields are not valid.`;
      throw new ClaimcheckError("validation_failed", detail, { errors });
    },
  });
}
