import type { ProfileReader } from "./access.ts";
import { askForProfile, type ProfileReading, readAbout } from "./profile-call.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";
import { explainYoutubeRefusal } from "./youtube-refusals.ts";

const CHANNEL_ID = /^UC[0-9A-Za-z_-]{22}$/;
// Letters of any script. Source: support.google.com/youtube/answer/11585688.
const HANDLE = /^[\p{L}\p{M}\p{N}_.·-]{1,30}$/u;

/**
 * Channels by handle or id, with the API key. Source: developers.google.com/youtube/v3/docs/channels/list.
 */
export const youtubeProfiles: ProfileReader = {
  place: "the description of the channel",
  names: "the handle of the channel, such as @claimcheck, or its id, which begins with UC",
  handle: (typed) => {
    const text = typed.trim();
    if (CHANNEL_ID.test(text)) return text;
    const name = text.replace(/^@/, "");
    return HANDLE.test(name) ? `@${name}` : null;
  },
  read: (deps, credential, handle) => {
    const query = new URLSearchParams({
      part: "snippet",
      fields: "kind,items(id,snippet(title,description))",
      [isId(handle) ? "id" : "forHandle"]: handle,
      key: credential,
    });
    return askForProfile(deps, credential, {
      request: { url: `${deps.urls.api}/youtube/v3/channels?${query}` },
      read: (json) => readChannel(json, handle),
      explain: explainYoutubeRefusal,
    });
  },
};

function isId(handle: string): boolean {
  return !handle.startsWith("@");
}

function readChannel(json: unknown, asked: string): ProfileReading | null {
  const body = readRecord(json);
  if (body?.kind !== "youtube#channelListResponse") return null;
  const items = body.items === undefined ? [] : readRecords(body.items);
  const [channel, ...others] = items ?? [];
  // A handle names one channel: of two, neither is the one.
  if (items === null || others.length > 0) return null;
  if (channel === undefined) return { kind: "unknown" };

  const snippet = readRecord(channel.snippet);
  const accountId = readText(channel.id);
  const name = readText(snippet?.title);
  const about = readAbout(snippet?.description);
  if (accountId === null || name === null || about === null) return null;
  return isId(asked) && accountId !== asked ? null : { kind: "found", profile: { accountId, name }, about };
}
