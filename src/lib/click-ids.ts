import { type ClickFacts, clickIdBody, parseClickId, signedText } from "../domain/click-id.ts";
import type { SecretBox } from "./secret-box.ts";

/** @param nonce six characters of 0-9 and a-z */
export async function signClickId(box: SecretBox, facts: ClickFacts, nonce: string): Promise<string> {
  const body = clickIdBody(facts, nonce);
  return `${body}${await box.sign(signedText(body))}`;
}

/** What a click id says, or null for whatever we did not sign. */
export async function readClickId(box: SecretBox, text: string): Promise<ClickFacts | null> {
  const parsed = parseClickId(text);
  if (parsed === null) return null;
  return (await box.verify(signedText(parsed.body), parsed.signature)) ? parsed.facts : null;
}
