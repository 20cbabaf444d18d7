/**
 * Longest wait for a queue to take a wake-up, ms. What it wakes for is stored by then and the sweep finds it, while somebody
 * waits for an answer, in Discord three seconds at most.
 */
export const QUEUE_WAIT_MS = 1_000;
