/** An answer of Discord's API. */
export interface DiscordAnswered {
  status: number;
  headers: Headers;
  /** The JSON of its body; null where it had none. */
  body: unknown;
}

const SCOPES: readonly (string | null)[] = ["user", "global", "shared"];

/** What Discord refused, in its codes alone: its words may quote what was sent, and a token with it. */
export function describeRefusal({ status, headers, body }: DiscordAnswered): string {
  const code = discordCode(body);
  const scope = headers.get("x-ratelimit-scope");
  const places = placesOf(recordOf(body)?.errors);
  return [
    `HTTP ${status}`,
    ...(code === null ? [] : [`code ${code}`]),
    ...(SCOPES.includes(scope) ? [`scope ${scope}`] : []),
    ...(places.length === 0 ? [] : [`at ${places.join(" and ")}`]),
  ].join(", ");
}

/** The error code of a body. Null for 0 too, which is Discord's word for no code. */
export function discordCode(body: unknown): number | null {
  const code = recordOf(body)?.code;
  return typeof code === "number" && Number.isSafeInteger(code) && code > 0 ? code : null;
}

const MOST_PLACES = 5;
const DEEPEST_PLACE = 12;

/**
 * Where an invalid body is wrong: `components.0.content (BASE_TYPE_MAX_LENGTH)`. Members that do not look like Discord's
 * own names are passed over.
 */
function placesOf(errors: unknown): string[] {
  const places: string[] = [];
  const open: { path: string[]; node: unknown }[] = [{ path: [], node: errors }];
  for (let next = open.shift(); next && places.length < MOST_PLACES; next = open.shift()) {
    const { path, node } = next;
    for (const [name, inner] of Object.entries(recordOf(node) ?? {})) {
      if (name === "_errors") places.push(...problemsOf(inner).map((code) => `${path.join(".")} (${code})`));
      else if (/^\w{1,40}$/.test(name) && path.length < DEEPEST_PLACE)
        open.push({ path: [...path, name], node: inner });
    }
  }
  return places.slice(0, MOST_PLACES);
}

function problemsOf(errors: unknown): string[] {
  const codes = Array.isArray(errors) ? errors.map((error) => String(recordOf(error)?.code)) : [];
  return codes.filter((code) => /^[A-Z0-9_]{1,60}$/.test(code));
}

/** A JSON object, or null for everything else, arrays included. */
export function recordOf(value: unknown): Record<string, unknown> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  // safe: what is left of a parsed JSON value is an object, whose keys are strings.
  return value as Record<string, unknown>;
}
