import { waitUntil } from "cloudflare:workers";

/** How following a link does what its answer does not wait for. */
export interface Background {
  /** Lets work outlive the request that began it, by up to 30 s. The work must not throw. */
  run(work: Promise<void>): void;
  wait(ms: number): Promise<void>;
}

/** The Worker's own. Source: https://developers.cloudflare.com/workers/runtime-apis/context/ */
export const BACKGROUND: Background = { run: waitUntil, wait: (ms) => scheduler.wait(ms) };
