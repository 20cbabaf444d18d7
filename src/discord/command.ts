import type { Ctx } from "../context.ts";
import type { Caller, Entry, EntryLookup } from "../db/queries/discord-entry.ts";
import type { Actor } from "../domain/actor.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Origin } from "../domain/reconcile-message.ts";
import type { Invocation } from "./invocation.ts";
import type { Choice, Message, Modal } from "./wire.ts";

/** One interaction on its way through its command. */
export interface Call {
  ctx: Ctx;
  origin: Origin;
  invocation: Invocation;
  entry: Entry;
  /** When the interaction came in, ms UTC: the instant a claim speaks of, also if it is worked on later. */
  at: number;
}

/** What a command answers: a message, or a form to fill in. */
export type Answer = { message: Message } | { modal: Modal };

/** What one name does: of a command, of a button, or of a form. */
export interface Command {
  /** Who may; an operator is one by the role of the key they are linked to, never by a permission in Discord. */
  audience: "anyone" | "linked" | "affiliate" | "operator";
  /** Whether this interaction changes something, so that it is handled once however often it comes. */
  once?(invocation: Invocation): boolean;
  /** What is loaded together with the caller. @throws {ClaimcheckError} for a reference that names nothing */
  lookup?(invocation: Invocation): EntryLookup | null;
  /** Whether it asks more than the database, which may take longer than Discord waits. */
  slow?(invocation: Invocation): boolean;
  /** Whether it is still done when its user cannot be told any more, because nothing newer can have taken its place. */
  evenLate?: boolean;
  /** @throws {ClaimcheckError} shown to the user in words */
  run(call: Call): Promise<Answer>;
  /** Choices for the option that is being typed. */
  complete?(call: Call): Promise<Choice[]>;
}

export type LinkedAffiliate = NonNullable<Caller["affiliate"]>;

/** The affiliate who calls; the dispatcher lets nobody else in where the audience is `affiliate`. */
export function affiliateOf({ entry }: Call): LinkedAffiliate {
  if (entry.caller.affiliate === null)
    throw new ClaimcheckError("forbidden", "This needs a linked affiliate.");
  return entry.caller.affiliate;
}

/** The operator who calls. */
export function operatorOf({ entry }: Call): Actor {
  if (entry.caller.operator === null) throw new ClaimcheckError("forbidden", "This is for operators.");
  return entry.caller.operator;
}

/** A text that was given, trimmed; null if it was not. */
export function textOf({ values }: Invocation, name: string): string | null {
  const value = values.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
