import type { EvidenceFile } from "../../services/read-attachment.ts";
import { escapeMarkdown } from "../markdown.ts";

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_048_576;
const SIZE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** The types of file that show numbers, as people call them; src/domain/file-type.ts tells them apart. */
const TYPES = new Map([
  ["image/png", "PNG image"],
  ["image/jpeg", "JPEG image"],
  ["image/gif", "GIF image"],
  ["image/webp", "WebP image"],
  ["image/avif", "AVIF image"],
  ["image/heic", "HEIC image"],
  ["image/heic-sequence", "HEIC image"],
  ["application/pdf", "PDF"],
  ["video/mp4", "MP4 video"],
  ["video/quicktime", "QuickTime video"],
  ["video/webm", "WebM video"],
]);

/** What became of a file that was sent as evidence: "📎 a.png noted (PNG image, 12 KB)". */
export function evidenceLine({ name, size, media_type: mediaType, unread }: EvidenceFile): string {
  const called = escapeMarkdown(name, { max: 80 }) || "The file";
  if (unread !== null) return `📎 ${called} could not be read; the claim was taken without it`;
  const type = TYPES.get(mediaType ?? "");
  return type === undefined
    ? `📎 ${called} is no image, PDF or video`
    : `📎 ${called} noted (${type}, ${sizeText(size)})`;
}

function sizeText(bytes: number): string {
  if (bytes >= MEBIBYTE) return `${SIZE.format(bytes / MEBIBYTE)} MB`;
  return bytes >= KIBIBYTE ? `${Math.round(bytes / KIBIBYTE)} KB` : `${bytes} bytes`;
}
