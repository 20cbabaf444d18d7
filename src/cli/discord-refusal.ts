const PORTAL = "https://discord.com/developers/applications";

/** An error of Discord; any part of it may be missing. */
interface Refusal {
  message?: unknown;
  code?: unknown;
  errors?: unknown;
}

/** What an answer other than 200 means to whoever registers commands, and what to do about it. */
export function describeRefusal(status: number, body: unknown, guildId: string | null): string {
  return [...adviceFor(status, body, guildId), ...quote(body)].join("\n");
}

function adviceFor(status: number, body: unknown, guildId: string | null): string[] {
  if (status >= 500) return [`Discord has trouble of its own (${status}). Run the command again in a while.`];
  if (status === 401) {
    return [
      "Discord does not know this bot token (401).",
      `Make a new one at ${PORTAL} → your application → Bot → Reset Token.`,
    ];
  }
  if (status === 403 && body === null) {
    return [
      "What stands before Discord's API refuses this network (403). Try again later, or from elsewhere.",
    ];
  }
  if (status === 403) {
    const where = guildId === null ? "this application" : `server ${guildId}`;
    return [
      `This bot may not set the commands of ${where} (403).`,
      "Token and DISCORD_APPLICATION_ID must be of one application, and a server must have added it.",
    ];
  }
  if (status === 404) {
    return [`Discord knows no such ${guildId === null ? "application" : "application or server"} (404).`];
  }
  return [`Discord refused the commands (${status}).`];
}

/** What Discord said itself: its message, then a line for each member it complains of. */
function quote(body: unknown): string[] {
  if (typeof body !== "object" || body === null) return [];
  const { message, code, errors }: Refusal = body;
  if (typeof message !== "string") return [];
  const head = `Discord says: ${JSON.stringify(message)}${typeof code === "number" ? ` (code ${code})` : ""}`;
  return [head, ...complaints(errors, [])];
}

/** Discord nests errors by the path of the member; a list `_errors` holds those of the member it is in. */
function complaints(errors: unknown, path: string[]): string[] {
  if (typeof errors !== "object" || errors === null) return [];
  return Object.entries(errors).flatMap(([name, inner]: [string, unknown]) => {
    if (name !== "_errors" || !Array.isArray(inner)) return complaints(inner, [...path, name]);
    return inner.map((error: Refusal | null) => `  ${path.join(".")}: ${JSON.stringify(error?.message)}`);
  });
}
