const UNIQUE = /UNIQUE constraint failed: ([a-z_]+\.[a-z_]+)/;

/** The column whose uniqueness refused a write, e.g. `affiliates.email`; null if the failure is another one. */
export function uniqueViolation(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  // A batch throws D1's own error; a single statement has drizzle's around it.
  return UNIQUE.exec(error.message)?.[1] ?? uniqueViolation(error.cause);
}
