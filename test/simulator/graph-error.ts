import { hash32 } from "./random.ts";

/** What a Graph call is refused with. */
export interface Refused {
  message: string;
  code: number;
  subcode?: number;
  /** Default OAuthException, which the vendor uses far beyond OAuth. */
  type?: string;
  /** HTTP; default 400, which is what the vendor answers most refusals with. */
  status?: number;
  transient?: boolean;
  /** Title and text for people. */
  shown?: { title: string; text: string };
}

/**
 * Ends a call. It is thrown because one field deep in an expansion fails the whole call, as it does at the vendor; a part
 * of a batch fails alone.
 */
export class GraphError extends Error {
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.message);
    this.refused = refused;
  }
}

/** The envelope of all of Meta's errors. Source: developers.facebook.com/docs/graph-api/guides/error-handling */
export function errorBody(refused: Refused) {
  const { message, code, subcode, type = "OAuthException", transient, shown } = refused;
  return {
    error: {
      message,
      type,
      code,
      error_subcode: subcode,
      is_transient: transient,
      error_user_title: shown?.title,
      error_user_msg: shown?.text,
      fbtrace_id: `A${hash32(JSON.stringify(refused)).toString(36)}`,
    },
  };
}

/** Of refused tokens alone: other messages may quote what was asked. */
export function authenticateHeader({ code, message }: Refused): Record<string, string> {
  return code === 190 ? { "www-authenticate": `OAuth "Facebook Platform" "invalid_token" "${message}"` } : {};
}

export function errorResponse(refused: Refused): Response {
  const { status = 400 } = refused;
  const headers = { ...authenticateHeader(refused), ...(refused.code === APP_LIMIT ? USED_UP : {}) };
  return Response.json(errorBody(refused), { status, headers });
}

const APP_LIMIT = 4;
/** Source: developers.facebook.com/docs/graph-api/overview/rate-limiting */
const USED_UP = { "x-app-usage": JSON.stringify({ call_count: 100, total_cputime: 25, total_time: 25 }) };

/** What the work comes to, or the error that ended it. */
export function answered(work: () => unknown): Response {
  try {
    return Response.json(work());
  } catch (error) {
    if (error instanceof GraphError) return errorResponse(error.refused);
    throw error;
  }
}

/** Deleted, never made, or another account's: the vendor does not say which. */
export function unknownObject(id: string): GraphError {
  const message =
    `Unsupported get request. Object with ID '${id}' does not exist, cannot be loaded due to missing ` +
    "permissions, or does not support this operation. Please read the Graph API documentation at " +
    "https://developers.facebook.com/docs/graph-api";
  return new GraphError({ message, type: "GraphMethodException", code: 100, subcode: 33 });
}

export function badParameter(message: string): GraphError {
  return new GraphError({ message: `(#100) ${message}`, code: 100 });
}

const FAILURES: Record<number, Refused> = {
  400: { message: "Invalid parameter", code: 100 },
  401: { message: "Invalid OAuth access token - Cannot parse access token", code: 190 },
  403: { message: "(#10) Application does not have permission for this action", code: 10 },
  404: { message: "(#803) Some of the aliases you requested do not exist: unknown", code: 803 },
  429: { message: "(#4) Application request limit reached", code: APP_LIMIT, transient: true },
};

/** The envelope with this status, whatever was asked. */
export function failGraph(status: number): Response {
  const unexpected = {
    message: "An unexpected error has occurred. Please retry your request later.",
    code: 2,
    transient: true,
  };
  return errorResponse({ ...(FAILURES[status] ?? unexpected), status });
}
