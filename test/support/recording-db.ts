/** One statement as it went to D1. */
export interface RecordedStatement {
  sql: string;
  params: unknown[];
}

/** A D1 binding that remembers every batch, so that the very same statements can be run again elsewhere. */
export function recordingDb(database: D1Database): { database: D1Database; take(): RecordedStatement[][] } {
  let batches: RecordedStatement[][] = [];
  const texts = new WeakMap<object, RecordedStatement>();
  const remember = (statement: D1PreparedStatement, sql: string, params: unknown[]): D1PreparedStatement => {
    texts.set(statement, { sql, params });
    const bind = statement.bind.bind(statement);
    statement.bind = (...values: unknown[]) => remember(bind(...values), sql, values);
    return statement;
  };
  const recorded = {
    prepare: (sql: string) => remember(database.prepare(sql), sql, []),
    batch: (statements: D1PreparedStatement[]) => {
      batches.push(statements.flatMap((statement) => texts.get(statement) ?? []));
      return database.batch(statements);
    },
  };
  return {
    database: recorded as unknown as D1Database, // safe: the two calls the services make.
    take: () => {
      const taken = batches;
      batches = [];
      return taken;
    },
  };
}
