import type { Ctx } from "../context.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import { HEAD_BYTES, sniffMediaType } from "../domain/file-type.ts";
import { hashBody } from "../lib/hash-body.ts";

/** A file as a user attached it to an interaction. */
export interface Attachment {
  id: string;
  filename: string;
  /** Bytes, as Discord counted them. */
  size: number;
  contentType: string | null;
  /** Where Discord keeps it: signed, and good for some hours. */
  url: string;
}

/** What is kept of a file, as it stands in the evidence of a claim; the file itself is not. */
export interface EvidenceFile {
  name: string;
  /** Bytes: counted where the file was read, otherwise what Discord said. */
  size: number;
  /** By the file's first bytes; null if they are of no known type, or were not read. */
  media_type: string | null;
  /** What whoever sent it said it is. */
  declared_type: string | null;
  /** Hex; null if the file was not read to its end. */
  sha256: string | null;
  /** Why the file was not read; null if it was. */
  unread: Unread | null;
}

type Unread = "expired" | "too_large" | "unreachable" | "not_from_discord";

type Deps = Pick<Ctx, "config" | "fetch" | "log">;

/**
 * Reads an attachment once and keeps what tells it apart: its type, size and hash, never its bytes. A file that cannot
 * be read is no reason to lose a claim: it is kept by name, and with the reason. What the network or a server does is
 * never thrown.
 *
 * @throws {ClaimcheckError} payload_too_large, before anybody is asked, for a file that its sender can see is too large
 */
export async function readAttachment(ctx: Deps, attachment: Attachment): Promise<EvidenceFile> {
  const { filename, size, contentType } = attachment;
  requireSmall(size, ctx.config.EVIDENCE_MAX_BYTES);
  const named = {
    name: cleaned(filename) || "unnamed",
    declared_type: contentType === null ? null : cleaned(contentType),
  };
  const outcome = await read(ctx, attachment.url);
  if (typeof outcome !== "string") return { ...named, ...outcome, unread: null };
  ctx.log.info("attachment_unread", { reason: outcome });
  return { ...named, size, media_type: null, sha256: null, unread: outcome };
}

const MEBIBYTE = 1_048_576;

function requireSmall(size: number, most: number): void {
  if (size <= most) return;
  const detail = `The file is too large: attach at most ${Math.floor((most / MEBIBYTE) * 10) / 10} MiB.`;
  throw new ClaimcheckError("payload_too_large", detail, { errors: [{ pointer: "#/proof", detail }] });
}

/** Longest text of a sender that is kept, in characters. */
const LONGEST_TEXT = 200;
// Controls, halves of characters, and marks that turn the direction of what follows, by which an .exe ends in "gpj".
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

function cleaned(text: string): string {
  const shown = text.replaceAll(UNSHOWN, "").trim();
  return Array.from(shown).slice(0, LONGEST_TEXT).join("");
}

type ReadFile = Pick<EvidenceFile, "size" | "media_type" | "sha256">;

async function read({ config, fetch, log }: Deps, url: string): Promise<ReadFile | Unread> {
  const address = addressOf(url, config.DISCORD_CDN_URL);
  if (address === null) return "not_from_discord";
  const { EVIDENCE_MAX_BYTES: maxBytes, DISCORD_TIMEOUT_MS: timeoutMs } = config;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(address, { redirect: "manual", signal });
    const { status, body } = response;
    if (status !== 200) {
      void body?.cancel().catch(() => undefined);
      log.warn("attachment_refused", { status });
      return GONE.has(status) ? "expired" : "unreachable";
    }
    const hashed = await hashBody(body, { maxBytes, headBytes: HEAD_BYTES, signal });
    if (hashed === null) return "too_large";
    return { size: hashed.size, media_type: sniffMediaType(hashed.head), sha256: hashed.sha256 };
  } catch {
    return "unreachable";
  }
}

/** Answers for a deleted file and for a run-out signature alike; with 403 Discord turns a whole kind of caller away. */
const GONE = new Set([404, 410]);

const HOSTS = new Set(["cdn.discordapp.com", "media.discordapp.net"]);
const PATH = /^\/(ephemeral-)?attachments\//;

/**
 * Where the file is asked for, made from the parsed address and never from the text; null if it is none of Discord's
 * attachments.
 *
 * @param standIn what is asked in the place of Discord's hosts, empty for none
 */
function addressOf(url: string, standIn: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, username, password, hostname, port, pathname, search } = new URL(url);
  if (protocol !== "https:" || username !== "" || password !== "" || port !== "") return null;
  if (!HOSTS.has(hostname) || !PATH.test(pathname)) return null;
  return `${standIn || `https://${hostname}`}${pathname}${search}`;
}
