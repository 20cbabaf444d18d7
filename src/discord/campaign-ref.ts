import type { EntryLookup } from "../db/queries/discord-entry.ts";
import type { CampaignChoice } from "../db/queries/open-campaigns.ts";
import { ClaimcheckError } from "../domain/errors.ts";
import type { Platform } from "../domain/platform.ts";
import { isId } from "../lib/ids.ts";
import { recogniseLink } from "../platforms/recognise-link.ts";
import { type Call, textOf } from "./command.ts";
import type { Invocation } from "./invocation.ts";

/** The platform of an address, as far as it can be told without asking anybody. */
export function platformOfLink(url: string | null): Platform | null {
  const link = url === null ? null : recogniseLink(url);
  return link?.kind === "post" ? link.identity.platform : null;
}

/** The lookup of a campaign that was chosen from the list, or typed by its name. */
export function campaignLookup(invocation: Invocation, url: string | null): EntryLookup | null {
  const name = textOf(invocation, "campaign");
  if (name === null) return null;
  if (isId("cmp", name)) return { of: "campaign", campaignId: name };
  return { of: "campaign", name, platform: platformOfLink(url) };
}

/**
 * The campaign that is meant.
 *
 * @throws {ClaimcheckError} not_found unless it is an id, or the name of exactly one campaign that is open to the caller
 */
export function campaignOf({ invocation, entry }: Call): CampaignChoice {
  const text = textOf(invocation, "campaign") ?? "";
  const [campaign, another] = entry.campaigns;
  // Whether one that was chosen can be entered is for the service to say.
  if (isId("cmp", text)) return campaign ?? { id: text, name: "", has_landing: 0 };
  if (campaign && !another) return campaign;
  const detail = another
    ? "Several campaigns have this name. Choose one from the list."
    : "There is no such campaign that is open to you. Choose one from the list.";
  throw new ClaimcheckError("not_found", detail, { errors: [{ pointer: "#/campaign", detail }] });
}
