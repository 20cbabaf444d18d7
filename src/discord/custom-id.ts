/**
 * What a button or modal carries: `v1:<action>:<argument>…`. Messages live for ever, so the version says which of our
 * buttons it is; anybody can read it, and whoever presses is authorised anew.
 */
const VERSION = "v1";

/** At most 100 characters: an action and ids. */
export function customId(action: string, ...args: string[]): string {
  return [VERSION, action, ...args].join(":");
}

/** Null for a component of another version, or none of ours. */
export function readCustomId(text: string): { action: string; args: string[] } | null {
  const [version, action, ...args] = text.split(":");
  if (version !== VERSION || !action) return null;
  return { action, args };
}
