/** How foreign text is put into a message: nothing that a user wrote may format, link, mention or hide anything. */

/** Controls, formats (zero-width, bidi, tags), lone surrogates, and letters that show nothing. */
const INVISIBLE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]|\u034f/gu;
/** A zero-width joiner that does not hold two emoji together. */
const LONE_JOINER =
  /(?<!\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
const LINE_BREAK = /\r\n?|[\n\u2028\u2029]/;
/** More accents on one letter than any script needs run over the lines above and below. */
const ACCENT_PILE = /(\p{M}{4})\p{M}+/gu;
/** An accent alone stands on nothing. */
const SHOWS_SOMETHING = /[^\s\p{M}]/u;
const SYNTAX = /[\\*_~|>#[\]()`<]/g;
/** Headings, quotes and bullets of other kinds begin with characters that are escaped everywhere. */
const BULLET = /^-/;
const NUMBERED = /^(\d+)\./;
const ELLIPSIS = "…";
/** The longest address that a button opens; no post has a longer one. */
const MAX_URL = 512;

export interface TextOptions {
  /** Keeps line breaks; without it, everything comes on one line. */
  lines?: boolean;
  /** At most this many characters, before escaping. */
  max?: number;
}

/**
 * Foreign text for places that show it as it is: labels, options and values. Invisible characters are dropped and
 * whitespace is folded; what remains may be empty.
 */
export function plainText(text: string, { lines = false, max }: TextOptions = {}): string {
  const cleaned = text
    .split(LINE_BREAK)
    .map(cleanLine)
    .filter((line) => SHOWS_SOMETHING.test(line))
    .join(lines ? "\n" : " ");
  return max === undefined ? cleaned : clip(cleaned, max);
}

function cleanLine(line: string): string {
  return line
    .replace(/[\t\v\f]/g, " ")
    .replace(INVISIBLE, "")
    .replace(LONE_JOINER, "")
    .replace(ACCENT_PILE, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Foreign text for places that read markdown: it is shown as it was written, on one line unless told otherwise.
 *
 * Source: https://support.discord.com/hc/en-us/articles/210298617 (the markdown Discord reads)
 */
export function escapeMarkdown(text: string, options: TextOptions = {}): string {
  return plainText(text, options).split("\n").map(escapeLine).join("\n");
}

function escapeLine(line: string): string {
  return (
    line
      .replace(SYNTAX, "\\$&")
      .replace(BULLET, "\\-")
      .replace(NUMBERED, "$1\\.")
      // Discord turns every address into a link, also one that the creator's title only pretends is ours.
      .replace(/:(?=\/\/)/g, "\\:")
      // A backslash would not do: whoever looks for mentions reads the text before its markdown.
      .replace(/@(?=everyone|here)/gi, "@\u200b")
  );
}

/**
 * Cuts a text to at most `max` characters with an ellipsis, at a character that is whole and not escaped. Counted are
 * UTF-16 units: never fewer than the code points that Discord may count instead.
 */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  if (max < ELLIPSIS.length) return "";
  const cut = text.slice(0, max - ELLIPSIS.length);
  return dropHalves(cut).trimEnd() + ELLIPSIS;
}

/** Without half a surrogate pair, a joiner that joins nothing, or a backslash that escapes nothing. */
function dropHalves(cut: string): string {
  const whole = cut.replace(/[\ud800-\udbff\u200d]+$/, "");
  const backslashes = /\\*$/.exec(whole)?.[0].length ?? 0;
  return backslashes % 2 === 0 ? whole : whole.slice(0, -1);
}

/** The address as Discord takes it in a button and a link, or null if it takes it in neither. */
export function linkableUrl(url: string, max = MAX_URL): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  const isWeb = protocol === "https:" || protocol === "http:";
  return isWeb && href.length <= max ? href : null;
}

/** Our own words as a link; just the words where the address is none, or has more characters than `max`. */
export function maskedLink(words: string, url: string, max = MAX_URL): string {
  const href = linkableUrl(url, max);
  if (href === null) return words;
  return `[${words}](${href.replaceAll("(", "%28").replaceAll(")", "%29")})`;
}
