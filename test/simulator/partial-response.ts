/** The fields a client asked for; an empty mask takes everything below. */
type Mask = Map<string, Mask>;

/**
 * Cuts an answer to the `fields` a client asked for, as Google's APIs do: `items(id,statistics(viewCount))`.
 * Source: developers.google.com/youtube/v3/getting-started, "The fields parameter" (without its `/` and `*`).
 */
export function pickFields(answer: unknown, fields: string | null): unknown {
  return fields === null ? answer : cut(answer, parseMask(fields));
}

function parseMask(fields: string): Mask {
  const root: Mask = new Map();
  const open = [root];
  let latest = root;
  for (const token of fields.match(/[^,()]+|[()]/g) ?? []) {
    if (token === "(") open.push(latest);
    else if (token === ")") open.pop();
    else {
      latest = new Map();
      open.at(-1)?.set(token, latest);
    }
  }
  return root;
}

function cut(value: unknown, mask: Mask): unknown {
  if (mask.size === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => cut(element, mask));
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const below = mask.get(key);
    return below === undefined ? [] : [[key, cut(inner, below)] as const];
  });
  return Object.fromEntries(kept);
}
