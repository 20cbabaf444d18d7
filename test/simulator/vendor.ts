import type { Platform } from "../../src/domain/platform.ts";
import { type Authority, createAuthority, type Rotation } from "./authority.ts";
import { type CallLog, createCallLog } from "./calls.ts";
import type { Faults } from "./faults.ts";
import { createPeople, type People } from "./people.ts";
import { createPosts, type Posts } from "./posts.ts";
import { createRandom } from "./random.ts";

/** What a vendor's operations see of a request. */
export interface VendorRequest {
  method: string;
  /** Of the address a client used, for links back to ourselves: scheme, host and the prefix of the platform. */
  base: string;
  path: string;
  /** The named parts of the path. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  body: string;
  /** ms UTC */
  now: number;
}

/** One route of a vendor. */
export interface Operation {
  /** The vendor's name for it, as the call log counts it. */
  name: string;
  /** Default GET. */
  method?: "GET" | "POST" | "DELETE";
  path: string;
  /** The posts a request asks for, whether or not it is granted. */
  ids(request: VendorRequest): string[];
  answer(world: World, request: VendorRequest): Response | Promise<Response>;
  /** Pages for people and token endpoints, which the faults of the platform leave alone unless they say so. */
  about?: "posts" | "access";
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
  /** How its refresh tokens fare until the control API says otherwise; "none" if absent. */
  rotation?: Rotation;
  /** When a post came out, if its id says so (ms UTC). */
  publishedAtOf(id: string): number | null;
  /** The n-th post of the demo: an id of the platform's shape, different for every n, and an address of it. */
  demoPost(n: number, publishedAt: number): { externalId: string; url: string };
}

/** Everything that can be told to, or is remembered of, one simulated platform. */
export interface World {
  posts: Posts;
  calls: CallLog;
  faults: Faults;
  naming: string;
  quota: { calls: number; used: number; window: string };
  random: () => number;
  /** Who may read what: the platform's tokens. */
  authority: Authority;
  people: People;
}

export function createWorld(vendor: Vendor, seed: string): World {
  const own = `${seed}:${vendor.platform}`;
  const authority = createAuthority(own);
  authority.rotation = vendor.rotation ?? "none";
  return {
    posts: createPosts(own, vendor.publishedAtOf),
    calls: createCallLog(),
    faults: {},
    naming: vendor.namings[0] ?? "",
    quota: { calls: vendor.callsPerWindow, used: 0, window: "" },
    random: createRandom(own),
    authority,
    people: createPeople(),
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
