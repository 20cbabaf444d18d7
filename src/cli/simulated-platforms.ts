import { ADAPTERS } from "../platforms/registry.ts";
import { secretsOf, urlVariables } from "../platforms/settings.ts";

/**
 * The variables under which every platform is the simulated one: addresses, and secrets that it takes.
 *
 * @param simulatorUrl without a trailing slash
 */
export function simulatedPlatforms(simulatorUrl: string): Record<string, string> {
  const entries = ADAPTERS.flatMap((adapter) => [
    ...urlVariables(adapter).map(({ name }) => [name, `${simulatorUrl}/${adapter.platform}`] as const),
    ...Object.keys(secretsOf(adapter)).map((name) => [name, demoSecret(name)] as const),
  ]);
  return { ...Object.fromEntries(entries), RESOLVER_BASE_URL: `${simulatorUrl}/_links` };
}

/** Ids of ad accounts have a form; everything else may be any text. */
function demoSecret(name: string): string {
  return name === "META_AD_ACCOUNTS" ? "act_1001" : `demo-${name.toLowerCase().replaceAll("_", "-")}`;
}
