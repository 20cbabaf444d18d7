import { invalidField } from "../../domain/errors.ts";
import type { Platform } from "../../domain/platform.ts";
import { ownersPlatforms } from "../../platforms/facts.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { startConnection } from "../../services/start-connection.ts";
import { connectCard } from "../cards/connect-card.ts";
import { type Answer, affiliateOf, type Call, type Command, textOf } from "../command.ts";
import type { Invocation } from "../invocation.ts";

/** `/claim connect`: begins to connect an account on a platform that shows posts to their owners alone. */
export const connect: Command = { audience: "affiliate", once: () => true, run };

async function run(call: Call): Promise<Answer> {
  const platform = chosenIn(call.invocation);
  const started = await startConnection(call.ctx, affiliateOf(call), { platform, handle: null });
  if (started.method !== "oauth") throw new RangeError(`${platform} asks for no consent`);
  const { authorizationUrl, expiresAt } = started;
  return { message: connectCard({ platform, authorizationUrl, expiresAt }) };
}

/** @throws {ClaimcheckError} validation_failed for a platform that is none of the command's choices */
function chosenIn(invocation: Invocation): Platform {
  const choices = ownersPlatforms();
  const chosen = textOf(invocation, "platform");
  const platform = choices.find((choice) => choice === chosen);
  if (platform !== undefined) return platform;
  throw invalidField("#/platform", `must be one of ${choices.map(displayNameOf).join(", ")}`);
}
