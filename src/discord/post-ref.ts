import type { EntryLookup } from "../db/queries/discord-entry.ts";
import { invalidField } from "../domain/errors.ts";
import { isId } from "../lib/ids.ts";
import { recogniseLink } from "../platforms/recognise-link.ts";
import { textOf } from "./command.ts";
import type { Invocation } from "./invocation.ts";

/** Which of their posts somebody means: what they chose from the list, or its address. */
export type PostRef = Exclude<EntryLookup, { of: "campaign" }>;

const NOT_FOLLOWED = "Share links are not followed here: choose the post from the list.";
const NEITHER = "Choose one of your posts from the list, or paste its full address.";

/** @throws {ClaimcheckError} validation_failed for what is neither */
export function postRefOf(invocation: Invocation): PostRef {
  const text = textOf(invocation, "post") ?? "";
  if (isId("sub", text)) return { of: "submission", submissionId: text };
  const link = recogniseLink(text);
  if (link.kind === "post") return { of: "post", identity: link.identity };
  throw invalidField("#/post", link.kind === "share_link" ? NOT_FOLLOWED : NEITHER);
}
