import type { Background } from "../../src/links/background.ts";

/** A background whose waits end when the test says so. */
export function heldBackground(): { background: Background; flush(): Promise<void> } {
  const underWay = new Set<Promise<void>>();
  const waits: (() => void)[] = [];
  return {
    background: {
      run: (work) => {
        underWay.add(work);
        void work.finally(() => underWay.delete(work));
      },
      wait: () => new Promise((resolve) => waits.push(resolve)),
    },
    flush: async () => {
      while (underWay.size > 0) {
        for (const end of waits.splice(0)) end();
        // Whatever waits for D1 or the board needs a turn of the event loop.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
  };
}
