/** What D1 itself counted since the last `take`. */
export interface D1Usage {
  trips: number;
  statements: number;
  rowsRead: number;
  rowsWritten: number;
}

/**
 * A D1 binding that adds up round trips and D1's own `meta`. drizzle drops `meta`, so this is the only place to count.
 */
export function countingDb(database: D1Database): {
  database: D1Database;
  take(): D1Usage;
  /** Fails the n-th batch from now (1 is the next), before D1 sees it or after it has committed. */
  failBatch(n: number, when: "before" | "after", error?: Error): void;
} {
  let usage: D1Usage = { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0 };
  const originals = new WeakMap<object, D1PreparedStatement>();

  let failure: { in: number; when: "before" | "after"; error: Error } | null = null;

  const failIfDue = (when: "before" | "after") => {
    if (failure === null) return;
    if (when === "before") failure.in -= 1;
    if (failure.in > 0 || failure.when !== when) return;
    const { error } = failure;
    failure = null;
    throw error;
  };
  const count = <T>(results: D1Result<T>[]): D1Result<T>[] => {
    usage.trips += 1;
    usage.statements += results.length;
    for (const { meta } of results) {
      usage.rowsRead += meta.rows_read;
      usage.rowsWritten += meta.rows_written;
    }
    return results;
  };
  const runOne = async <T>(statement: D1PreparedStatement): Promise<D1Result<T>> => {
    const [result] = count([await statement.all<T>()]);
    if (!result) throw new Error("a statement has one result");
    return result;
  };
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      run: () => runOne(statement),
      all: () => runOne(statement),
      first: async (column?: string) => {
        const row = (await runOne<Record<string, unknown>>(statement)).results[0] ?? null;
        return column === undefined || row === null ? row : row[column];
      },
      raw: async () =>
        (await runOne<Record<string, unknown>>(statement)).results.map((row) => Object.values(row)),
    };
    originals.set(wrapped, statement);
    return wrapped as unknown as D1PreparedStatement; // safe: the four calls drizzle makes.
  };
  const counted = {
    prepare: (query: string) => wrap(database.prepare(query)),
    batch: async (statements: D1PreparedStatement[]) => {
      failIfDue("before");
      const results = count(
        await database.batch(statements.map((statement) => originals.get(statement) ?? statement)),
      );
      failIfDue("after");
      return results;
    },
    exec: (query: string) => database.exec(query),
  };
  return {
    database: counted as unknown as D1Database, // safe: sessions and dumps are not used here.
    failBatch: (n, when, error = new Error("D1_ERROR: Network connection lost.")) => {
      failure = { in: n, when, error };
    },
    take: () => {
      const taken = usage;
      usage = { trips: 0, statements: 0, rowsRead: 0, rowsWritten: 0 };
      return taken;
    },
  };
}
