import type { Platform } from "../domain/platform.ts";
import type { PlatformAdapter, VendorUrls } from "./adapter.ts";
import { ADAPTERS } from "./registry.ts";

const URL_WITHOUT_SLASH = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[a-z0-9_-]+)*$/;

/** What a deployment sets for one platform. */
export interface PlatformSettings {
  urls: Required<VendorUrls>;
  /** The secrets that are set, by name. */
  secrets: Readonly<Record<string, string>>;
  /** Whether all secrets are set without which the platform cannot be asked. */
  configured: boolean;
}

/** A variable that moves one of a vendor's addresses. */
export interface UrlVariable {
  name: string;
  of: keyof VendorUrls;
  default: string;
}

const SUFFIXES = { api: "BASE_URL", authorize: "AUTHORIZE_URL", token: "TOKEN_URL" } as const;

/** The address variables of a platform: `REDDIT_BASE_URL`, `REDDIT_TOKEN_URL`. */
export function urlVariables({ platform, urls }: PlatformAdapter): UrlVariable[] {
  return (["api", "authorize", "token"] as const).flatMap((of) => {
    const url = urls[of];
    return url === undefined ? [] : [{ name: `${platform.toUpperCase()}_${SUFFIXES[of]}`, of, default: url }];
  });
}

/** The names of a platform's secrets, needed and optional, and what each is. */
export function secretsOf({ secrets, optionalSecrets = {} }: PlatformAdapter): Record<string, string> {
  return { ...secrets, ...optionalSecrets };
}

/**
 * Reads what a deployment sets for the platforms.
 *
 * @throws {RangeError} naming every address that is none
 */
export function loadPlatformSettings(
  env: Readonly<Record<string, unknown>>,
): ReadonlyMap<Platform, PlatformSettings> {
  const wrong = ADAPTERS.flatMap(urlVariables).filter(({ name }) => !isAddress(env[name]));
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => name).join(", ");
    throw new RangeError(`Invalid configuration: ${names} must match ${URL_WITHOUT_SLASH.source}`);
  }
  return new Map(ADAPTERS.map((adapter) => [adapter.platform, settingsOf(adapter, env)]));
}

function isAddress(value: unknown): boolean {
  return value === undefined || value === "" || URL_WITHOUT_SLASH.test(String(value));
}

function settingsOf(adapter: PlatformAdapter, env: Readonly<Record<string, unknown>>): PlatformSettings {
  const text = (name: string) => (typeof env[name] === "string" && env[name] !== "" ? env[name] : undefined);
  const urls = new Map(
    urlVariables(adapter).map((variable) => [variable.of, text(variable.name) ?? variable.default]),
  );
  const api = urls.get("api") ?? adapter.urls.api;
  const authorize = urls.get("authorize") ?? api;
  const secrets = Object.keys(secretsOf(adapter)).flatMap((name) => {
    const value = text(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const set = Object.fromEntries(secrets);
  return {
    urls: { api, authorize, token: urls.get("token") ?? api },
    secrets: set,
    configured: Object.keys(adapter.secrets).every((name) => set[name] !== undefined),
  };
}
