/** What a log line may carry. Never an e-mail, a name, a Discord id, a URL query, evidence or a secret. */
export type LogFields = Record<
  string,
  string | number | boolean | null | undefined | readonly (string | number)[]
>;

export interface Logger {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /** `error` is logged by name, message and stack, null where there is none; its message must not quote a user. */
  error(event: string, error: unknown, fields?: LogFields): void;
  /** The same log with more fields on every line. */
  with(fields: LogFields): Logger;
}

type Level = "info" | "warn" | "error";

function describeError(error: unknown): LogFields {
  if (error === null) return {};
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const message = messageOf(error);
  const stack = error.stack?.replace(error.message, () => message);
  return { error: error.name, error_message: message, error_cause: cause, error_stack: stack };
}

/** drizzle's error of a query ends with the query's parameters, which may be what a user typed: they stay out. */
const messageOf = (error: Error): string =>
  "query" in error && "params" in error ? `Failed query: ${String(error.query)}` : error.message;

/**
 * One JSON object a line, events in the past tense (`reports_reconciled`). Workers Logs indexes the fields.
 *
 * @param write takes a finished line; the console by default
 */
export function createLogger(
  fields: LogFields = {},
  write: (level: Level, line: string) => void = (level, line) => console[level](line),
): Logger {
  const emit = (level: Level, event: string, more: LogFields = {}) =>
    write(level, JSON.stringify({ level, event, ...fields, ...more }));
  return {
    info: (event, more) => emit("info", event, more),
    warn: (event, more) => emit("warn", event, more),
    error: (event, error, more) => emit("error", event, { ...more, ...describeError(error) }),
    with: (more) => createLogger({ ...fields, ...more }, write),
  };
}
