/**
 * Waits for work that may hang, but not for ever. Work that takes too long goes on, and nobody hears what came of it.
 *
 * @throws {Error} after `ms`; else whatever the work throws
 */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not done within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
