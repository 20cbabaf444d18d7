import { GraphError } from "./graph-error.ts";
import { takeCall, type World } from "./vendor.ts";

/** The limits of a use case count over a day. */
const WINDOW_MS = 24 * 3_600_000;

/** What calls count against besides the limits of the app, as X-Business-Use-Case-Usage names it. */
export interface UseCase {
  type: keyof typeof LIMITED;
  /** Of the account or business. */
  id: string;
}

/** Per use case: the code, and whom there were too many calls to. */
const LIMITED = {
  ads_insights: { code: 80_000, whom: "from this ad-account" },
  pages: { code: 80_001, whom: "to this Page account" },
  instagram: { code: 80_002, whom: "to this Instagram account" },
} as const;

/**
 * Takes so many calls from the limits.
 *
 * @param useCase null: only the limits of the app are counted
 * @throws {GraphError} if not so many are left
 */
export function takeCalls(world: World, calls: number, { useCase, now }: Counted): void {
  const window = String(Math.floor(now / WINDOW_MS));
  for (let taken = 0; taken < calls; taken += 1) if (!takeCall(world, window)) throw throttled(useCase);
}

interface Counted {
  useCase: UseCase | null;
  now: number;
}

function throttled(useCase: UseCase | null): GraphError {
  if (useCase === null)
    return new GraphError({ message: "(#4) Application request limit reached", code: 4, transient: true });
  const { code, whom } = LIMITED[useCase.type];
  const more = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting";
  const advice = `Wait a bit and try again. For more info, please refer to ${more}.`;
  return new GraphError({ message: `(#${code}) There have been too many calls ${whom}. ${advice}`, code });
}

/**
 * The headers that tell how much of the limits is used, in per cent, and in how many minutes a caller who has used them up
 * may go on. Source: developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
export function usageHeaders({ quota }: World, { useCase, now }: Counted): Record<string, string> {
  const isSpent = quota.used >= quota.calls;
  const percent = isSpent ? 100 : Math.floor((100 * quota.used) / quota.calls);
  const used = { call_count: percent, total_cputime: percent, total_time: percent };
  if (useCase === null) return { "x-app-usage": JSON.stringify(used) };
  const minutesLeft = Math.ceil((WINDOW_MS - (now % WINDOW_MS)) / 60_000);
  const told = { type: useCase.type, ...used, estimated_time_to_regain_access: isSpent ? minutesLeft : 0 };
  return { "x-business-use-case-usage": JSON.stringify({ [useCase.id]: [told] }) };
}
