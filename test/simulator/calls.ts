const REMEMBERED = 200;

interface Call {
  /** ISO 8601 */
  at: string;
  operation: string;
  ids: string[];
}

interface CallCount {
  calls: number;
  ids: number;
}

/** What `GET /_control/{platform}/calls` answers: refused and failed calls count like any other. */
interface CallSummary extends CallCount {
  by_operation: Record<string, CallCount>;
  /** The last 200, oldest first. */
  recent: Call[];
}

export interface CallLog {
  add(call: Call): void;
  summary(): CallSummary;
}

export function createCallLog(): CallLog {
  const total: CallCount = { calls: 0, ids: 0 };
  const byOperation = new Map<string, CallCount>();
  const recent: Call[] = [];
  return {
    add(call) {
      const operation = byOperation.get(call.operation) ?? { calls: 0, ids: 0 };
      byOperation.set(call.operation, operation);
      for (const count of [total, operation]) {
        count.calls += 1;
        count.ids += call.ids.length;
      }
      recent.push(call);
      if (recent.length > REMEMBERED) recent.shift();
    },
    summary: () => ({ ...total, by_operation: Object.fromEntries(byOperation), recent: [...recent] }),
  };
}
