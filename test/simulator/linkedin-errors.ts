/** The body of an error as the vendor's gateway writes it. */
export interface LinkedinError {
  status: number;
  code?: string;
  serviceErrorCode?: number;
  message: string;
}

export function failed(error: LinkedinError): Response {
  return Response.json(error, { status: error.status });
}

export const TOKEN_ERRORS = {
  empty: {
    status: 401,
    serviceErrorCode: 65604,
    code: "EMPTY_ACCESS_TOKEN",
    message: "Empty oauth2 access token",
  },
  unknown: {
    status: 401,
    serviceErrorCode: 65600,
    code: "INVALID_ACCESS_TOKEN",
    message: "Invalid access token",
  },
  revoked: {
    status: 401,
    serviceErrorCode: 65601,
    code: "REVOKED_ACCESS_TOKEN",
    message: "The token used in the request has been revoked by the user",
  },
  expired: {
    status: 401,
    serviceErrorCode: 65602,
    code: "EXPIRED_ACCESS_TOKEN",
    message: "The token used in the request has expired",
  },
} as const satisfies Record<string, LinkedinError>;

export const THROTTLED: LinkedinError = {
  status: 429,
  serviceErrorCode: 101,
  message: "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.",
};

/** A call that the token has no permission for; `operation` in the vendor's words: `posts.BATCH_GET`. */
export function accessDenied(operation: string): LinkedinError {
  return {
    status: 403,
    serviceErrorCode: 100,
    code: "ACCESS_DENIED",
    message: `Not enough permissions to access: ${operation}`,
  };
}

/** A thing that is not the caller's to see. */
export function notYours(urn: string): LinkedinError {
  return { status: 403, message: `member is unauthorized on ${urn}` };
}

export function notFound(urn: string): LinkedinError {
  return { status: 404, code: "NOT_FOUND", message: `Could not find entity ${urn}` };
}

export function badParameter(name: string): LinkedinError {
  return {
    status: 400,
    code: "QUERY_PARAM_NOT_ALLOWED",
    message: `Query parameters failed validation: ${name}`,
  };
}

export function inactiveVersion(version: string): LinkedinError {
  return {
    status: 426,
    code: "NONEXISTENT_VERSION",
    message: `Requested version ${version.length === 6 ? `${version}01` : version} is not active`,
  };
}

const FAILURES: Readonly<Record<number, LinkedinError>> = {
  400: { status: 400, code: "ILLEGAL_ARGUMENT", message: "The request is not valid" },
  401: TOKEN_ERRORS.unknown,
  403: accessDenied("GET"),
  404: { status: 404, code: "RESOURCE_NOT_FOUND", message: "No virtual resource found" },
  426: inactiveVersion("202509"),
  429: THROTTLED,
};

/** The vendor's own answer of an error status. */
export function failWith(status: number): Response {
  return failed(
    FAILURES[status] ?? { status, code: "INTERNAL_SERVER_ERROR", message: "Internal Server Error" },
  );
}
