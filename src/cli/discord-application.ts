import { LOCAL_APPLICATION_ID, publicKeyOf } from "./discord-local.ts";
import { discordSeed } from "./local.ts";

/** The Discord application that the local Worker answers to. */
export interface Application {
  /** For the Worker. */
  variables: Record<string, string>;
  /** For keys.json: with the private key where it is ours, so that any client can sign. */
  keys: { discord_application_id: string; discord_private_key?: string };
}

const VARIABLES = [
  "DISCORD_APPLICATION_ID",
  "DISCORD_PUBLIC_KEY",
  "DISCORD_API_URL",
  "DISCORD_CDN_URL",
] as const;

/**
 * What the environment says of Discord.
 *
 * @throws {RangeError} for half an application
 */
export function namedDiscord(
  env: Readonly<Record<string, string | undefined>>,
): Partial<Record<(typeof VARIABLES)[number], string>> {
  const named = Object.fromEntries(VARIABLES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  if ("DISCORD_APPLICATION_ID" in named !== "DISCORD_PUBLIC_KEY" in named) {
    throw new RangeError("A Discord application needs both: DISCORD_APPLICATION_ID and DISCORD_PUBLIC_KEY.");
  }
  return named;
}

/**
 * A real application if the environment names one, and with it the real Discord; else a local one with a key pair of its
 * own, before the fake Discord.
 *
 * @param simulatorUrl without a trailing slash
 */
export function discordApplication(
  env: Readonly<Record<string, string | undefined>>,
  simulatorUrl: string,
): Application {
  const named = namedDiscord(env);
  const { DISCORD_APPLICATION_ID: applicationId } = named;
  if (applicationId !== undefined)
    return { variables: named, keys: { discord_application_id: applicationId } };
  const seed = discordSeed();
  const variables = {
    DISCORD_APPLICATION_ID: LOCAL_APPLICATION_ID,
    DISCORD_PUBLIC_KEY: publicKeyOf(seed),
    DISCORD_API_URL: `${simulatorUrl}/discord/api/v10`,
    DISCORD_CDN_URL: `${simulatorUrl}/discord/cdn`,
    ...named,
  };
  return { variables, keys: { discord_application_id: LOCAL_APPLICATION_ID, discord_private_key: seed } };
}
