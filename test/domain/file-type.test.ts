import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEAD_BYTES, sniffMediaType } from "../../src/domain/file-type.ts";

/** A text of Latin-1 characters as bytes. */
const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The first box of a file of ISO boxes: its length, its type, the major brand, a version and further brands. */
function boxOf(
  major: string,
  compatible: readonly string[] = [],
  length = 16 + 4 * compatible.length,
): string {
  return `\0\0\0${String.fromCharCode(length)}ftyp${major}\0\0\x02\0${compatible.join("")}`;
}

/** An EBML header as muxers write it, with its size in one byte or in eight. */
function ebmlOf(docType: string, size = "\x9F"): string {
  const versions = "\x42\x86\x81\x01\x42\xF7\x81\x01\x42\xF2\x81\x04\x42\xF3\x81\x08";
  return `\x1A\x45\xDF\xA3${size}${versions}\x42\x82${docType}\x42\x87\x81\x04\x42\x85\x81\x02`;
}

describe("the beginning of a file", () => {
  it.each([
    ["image/png", "\x89PNG\r\n\x1A\n\0\0\0\rIHDR", "PNG"],
    ["image/jpeg", "\xFF\xD8\xFF\xE0\0\x10JFIF\0", "JPEG with a JFIF header"],
    ["image/jpeg", "\xFF\xD8\xFF\xE1\x1C\x45Exif\0\0", "JPEG of a camera"],
    ["image/jpeg", "\xFF\xD8\xFF\xDB\0\x43", "JPEG without either"],
    ["image/gif", "GIF87a\x01\0\x01\0", "GIF of 1987"],
    ["image/gif", "GIF89a\x01\0\x01\0", "GIF of 1989"],
    ["image/webp", "RIFF\x24\0\0\0WEBPVP8 ", "WebP, lossy"],
    ["image/webp", "RIFF\x24\0\0\0WEBPVP8L", "WebP, lossless"],
    ["image/webp", "RIFF\x24\0\0\0WEBPVP8X", "WebP, extended"],
    ["application/pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", "PDF"],
    ["image/avif", boxOf("avif", ["mif1", "miaf"]), "AVIF"],
    ["image/avif", boxOf("avis", ["msf1", "miaf"]), "AVIF that moves"],
    ["image/avif", boxOf("mif1", ["mif1", "avif", "miaf"]), "AVIF that says so among its further brands"],
    ["image/heic", boxOf("heic", ["mif1", "heic"]), "HEIC of a phone"],
    ["image/heic", boxOf("mif1", ["mif1", "heic"]), "HEIC that says so among its further brands"],
    ["image/heic-sequence", boxOf("hevc", ["msf1", "hevc"]), "HEIC that moves"],
    ["video/quicktime", boxOf("qt  ", ["qt  "]), "MOV"],
    ["video/quicktime", boxOf("qt  ", ["isom"]), "MOV that may be read as MP4"],
    ["video/mp4", boxOf("isom", ["isom", "iso2", "avc1", "mp41"]), "MP4 of ffmpeg"],
    ["video/mp4", boxOf("mp42", ["mp42", "isom"]), "MP4 of a phone"],
    ["video/mp4", boxOf("M4V "), "MP4 without further brands"],
    ["video/mp4", boxOf("XAVC", ["XAVC", "mp42"]), "MP4 of a vendor's own brand"],
    ["audio/mp4", boxOf("M4A ", ["M4A ", "mp42", "isom"]), "a recording, which no video is"],
    ["video/webm", ebmlOf("\x84webm"), "WebM"],
    ["video/webm", ebmlOf("\x84webm", "\x01\0\0\0\0\0\0\x1F"), "WebM with a long size"],
    ["video/webm", ebmlOf("\x40\x04webm"), "WebM with the size of its name in two bytes"],
  ])("is told as %s from %j: %s", (mediaType, text) => {
    expect(sniffMediaType(bytesOf(text))).toBe(mediaType);
  });

  it.each([
    ["", "nothing"],
    ["\x89", "one byte"],
    ["\x89PNG\r\n\x1A", "PNG, a byte short"],
    ["\x89PNG\n\x1A\n", "PNG whose line ends were changed on the way"],
    ["\xFF\xD8", "JPEG, a byte short"],
    ["GIF88a", "no year of GIF"],
    ["gif89a", "GIF in lower case"],
    ["RIFF\x24\0\0\0WAVEfmt ", "a sound in RIFF"],
    ["RIFF\x24\0\0\0WEBPXXXX", "WebP without a picture"],
    [" %PDF-1.7", "PDF after a blank"],
    ["%PDF", "PDF, a byte short"],
    ["<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG, which may hold scripts"],
    ["<!doctype html><html>", "HTML"],
    ["MZ\x90\0", "a program"],
    ["PK\x03\x04\x14\0", "an archive"],
    ["BM\x36\0\0\0", "a bitmap"],
    ["views: 12000", "text"],
    [boxOf("mif1", ["mif1", "miaf"]), "boxes that do not say which picture they hold"],
    [boxOf("xxxx"), "boxes of an unknown brand"],
    [boxOf("xxxx", ["xxxx", "isom"], 20), "a brand after the end of the list"],
    ["\0\0\0\x14moovisom", "another box than that of the type"],
    ["\0\0\0\x14FTYPisom", "the type in upper case"],
    ["\0\0\0\x08ftyp", "a box without a brand"],
    [ebmlOf("\x88matroska"), "Matroska that is no WebM"],
    [ebmlOf("\x84webx"), "EBML of an unknown type"],
    [`\x1A\x45\xDF\xA4${"\x42\x82\x84webm"}`, "no EBML"],
    ["\x1A\x45\xDF\xA3\x42\x82", "EBML that ends before its type"],
    ["\x1A\x45\xDF\xA3webm", "EBML without a type"],
  ])("is not told from %j: %s", (text) => {
    expect(sniffMediaType(bytesOf(text))).toBeNull();
  });

  it("does not take the version of the major brand for a brand", () => {
    expect(sniffMediaType(bytesOf("\0\0\0\x10ftypxxxxisom"))).toBeNull();
  });

  it("is all that counts", () => {
    const head = `%PDF-1.7${" ".repeat(HEAD_BYTES - 8)}`;
    expect(sniffMediaType(bytesOf(head))).toBe(sniffMediaType(bytesOf(`${head}${"\xFF".repeat(200_000)}`)));
    const late = `${" ".repeat(HEAD_BYTES)}%PDF-1.7`;
    expect(sniffMediaType(bytesOf(late))).toBeNull();
    expect(sniffMediaType(bytesOf(ebmlOf("\x84webm", "\xFF".repeat(HEAD_BYTES))))).toBeNull();
  });

  it("reads a view of a larger buffer by its own bytes", () => {
    expect(sniffMediaType(bytesOf(`xx${boxOf("isom")}`).subarray(2))).toBe("video/mp4");
  });

  it("may be anything: what is not known is null, and nothing throws", () => {
    const known = /^(image|video|audio|application)\/[a-z0-9-]+$/;
    const starts = fc.constantFrom(
      "",
      "\x89PNG",
      "RIFF",
      "\0\0\0\xFFftyp",
      "\xFF\xFF\xFF\xFFftypxxxx\0\0\0\0",
      "\x1A\x45\xDF\xA3\x42\x82",
    );
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 100 }), (start, rest) => {
        const mediaType = sniffMediaType(Uint8Array.of(...bytesOf(start), ...rest));
        expect(mediaType ?? "image/none").toMatch(known);
      }),
    );
  });
});
