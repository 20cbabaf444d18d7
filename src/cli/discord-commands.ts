import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type CallDeps, callDiscord, type DiscordRequest } from "../discord/api.ts";
import type { CommandLike } from "../domain/command-diff.ts";
import { readSent } from "../domain/discord-delivery.ts";
import { describeRefusal } from "./discord-refusal.ts";

const RATE_LIMIT_RETRIES = 3;

/** A longer wait is better spent elsewhere. */
const LONGEST_WAIT_MS = 30_000;

const AGAIN = "Run the command again: it only does what is missing.";

/** Why the commands could not be read or written, as a sentence for whoever runs the command. */
export class RegistrationError extends Error {}

const Commands = z.array(z.looseObject({ name: z.string(), type: z.int().nullish() }));

/** The commands of an application: those of every server, or those of one. */
interface RegisteredCommands {
  list(): Promise<CommandLike[]>;
  /** Registers exactly these; whatever else there was is gone. Doing it again changes nothing. */
  replace(commands: readonly CommandLike[]): Promise<void>;
}

interface Deps extends CallDeps {
  /** The bot's. It is in no error. */
  token: string;
}

/**
 * Reads and writes commands at Discord. Rate limits are waited for, a few times.
 *
 * @throws RegistrationError from both, whatever the reason
 */
export function createRegisteredCommands(
  { token, ...deps }: Deps,
  { applicationId, guildId }: { applicationId: string; guildId: string | null },
): RegisteredCommands {
  const place = guildId === null ? "" : `/guilds/${guildId}`;
  const path = `/applications/${applicationId}${place}/commands`;

  async function ask(request: DiscordRequest): Promise<CommandLike[]> {
    for (let retries = 0; ; retries++) {
      const answer = await callDiscord(deps, { ...request, authorization: `Bot ${token}` });
      if ("failed" in answer) {
        throw new RegistrationError(`No usable answer from ${deps.baseUrl}: ${answer.failed}.\n${AGAIN}`);
      }
      const { status, body } = answer;
      if (status === 200) return readCommands(body);
      const sent = readSent(answer, { ageMs: Number.POSITIVE_INFINITY });
      if (status !== 429 || sent.kind !== "retry") {
        // Discord's words are quoted, and nobody promised what is in them.
        throw new RegistrationError(describeRefusal(status, body, guildId).replaceAll(token, "…"));
      }
      await waitFor(sent.afterMs, retries);
    }
  }

  return {
    // Without the parameter Discord leaves the translations out.
    list: () => ask({ method: "GET", path: `${path}?with_localizations=true` }),
    replace: async (commands) => void (await ask({ method: "PUT", path, body: commands })),
  };
}

function readCommands(body: unknown): CommandLike[] {
  const commands = Commands.safeParse(body);
  if (!commands.success) throw new RegistrationError(`Discord's answer is no list of commands.\n${AGAIN}`);
  return commands.data;
}

/** Waits as long as Discord wants, if that is not for ever. */
async function waitFor(afterMs: number, retries: number): Promise<void> {
  if (retries < RATE_LIMIT_RETRIES && afterMs <= LONGEST_WAIT_MS) return sleep(afterMs);
  throw new RegistrationError(
    `Discord answers no more for now. Try again in ${Math.ceil(afterMs / 1_000)} seconds.`,
  );
}
