import { DurableObject } from "cloudflare:workers";
import { loadConfig } from "../config.ts";
import { createCtx } from "../context.ts";
import type { Transition } from "../domain/breaker.ts";
import type { RenewedToken, RenewRequest } from "../domain/connected-account.ts";
import {
  type AdmitRequest,
  admitEach,
  type GateSettings,
  type GateSnapshot,
  type GateState,
  type Grant,
  hold,
  release,
  restoreGate,
  type SettleReport,
  settleEach,
  snapshot,
} from "../domain/gate.ts";
import { singleFlight } from "../lib/single-flight.ts";
import { renewToken, type Vault } from "../services/renew-token.ts";

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
  readonly #flights = singleFlight<RenewedToken>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#settings = gateSettings(env);
  }

  admit(requests: readonly AdmitRequest[]): { grants: Grant[]; transitions: Transition[] } {
    const { state, ...answer } = admitEach(this.#load(), requests, this.#settings, Date.now());
    this.#store(state);
    return answer;
  }

  settle(reports: readonly SettleReport[]): { transitions: Transition[] } {
    const { state, ...answer } = settleEach(this.#load(), reports, this.#settings, Date.now());
    this.#store(state);
    return answer;
  }

  /** The one place that renews tokens of the platform; whoever asks meanwhile gets the same answer. */
  renew(request: RenewRequest): Promise<RenewedToken> {
    const { kv } = this.ctx.storage;
    const vault: Vault = {
      get: (key) => kv.get<string>(key) ?? null,
      put: (key, sealed) => kv.put(key, sealed),
      delete: (key) => void kv.delete(key),
    };
    return this.#flights(request.label, () => renewToken(createCtx(this.env), vault, request));
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
