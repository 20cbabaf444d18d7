import type { NotFoundHandler } from "hono";
import { ClaimcheckError } from "../domain/errors.ts";
import type { AppEnv } from "./app-env.ts";
import { problemResponse } from "./on-error.ts";
import type { createRouter } from "./router.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods this address has an operation for. Middleware answers to every method, so it counts for none. */
function methodsAt(app: ReturnType<typeof createRouter>, request: Request): string[] {
  const path = app.getPath(request);
  const offered = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  return offered.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
}

/** Answers what no operation answers: 405 if the address has other methods, else 404. RFC 9110 §15.5.6 */
export function unmatched(app: ReturnType<typeof createRouter>): NotFoundHandler<AppEnv> {
  return (c) => {
    const offered = methodsAt(app, c.req.raw);
    // A handler of this very method may have found nothing itself.
    if (offered.length === 0 || offered.includes(c.req.method)) {
      return problemResponse(
        c,
        new ClaimcheckError("not_found", "There is nothing at this address. See /docs."),
      );
    }
    const allow = offered.join(", ");
    c.header("Allow", allow);
    return problemResponse(c, new ClaimcheckError("method_not_allowed", `This address takes ${allow}.`));
  };
}
