import {
  type AdmitRequest,
  admitEach,
  emptyGate,
  type GateSettings,
  hold,
  release,
  type SettleReport,
  settleEach,
  snapshot,
} from "../domain/gate.ts";

/** The gate without its Durable Object, on a clock of one's own: for tests, the demo's history and the benchmark. */
export function createMemoryGate<Renew>(settings: GateSettings, now: () => number, renew: Renew) {
  let state = emptyGate();
  return {
    admit: async (requests: readonly AdmitRequest[]) => {
      const { state: next, ...answer } = admitEach(state, requests, settings, now());
      state = next;
      return answer;
    },
    settle: async (reports: readonly SettleReport[]) => {
      const { state: next, ...answer } = settleEach(state, reports, settings, now());
      state = next;
      return answer;
    },
    renew,
    snapshot: async () => snapshot(state, settings, now()),
    hold: async (reason: string) => {
      state = hold(state, reason, now());
    },
    release: async () => {
      state = release(state);
    },
  };
}
