import { createRoute, z } from "@hono/zod-openapi";
import type { AccountRow } from "../../db/queries/connected-accounts.ts";
import { ClaimcheckError } from "../../domain/errors.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { finishConnection } from "../../services/finish-connection.ts";
import { PlatformPath, platformOf } from "../platforms/schemas.ts";
import { Problem, problems } from "../problem.ts";
import { createRouter } from "../router.ts";
import { connectPage, PAGE_POLICY } from "./connect-page.ts";

const HTML = { "text/html": { schema: z.string() } };

const page = (description: string) => ({ description, content: HTML });

// Vendors add parameters of their own, so the query is not closed and not described.
const route = createRoute({
  operationId: "finishConnection",
  summary: "Take the answer of a platform's page of consent",
  description:
    "Where a platform sends the visitor back to, with `code` and `state` or with `error`. For browsers: answers a page. The " +
    "state is signed, good once and for a few minutes.",
  method: "get",
  path: "/connect/{platform}/callback",
  tags: ["Accounts"],
  security: [],
  request: { params: PlatformPath },
  responses: {
    200: page("Connected."),
    400: page("Nothing was connected, and why."),
    409: page("The account is connected to somebody else."),
    503: {
      description: "The platform could not be asked, or we are not well ourselves.",
      content: { ...HTML, "application/problem+json": { schema: Problem } },
    },
    ...problems(404),
  },
});

const REFUSALS = { bad_request: 400, conflict: 409, temporarily_unavailable: 503 } as const;

type Refused = keyof typeof REFUSALS;

const isRefused = (code: string): code is Refused => code in REFUSALS;

export const finishConnectionOperation = createRouter().openapi(route, async (c) => {
  const platform = platformOf(c.req.valid("param").platform);
  const asked = (name: string) => c.req.query(name) ?? null;
  const headers = { "Content-Security-Policy": PAGE_POLICY };
  const platformName = displayNameOf(platform);
  try {
    const callback = { platform, state: asked("state"), code: asked("code"), error: asked("error") };
    const accounts = await finishConnection(c.var.ctx, callback);
    return c.html(connectedPage(platformName, accounts), 200, headers);
  } catch (error) {
    if (!(error instanceof ClaimcheckError) || !isRefused(error.code)) throw error;
    const body = { title: "Not connected", good: false, lines: [error.detail], accounts: [] };
    const status = REFUSALS[error.code];
    return c.html(connectPage(body), status, status === 503 ? { ...headers, "Retry-After": "60" } : headers);
  }
});

function connectedPage(platformName: string, accounts: readonly AccountRow[]): string {
  const what = accounts.length === 1 ? "This account is" : "These accounts are";
  const [to = ""] = accounts.map(({ affiliate_name }) => affiliate_name);
  const lines = [
    `${what} connected to ${to} on Claimcheck. Claims of posts on ${platformName} can be verified now, waiting ones at once.`,
    `You can close this page. If you are not ${to} or did not mean to connect, remove Claimcheck in the settings of ${platformName}.`,
  ];
  const named = accounts.map(({ name }) => ({ name, platformName }));
  return connectPage({ title: "Connected", good: true, lines, accounts: named });
}
