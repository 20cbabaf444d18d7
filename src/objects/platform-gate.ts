import { DurableObject } from "cloudflare:workers";
import { loadConfig } from "../config.ts";
import type { Transition } from "../domain/breaker.ts";
import {
  type AdmitRequest,
  admit,
  type GateSettings,
  type GateSnapshot,
  type GateState,
  type Grant,
  hold,
  release,
  restoreGate,
  type SettleReport,
  settle,
  snapshot,
} from "../domain/gate.ts";

const KEY = "gate";

/** @throws {ConfigError} naming every variable that is wrong */
export function gateSettings(env: object): GateSettings {
  const config = loadConfig({ ...env });
  return {
    failureThreshold: config.BREAKER_FAILURES,
    openSeconds: config.BREAKER_OPEN_SECONDS,
    halfOpenProbes: config.BREAKER_PROBES,
    permitSeconds: config.GATE_PERMIT_SECONDS,
    unauthorisedSeconds: config.GATE_UNAUTHORISED_SECONDS,
  };
}

/**
 * The only place that decides whether a platform may be called: one object per platform, reached with
 * `env.PLATFORM_GATE.getByName(platform)`. Every rule is in domain/gate.ts; this shell adds storage and clock.
 *
 * The object is single-threaded and its key-value storage synchronous: with no await between reading and
 * writing, no other call comes between. `transitions` are for the caller to log; no other call returns them.
 */
export class PlatformGate extends DurableObject<Env> {
  readonly #settings: GateSettings;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#settings = gateSettings(env);
  }

  admit(request: AdmitRequest): { grant: Grant; transitions: Transition[] } {
    const { state, ...answer } = admit(this.#load(), request, this.#settings, Date.now());
    this.#store(state);
    return answer;
  }

  settle(report: SettleReport): { transitions: Transition[] } {
    const { state, ...answer } = settle(this.#load(), report, this.#settings, Date.now());
    this.#store(state);
    return answer;
  }

  snapshot(): GateSnapshot {
    return snapshot(this.#load(), this.#settings, Date.now());
  }

  /** Stops every call until {@link release}; `reason` is shown to operators. */
  hold(reason: string): void {
    this.#store(hold(this.#load(), reason, Date.now()));
  }

  release(): void {
    this.#store(release(this.#load()));
  }

  #load(): GateState {
    return restoreGate(this.ctx.storage.kv.get(KEY));
  }

  #store(state: GateState): void {
    this.ctx.storage.kv.put(KEY, state);
  }
}
