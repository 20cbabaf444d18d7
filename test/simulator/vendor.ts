import type { Platform } from "../../src/domain/platform.ts";
import { type CallLog, createCallLog } from "./calls.ts";
import type { Faults } from "./faults.ts";
import { createPosts, type Posts } from "./posts.ts";
import { createRandom } from "./random.ts";

/** What a vendor's operations see of a request. */
export interface VendorRequest {
  query: URLSearchParams;
  headers: Headers;
  /** ms UTC */
  now: number;
}

/** One route of a vendor. */
export interface Operation {
  /** The vendor's name for it, as the call log counts it. */
  name: string;
  path: string;
  /** The posts a request asks for, whether or not it is granted. */
  ids(query: URLSearchParams): string[];
  answer(world: World, request: VendorRequest): Response;
}

/** A vendor's API on its real wire format. One file per platform. */
export interface Vendor {
  platform: Platform;
  operations: readonly Operation[];
  /** Calls the vendor grants per window of its own, until the control API sets another number. */
  callsPerWindow: number;
  /** The spellings of its fields that the vendor's servers may use, the usual one first. */
  namings: readonly string[];
  /** The vendor's own answer of an error status. */
  fail(status: number): Response;
  /** When a post came out, if its id says so (ms UTC). */
  publishedAtOf(id: string): number | null;
}

/** Everything that can be told to, or is remembered of, one simulated platform. */
export interface World {
  posts: Posts;
  calls: CallLog;
  faults: Faults;
  naming: string;
  quota: { calls: number; used: number; window: string };
  random: () => number;
}

export function createWorld(vendor: Vendor, seed: string): World {
  const own = `${seed}:${vendor.platform}`;
  return {
    posts: createPosts(own, vendor.publishedAtOf),
    calls: createCallLog(),
    faults: {},
    naming: vendor.namings[0] ?? "",
    quota: { calls: vendor.callsPerWindow, used: 0, window: "" },
    random: createRandom(own),
  };
}

/**
 * Takes a call from the vendor's quota; false if the window has none left. A new window begins with all of
 * them.
 */
export function takeCall({ quota }: World, window: string): boolean {
  if (quota.window !== window) Object.assign(quota, { window, used: 0 });
  if (quota.used >= quota.calls) return false;
  quota.used += 1;
  return true;
}

/** The parts of a comma-separated parameter, which may also be repeated. */
export function listOf(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((value) => value.split(","))
    .filter((part) => part !== "");
}
