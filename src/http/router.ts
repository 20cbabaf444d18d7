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

/** Every complaint of zod as a pointer and a sentence; an unknown field is pointed at by its own name. */
export function toFieldErrors(issues: readonly z.core.$ZodIssue[], target: Target): FieldError[] {
  const root = POINTER_ROOTS[target];
  return issues.flatMap((issue) => {
    const pointer = [root, ...issue.path.map(escapeStep)].join("/");
    if (issue.code !== "unrecognized_keys") return [{ pointer, detail: issue.message }];
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
