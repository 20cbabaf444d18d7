/** So many bytes from the beginning of a file are enough to tell what it is. */
export const HEAD_BYTES = 64;

/** What a type of file has at which places, as Latin-1 text. */
interface Signature {
  mediaType: string;
  marks: readonly (readonly [at: number, text: string])[];
}

/**
 * Sources: PNG (W3C) §5.2; JPEG, GIF and WebP: WHATWG MIME Sniffing §6.1; PDF: ISO 32000-1 §7.5.2.
 */
const SIGNATURES: readonly Signature[] = [
  { mediaType: "image/png", marks: [[0, "\x89PNG\r\n\x1A\n"]] },
  { mediaType: "image/jpeg", marks: [[0, "\xFF\xD8\xFF"]] },
  { mediaType: "image/gif", marks: [[0, "GIF87a"]] },
  { mediaType: "image/gif", marks: [[0, "GIF89a"]] },
  {
    mediaType: "image/webp",
    marks: [
      [0, "RIFF"],
      [8, "WEBPVP8"],
    ],
  },
  { mediaType: "application/pdf", marks: [[0, "%PDF-"]] },
];

/**
 * Brands of files made of ISO boxes. The others (`mif1`, `miaf`, …) say how a file is built and not what is in it.
 *
 * Sources: ISO/IEC 14496-12 §4.3; HEIC: ISO/IEC 23008-12 annex B; AVIF: AV1 Image File Format §8; QuickTime File
 * Format, "File type compatibility atom"; https://mp4ra.org/registered-types/brands
 */
const BRANDS: Readonly<Record<string, readonly string[]>> = {
  "image/avif": ["avif", "avis"],
  "image/heic": ["heic", "heix", "heim", "heis"],
  "image/heic-sequence": ["hevc", "hevx", "hevm", "hevs"],
  "video/quicktime": ["qt  "],
  "audio/mp4": ["M4A ", "M4B "],
  "video/mp4": ["isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "dash", "M4V ", "MSNV"],
};

const MEDIA_TYPES = new Map(
  Object.entries(BRANDS).flatMap(([mediaType, brands]) => brands.map((brand) => [brand, mediaType] as const)),
);

/**
 * The media type of a file by its first {@link HEAD_BYTES} bytes, or null if they are of no type that is told apart here.
 * Whatever a name or a sender says of a file, this is what it begins like; it may still be broken further on.
 */
export function sniffMediaType(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  const found = SIGNATURES.find(({ marks }) => marks.every(([at, mark]) => text.startsWith(mark, at)));
  if (found) return found.mediaType;
  return isWebm(text) ? "video/webm" : typeOfBrands(text);
}

/** Bytes of a box before its list of brands: its length, its type, the major brand and that one's version. */
const BOX_HEAD_BYTES = 16;

function typeOfBrands(text: string): string | null {
  if (!text.startsWith("ftyp", 4)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = Array.from(text.slice(0, 4), (byte) => byte.charCodeAt(0));
  const end = Math.min(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d, text.length);
  const brands = [text.slice(8, 12)];
  for (let at = BOX_HEAD_BYTES; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  // The major brand comes first, then what else the file says it may be read as.
  return brands.map((brand) => MEDIA_TYPES.get(brand)).find((mediaType) => mediaType !== undefined) ?? null;
}

const EBML = "\x1A\x45\xDF\xA3";
const DOC_TYPE = "\x42\x82";

/** Sources: RFC 8794 §4 and §11 (EBML); WHATWG MIME Sniffing §6.2.2. */
function isWebm(text: string): boolean {
  const docType = text.indexOf(DOC_TYPE, EBML.length);
  if (!text.startsWith(EBML) || docType < 0) return false;
  const sizeAt = docType + DOC_TYPE.length;
  // A size is one byte longer than its first byte has zeros in front.
  const sizeBytes = Math.clz32(text.charCodeAt(sizeAt)) - 23;
  return text.startsWith("webm", sizeAt + sizeBytes);
}
