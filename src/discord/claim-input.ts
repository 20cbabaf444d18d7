import { claimedMetricsOf, countTyped, wholeCount } from "../domain/claimed-count.ts";
import { ClaimcheckError, type FieldError } from "../domain/errors.ts";
import { METRICS, type Metric, type Metrics } from "../domain/metrics.ts";
import { type EvidenceFile, readAttachment } from "../services/read-attachment.ts";
import { type Call, textOf } from "./command.ts";
import type { Attachment } from "./interaction-schema.ts";
import type { Invocation } from "./invocation.ts";

/**
 * The numbers of a command's options (numbers) or of a form's fields (typed).
 *
 * @throws {ClaimcheckError} validation_failed, pointing at everything that is no count, or for no count at all
 */
export function claimedIn({ values }: Invocation): Metrics {
  const errors: FieldError[] = [];
  const counts = METRICS.map((metric) => {
    try {
      return [metric, countIn(values.get(metric), metric)] as const;
    } catch (error) {
      if (!(error instanceof ClaimcheckError)) throw error;
      errors.push(...error.errors);
      return [metric, null] as const;
    }
  });
  const [first, ...more] = errors;
  if (first === undefined) return claimedMetricsOf(Object.fromEntries(counts));
  const detail = more.length === 0 ? first.detail : "Not all numbers can be read.";
  throw new ClaimcheckError("validation_failed", detail, { errors });
}

function countIn(given: unknown, metric: Metric): number | null {
  if (typeof given === "number") return wholeCount(given, metric);
  return typeof given === "string" ? countTyped(given, metric) : null;
}

/** The file that was attached as evidence; null if none was. */
export function proofOf({ values, attachments }: Invocation): Attachment | null {
  const id = values.get("proof");
  return (typeof id === "string" ? attachments.get(id) : undefined) ?? null;
}

interface Evidence {
  note?: string;
  files?: EvidenceFile[];
  /** The message that was reported, and who wrote it: not always who claims. */
  discord_message?: { id: string; author_id: string };
}

/**
 * The evidence of a claim as it is stored (JSON, or null if there is none), and what became of its files, which are looked
 * at and not kept.
 *
 * @throws {ClaimcheckError} payload_too_large for a file that is too large
 */
export async function evidenceOf(
  { ctx, invocation }: Call,
  more: Evidence = {},
): Promise<{ json: string | null; files: EvidenceFile[] }> {
  const evidence: Evidence = { ...more };
  const note = textOf(invocation, "evidence");
  if (note !== null) evidence.note = note;
  const proof = proofOf(invocation);
  if (proof !== null) {
    const { id, filename, size, url, content_type: contentType = null } = proof;
    evidence.files = [await readAttachment(ctx, { id, filename, size, url, contentType })];
  }
  const json = Object.keys(evidence).length === 0 ? null : JSON.stringify(evidence);
  return { json, files: evidence.files ?? [] };
}
