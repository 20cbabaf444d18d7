import type { Platform } from "../domain/platform.ts";
import type { PlatformAdapter } from "./adapter.ts";
import { ADAPTERS } from "./registry.ts";

/** The names of the platforms, in the order in which they are listed everywhere. */
export const PLATFORMS: readonly Platform[] = ADAPTERS.map(({ platform }) => platform);

const find = (platform: Platform) => ADAPTERS.find((adapter) => adapter.platform === platform);

/** @throws {RangeError} for a platform this version does not know, as a newer one may have stored */
export function adapterOf(platform: Platform): PlatformAdapter {
  const adapter = find(platform);
  if (adapter === undefined) throw new RangeError(`no adapter for ${platform}`);
  return adapter;
}

/** As people write it, for messages; the bare name if it is none of ours. */
export function displayNameOf(platform: Platform): string {
  return find(platform)?.displayName ?? platform;
}
