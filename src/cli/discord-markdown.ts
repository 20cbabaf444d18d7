import { stripVTControlCharacters, styleText } from "node:util";

/** How something is shown in a terminal. */
export interface View {
  /** Whether the terminal takes ANSI colours and styles. */
  colour: boolean;
  /** Its width, in characters. */
  columns: number;
  /** ms UTC, for times relative to it. */
  now: number;
  /** Of times; the system's own if absent. */
  timeZone?: string;
}

export type Style = Parameters<typeof styleText>[0];

/** The text in this style, or as it is where the terminal takes none. */
export function paint(style: Style, text: string, { colour }: Pick<View, "colour">): string {
  return colour && text !== "" ? styleText(style, text, { validateStream: false }) : text;
}

/** How many characters are seen of a styled text. */
export const seenLength = (text: string): number => [...stripVTControlCharacters(text)].length;

/**
 * Discord's markdown as lines of a terminal, none wider than the view except for words and code that are. Control
 * characters, which could write anything anywhere on a terminal, are left out.
 *
 * Source: https://support.discord.com/hc/en-us/articles/210298617
 */
export function markdownLines(content: string, view: View): string[] {
  const safe = content.replaceAll(/[\p{Cc}\p{Bidi_C}]/gu, (character) => (character === "\n" ? "\n" : ""));
  // Every second part is what a pair of fences held.
  const parts = safe.split(/\n?```(?:[\w+-]*\n)?([\s\S]*?)\n?```\n?/);
  return parts.flatMap((part, i) => {
    if (i % 2 === 1) return part.split("\n").map((line) => `  ${paint("cyan", line, view)}`);
    return part === "" ? [] : part.split("\n").flatMap((line) => lineOf(line, view));
  });
}

/** What begins a line, and how the rest of it looks. Continued lines are indented by `indent`. */
const BLOCKS: readonly { begins: RegExp; style?: Style; before?: string; indent?: string }[] = [
  { begins: /^# /, style: ["bold", "underline"] },
  { begins: /^#{2,3} /, style: "bold" },
  { begins: /^-# /, style: "dim" },
  { begins: /^>{1,3} /, before: "│ ", indent: "│ " },
  { begins: /^[-*] /, before: "• ", indent: "  " },
  { begins: /^ +[-*] /, before: "  ◦ ", indent: "    " },
];

function lineOf(line: string, view: View): string[] {
  const block = BLOCKS.find(({ begins }) => begins.test(line));
  const { begins = /^/, style, before = "", indent = "" } = block ?? {};
  const text = inline(line.replace(begins, ""), view);
  return wrap(`${before}${text}`, view.columns, indent).map((part) =>
    style === undefined ? part : paint(style, part, view),
  );
}

/** Breaks between words; at least one word a line. */
function wrap(text: string, columns: number, indent: string): string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(" ")) {
    const longer: string = line === null ? word : `${line} ${word}`;
    if (line !== null && seenLength(longer) > columns) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return [...lines, line ?? ""];
}

type Rule = [pattern: RegExp, show: (groups: string[], view: View) => string];

const styled =
  (style: Style): Rule[1] =>
  ([inner = ""], view) =>
    paint(style, inline(inner, view), view);

/** In order: the first that matches at a place decides. Groups are numbered from 0. */
const RULES: readonly Rule[] = [
  [/\\([!-/:-@[-`{-~])/y, ([character = ""]) => character],
  [/`(?:`([^\n]+?)`|([^`\n]+))`/y, ([twice, once], view) => paint("cyan", twice ?? once ?? "", view)],
  [/\[((?:\\.|[^\]\\])+)\]\(<?(https?:[^)\s>]+)>?\)/y, showLink],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, ([seconds, style], view) => showTime(Number(seconds), style, view)],
  [/<\/([^:>]+):\d+>/y, ([command], view) => paint("bold", `/${command}`, view)],
  [/<(https?:\/\/[^>\s]+)>/y, ([url = ""], view) => paint("underline", url, view)],
  [/<([@#])[!&]?(\d+)>/y, ([sign, id], view) => paint("cyan", `${sign}${id}`, view)],
  // An address is not styled by the stars and underscores in it.
  [/(https?:\/\/[^\s*)\]]+)/y, ([url = ""]) => url],
  [/\*\*((?:\\.|[^\\])+?)\*\*(?!\*)/y, styled("bold")],
  [/__((?:\\.|[^\\])+?)__(?!_)/y, styled("underline")],
  [/~~((?:\\.|[^\\])+?)~~/y, styled("strikethrough")],
  [/\*(?!\s)((?:\\.|[^\\*])+)\*/y, styled("italic")],
  [/(?<!\w)_((?:\\.|[^\\_])+)_(?!\w)/y, styled("italic")],
  [/([\s\S])/uy, ([character = ""]) => character],
];

function inline(text: string, view: View): string {
  let shown = "";
  for (let at = 0; at < text.length; ) {
    const [length, part] = ruleAt(text, at, view);
    shown += part;
    at += length;
  }
  return shown;
}

/** How much of the text the first rule takes that matches there, and what it makes of it. */
function ruleAt(text: string, at: number, view: View): [length: number, shown: string] {
  for (const [pattern, show] of RULES) {
    pattern.lastIndex = at;
    const matched = pattern.exec(text);
    if (matched !== null) return [matched[0].length, show(matched.slice(1), view)];
  }
  throw new Error("the last rule takes any character");
}

function showLink([label = "", url = ""]: string[], view: View): string {
  return `${inline(label, view)} ${paint("dim", `(${url})`, view)}`;
}

const TIMES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

/** Source: https://discord.com/developers/docs/reference#message-formatting-timestamp-styles */
function showTime(seconds: number, style = "f", { now, timeZone }: View): string {
  if (style === "R") return showAgo(seconds - now / 1000);
  const format = { ...TIMES[style], ...(timeZone !== undefined && { timeZone }) };
  return new Intl.DateTimeFormat("en-GB", format).format(seconds * 1000);
}

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

function showAgo(fromNow: number): string {
  const [unit, length] =
    UNITS.find(([, seconds]) => Math.abs(fromNow) >= seconds) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" }).format(Math.round(fromNow / length), unit);
}
