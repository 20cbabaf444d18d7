import type { z } from "zod";
import type { DiscordFaults } from "./discord-world.ts";

/**
 * What is wrong with one member of a body. The codes are texts, as Discord's servers send them, whatever its OpenAPI says.
 */
export interface Problem {
  path: PropertyKey[];
  code: string;
  message: string;
}

/** Discord's envelope. Source: https://discord.com/developers/docs/reference#error-messages */
export function refusal(status: number, code: number, message = MESSAGES[code] ?? TITLES[status]): Response {
  return Response.json({ message: message ?? "Unknown error", code }, { status });
}

type Nested = { [member: string]: Nested | { code: string; message: string }[] };

/** The refusal of a body, with each problem under the names and places that lead to it. */
export function invalidForm(problems: readonly Problem[]): Response {
  const errors: Nested = {};
  for (const { path, code, message } of problems) {
    let at = errors;
    for (const member of path.map(String)) {
      at[member] ??= {};
      at = at[member] as Nested; // safe: only `_errors` holds a list, and no body has such a member.
    }
    at._errors = [...(Array.isArray(at._errors) ? at._errors : []), { code, message }];
  }
  return Response.json({ message: "Invalid Form Body", code: 50_035, errors }, { status: 400 });
}

/** What a schema has against a value, in Discord's codes; a custom issue brings its own as `params.code`. */
export function problemsOf(schema: z.ZodType, value: unknown): Problem[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.map((issue) => ({ path: issue.path, code: codeOf(issue), message: issue.message }));
}

function codeOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "custom":
      return String(issue.params?.code);
    case "too_big":
      return issue.origin === "number" ? "NUMBER_TYPE_MAX" : "BASE_TYPE_MAX_LENGTH";
    case "too_small":
      return issue.origin === "number" ? "NUMBER_TYPE_MIN" : "BASE_TYPE_BAD_LENGTH";
    case "invalid_format":
      return "STRING_TYPE_REGEX";
    case "invalid_union":
      return "UNION_TYPE_CHOICES";
    case "invalid_type":
      return issue.message.endsWith("undefined") ? "BASE_TYPE_REQUIRED" : "BASE_TYPE_BAD_TYPE";
    default:
      return "BASE_TYPE_CHOICES";
  }
}

/** Source: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const MESSAGES: Record<number, string> = {
  10008: "Unknown Message",
  10015: "Unknown Webhook",
  10062: "Unknown interaction",
  30032: "Maximum number of application commands reached (100)",
  40005: "Request entity too large",
  40060: "Interaction has already been acknowledged",
  40094: "This interaction has reached the maximum number of follow-up messages",
  50001: "Missing Access",
  50006: "Cannot send an empty message",
  50013: "Missing Permissions",
  50027: "Invalid Webhook Token",
  50035: "Invalid Form Body",
  50109: "The request body contains invalid JSON.",
};

const TITLES: Record<number, string> = {
  400: "400: Bad Request",
  401: "401: Unauthorized",
  403: "403: Forbidden",
  404: "404: Not Found",
  429: "You are being rate limited.",
  500: "500: Internal Server Error",
  502: "502: Bad Gateway",
  503: "503: Service Unavailable",
};

const STATUSES: Record<number, number> = {
  10008: 404,
  10015: 404,
  10062: 404,
  50001: 403,
  50013: 403,
  50027: 401,
};

/** The faults of one call with the status that follows from them. */
export function settledFaults(faults: DiscordFaults): DiscordFaults {
  const { status, code, html, retry_after } = faults;
  if (status !== undefined || retry_after !== undefined) return faults;
  if (code !== undefined) return { ...faults, status: STATUSES[code] ?? 400 };
  return html === true ? { ...faults, status: 429 } : faults;
}

/** Discord's own answer of an error status, as its faults say. */
export function failDiscord(status: number, { code = 0, html, retry_after, scope }: DiscordFaults): Response {
  if (html === true) {
    const page = "<!doctype html><title>Access denied</title>error code: 1015";
    return new Response(page, { status, headers: { "content-type": "text/html" } });
  }
  return status === 429 ? rateLimited({ code, retryAfter: retry_after ?? 1, scope }) : refusal(status, code);
}

/** @param retryAfter s, with a fraction; of a rehearsed fault it may be nonsense */
export function rateLimited({
  code = 0,
  retryAfter,
  scope = "user",
}: {
  code?: number;
  retryAfter: number | string;
  scope?: DiscordFaults["scope"];
}): Response {
  const global = scope === "global";
  return Response.json(
    { message: "You are being rate limited.", retry_after: retryAfter, global, code },
    {
      status: 429,
      headers: {
        "retry-after": typeof retryAfter === "number" ? String(Math.ceil(retryAfter)) : retryAfter,
        "x-ratelimit-scope": scope,
        ...(global && { "x-ratelimit-global": "true" }),
      },
    },
  );
}
