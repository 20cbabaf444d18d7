const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 600;

/**
 * How long the queue keeps a message back that could not be worked on: doubled with each delivery, up to ten minutes. A
 * hundred deliveries so span most of a day.
 *
 * @param attempts deliveries so far, this one included, >= 1
 * @returns whole seconds
 */
export function redeliverySeconds(attempts: number): number {
  // 2^n overflows to Infinity for a huge n, and min() turns that back into the longest.
  return Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** (attempts - 1));
}
