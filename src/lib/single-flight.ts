/** Starts `work`, or joins the work of that key which is under way. */
export type SingleFlight<T> = (key: string, work: () => Promise<T>) => Promise<T>;

/**
 * Lets concurrent callers who want the same thing wait for one work instead of each starting their own: while
 * the work of a key runs, others get its promise. Nothing is remembered afterwards, a failure no more than a
 * success.
 *
 * It holds within one isolate only. In a Worker it belongs into a Durable Object or one request: a promise
 * that waits for I/O of another request never settles.
 */
export function singleFlight<T>(): SingleFlight<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key, work) => {
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    // Within an async function even a work that throws at once rejects, and nothing is left behind.
    const started = (async () => work())().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}
