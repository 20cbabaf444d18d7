import {
  type AdmitRequest,
  admit,
  emptyGate,
  type GateSettings,
  hold,
  release,
  type SettleReport,
  settle,
  snapshot,
} from "../domain/gate.ts";

/** The gate without its Durable Object, on a clock of one's own: for tests, the demo's history and the benchmark. */
export function createMemoryGate(settings: GateSettings, now: () => number) {
  let state = emptyGate();
  return {
    admit: async (request: AdmitRequest) => {
      const { state: next, ...answer } = admit(state, request, settings, now());
      state = next;
      return answer;
    },
    settle: async (report: SettleReport) => {
      const { state: next, ...answer } = settle(state, report, settings, now());
      state = next;
      return answer;
    },
    snapshot: async () => snapshot(state, settings, now()),
    hold: async (reason: string) => {
      state = hold(state, reason, now());
    },
    release: async () => {
      state = release(state);
    },
  };
}
