import type { ProfileReader } from "./access.ts";
import { askForProfile, type ProfileReading, readAbout } from "./profile-call.ts";
import { readRecord, readRecords, readText } from "./read-values.ts";
import { explainXRefusal, problemName } from "./x-refusals.ts";

const USERNAME = /^[0-9A-Za-z_]{1,15}$/;

/** Public profiles, with the app's bearer token. Source: docs.x.com/x-api/users/get-user-by-username. */
export const xProfiles: ProfileReader = {
  place: "the bio of the profile",
  names: "the user name, such as @claimcheck",
  handle: (typed) => {
    const name = typed.trim().replace(/^@/, "");
    return USERNAME.test(name) ? name : null;
  },
  read: (deps, credential, handle) =>
    askForProfile(deps, credential, {
      request: {
        url: `${deps.urls.api}/2/users/by/username/${handle}?user.fields=description`,
        headers: { authorization: `Bearer ${credential}` },
      },
      read: (json) => readUser(json, handle),
      explain: explainXRefusal,
    }),
};

function readUser(json: unknown, asked: string): ProfileReading | null {
  const { data, errors } = readRecord(json) ?? {};
  if (data === undefined) return isNobody(errors) ? { kind: "unknown" } : null;
  const user = readRecord(data);
  const accountId = readText(user?.id);
  const name = readText(user?.username);
  const about = readAbout(user?.description);
  if (accountId === null || about === null) return null;
  if (name === null || name.toLowerCase() !== asked.toLowerCase()) return null;
  return { kind: "found", profile: { accountId, name }, about };
}

const NOBODY: ReadonlySet<string | null> = new Set(["resource-not-found", "disallowed-resource"]);

/** X answers for an account that does not exist or is suspended with a success and a problem. */
function isNobody(errors: unknown): boolean {
  const problems = readRecords(errors) ?? [];
  return problems.length > 0 && problems.every((problem) => NOBODY.has(problemName(problem)));
}
