import type { ProfileReader } from "./access.ts";
import { askForProfile, type ProfileReading, readAbout } from "./profile-call.ts";
import { readRecord, readText } from "./read-values.ts";
import { redditHeaders } from "./reddit-access.ts";
import { explainRedditRefusal } from "./reddit-refusals.ts";

const NAME = /^[0-9A-Za-z_-]{3,20}$/;

/** Public profiles, by the app's token. Source: www.reddit.com/dev/api#GET_user_{username}_about. */
export const redditProfiles: ProfileReader = {
  place: "the description of the profile, in Reddit's settings under Profile",
  names: "the user name, such as u/claimcheck",
  handle: (typed) => {
    const name = typed.trim().replace(/^\/?u(?:ser)?\//i, "");
    return NAME.test(name) ? name : null;
  },
  read: (deps, credential, handle) =>
    askForProfile(deps, credential, {
      request: {
        url: `${deps.urls.api}/user/${encodeURIComponent(handle)}/about?raw_json=1`,
        headers: redditHeaders(deps.secrets, credential),
      },
      read: (json) => readUser(json, handle),
      explain: explainRedditRefusal,
    }),
};

function readUser(json: unknown, asked: string): ProfileReading | null {
  const user = readRecord(readRecord(json)?.data);
  const name = readText(user?.name);
  if (user === null || name?.toLowerCase() !== asked.toLowerCase()) return null;
  // A suspended account has no id and no text any more.
  if (user.is_suspended === true) return { kind: "unknown" };
  const id = readText(user.id);
  // Accounts that never had a profile page have none.
  const page = user.subreddit === null ? {} : readRecord(user.subreddit);
  const about = page && readAbout(page.public_description);
  if (id === null || about === null) return null;
  return { kind: "found", profile: { accountId: `t2_${id}`, name }, about };
}
