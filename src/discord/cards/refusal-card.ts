import type { ErrorCode, FieldError } from "../../domain/errors.ts";
import { customId } from "../custom-id.ts";
import { escapeMarkdown } from "../markdown.ts";
import type { Message } from "../wire.ts";
import { button, container, message, row, text } from "./message.ts";
import type { Tone } from "./tones.ts";

/** A refusal as src/domain/errors.ts has it. */
export interface Refusal {
  code: ErrorCode;
  detail: string;
  errors: readonly FieldError[];
  extensions: Readonly<Record<string, string>>;
}

const MAX_ERRORS = 6;

const WORDS: Readonly<Record<ErrorCode, readonly [tone: Tone, title: string]>> = {
  bad_request: ["warn", "🤔 That could not be read"],
  validation_failed: ["warn", "✏️ Almost there"],
  unauthenticated: ["warn", "🔑 That is not you, as far as we can tell"],
  bad_signature: ["warn", "🔏 That signature is not valid"],
  forbidden: ["warn", "🚫 Not possible"],
  not_found: ["neutral", "🔍 Not found"],
  method_not_allowed: ["warn", "🤔 That does not go here"],
  conflict: ["warn", "✋ That did not work"],
  duplicate_submission: ["neutral", "📌 You reported this post already"],
  campaign_not_open: ["neutral", "🚪 The campaign is not open"],
  claims_closed: ["neutral", "🚪 The campaign takes no more numbers"],
  payload_too_large: ["warn", "📦 That is too large"],
  unsupported_media_type: ["warn", "🤔 That could not be read"],
  temporarily_unavailable: ["waiting", "⏳ Try again in a moment"],
  internal: ["bad", "💥 Something went wrong on our side"],
};

/** Why something was not done, and what to do about it. */
export function refusalCard(refusal: Refusal, requestId: string): Message {
  const [tone, title] = WORDS[refusal.code];
  const isOurs = refusal.code === "internal";
  const first = refusal.extensions.submission_id;
  const card = container(
    tone,
    text(`### ${title}`, ...(isOurs ? apology(requestId) : explanation(refusal))),
    row(first === undefined ? null : button("secondary", "Show it", customId("status", first))),
  );
  return message({ ephemeral: true, blocks: [card] });
}

/** What broke is for our log; to the user it says nothing. */
function apology(requestId: string): string[] {
  const quoted = requestId.replace(/[^\w:.-]/g, "").slice(0, 64);
  const again = "Try again in a moment. Nothing is counted twice.";
  return quoted === "" ? [again] : [again, `If it stays like this, tell us: \`${quoted}\``];
}

function explanation({ code, detail, errors }: Refusal): string[] {
  // A refusal for one field says the same twice: the one that stands by itself is told, or the one that needs its field.
  const fields = goesOn(detail)
    ? errors
    : errors.filter((error) => !saysNothingMore(error, { code, detail }));
  const isTold = fields.some((error) => error.detail === detail);
  const sentence = isTold ? "" : sentenceOf(detail, 600);
  return [sentence, ...fields.slice(0, MAX_ERRORS).map(fieldLine)].filter((line) => line !== "");
}

/** "must be …" goes on from the name of the field; a sentence of its own does not. */
const goesOn = (detail: string) => /^\p{Ll}.*[^.]$/su.test(detail);

/** What a refusal says of its address or campaign as a whole, it need not say of the field again. */
function saysNothingMore(error: FieldError, { code, detail }: Pick<Refusal, "code" | "detail">): boolean {
  if (error.detail === detail) return true;
  return code !== "validation_failed" && isPlain(error.pointer) && goesOn(error.detail);
}

/** Of these, a sentence says by itself what it is about. */
const isPlain = (pointer: string) => ["url", "campaign"].includes(optionName(pointer));

function fieldLine({ pointer, detail }: FieldError): string {
  const sentence = sentenceOf(detail, 300);
  if (goesOn(detail))
    return `- **${optionName(pointer)}** ${inOurWords(escapeMarkdown(detail, { max: 300 }))}`;
  return isPlain(pointer) ? `- ${sentence}` : `- **${optionName(pointer)}**: ${sentence}`;
}

/** The sentence with a capital, unless it begins with the name of a host. */
function sentenceOf(detail: string, max: number): string {
  const sentence = inOurWords(escapeMarkdown(detail, { max }));
  const isHost = /^[^\s.]+\.\S/.test(sentence);
  return isHost || goesOn(detail) ? sentence : sentence.replace(/^\p{Ll}/u, (first) => first.toUpperCase());
}

/** The API's words for what people here call otherwise. */
const WORDS_OF_API: readonly (readonly [RegExp, string])[] = [
  [/\bsubmissions of (\S+ posts)\b/gi, "$1"],
  [/\bmetric(s?)\b/g, "number$1"],
  [/\bsubmission(s?)\b/g, "post$1"],
];

const inOurWords = (sentence: string): string =>
  WORDS_OF_API.reduce((words, [theirs, ours]) => words.replace(theirs, ours), sentence);

/** The option of our commands that a field of the API is. */
const OPTIONS: Readonly<Record<string, string>> = {
  campaign_id: "campaign",
  claimed_views: "views",
  claimed_clicks: "clicks",
  claimed_conversions: "conversions",
  claimed_likes: "likes",
  claimed_comments: "comments",
  claimed_shares: "shares",
  submission_id: "post",
  report_id: "report",
};

/** "#/claimed_views" is "views"; of a deeper field its outermost name counts. */
function optionName(pointer: string): string {
  const field = /^#[^/]*\/([^/]*)/.exec(pointer)?.[1] ?? "";
  return OPTIONS[field] ?? (escapeMarkdown(field, { max: 40 }) || "what you sent");
}
