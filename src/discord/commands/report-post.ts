import { listOpenCampaigns } from "../../db/queries/open-campaigns.ts";
import { METRICS, type Metric } from "../../domain/metrics.ts";
import type { Platform } from "../../domain/platform.ts";
import { platformFacts } from "../../platforms/facts.ts";
import { recogniseLink } from "../../platforms/recognise-link.ts";
import { campaignLookup, platformOfLink } from "../campaign-ref.ts";
import { reportModal } from "../cards/modals.ts";
import { noticeCard } from "../cards/notice-card.ts";
import { type Answer, affiliateOf, type Call, type Command, textOf } from "../command.ts";
import type { TargetMessage } from "../invocation.ts";
import { LIMITS } from "../wire.ts";
import { slow, submitFrom } from "./submit.ts";

/** "Report this post" on a message: opens a form for the first link in it that is a post. */
export const reportPost: Command = {
  audience: "affiliate",
  run: openForm,
};

/** The form of {@link reportPost}, filled in. */
export const reportForm: Command = {
  audience: "affiliate",
  once: () => true,
  lookup: (invocation) => campaignLookup(invocation, textOf(invocation, "url")),
  slow,
  evenLate: true,
  run: (call) => {
    const [id = "", author = ""] = call.invocation.args;
    const known = SNOWFLAKE.test(id) && SNOWFLAKE.test(author);
    return submitFrom(call, known ? { id, author_id: author } : undefined);
  },
};

const SNOWFLAKE = /^\d{1,20}$/;
/** Addresses in a message; what surrounds them in chat is no part of them. */
const ADDRESS = /https?:\/\/[^\s<>"']{1,2048}/g;
const TRAILING = /[)\].,;:!?*~|`]+$/;
/** They end italics and underlining, and some ids. */
const UNDERSCORES = /_{0,3}$/;
const LINKS_LOOKED_AT = 20;
/** As many numbers as a form has room for beside the post and its campaign. */
const METRICS_ASKED = 3;

async function openForm(call: Call): Promise<Answer> {
  const { ctx, invocation } = call;
  const { target } = invocation;
  const url = target === null ? null : firstPost(target);
  if (target === null || url === null) {
    return notice(
      "There is no post in this message",
      "It has no link to a post on a platform that is verified here. `/claim submit` takes the address of your post.",
    );
  }
  const platform = platformOfLink(url);
  const campaigns = await listOpenCampaigns(ctx.db, {
    affiliateId: affiliateOf(call).affiliateId,
    platform,
    name: "",
    now: ctx.now(),
    // One more than a list holds: then the name is typed instead.
    limit: LIMITS.selectOptions + 1,
  });
  if (campaigns.length === 0) {
    return notice(
      "No campaign takes this post",
      "No campaign that is open to you takes posts of this platform now.",
    );
  }
  const metrics = metricsToAsk(platform);
  return { modal: reportModal({ url, messageId: target.id, authorId: target.authorId, campaigns, metrics }) };
}

/** What the platform shows of every post, then the rest: a number that cannot be verified counts for nothing. */
function metricsToAsk(platform: Platform | null): Metric[] {
  const supports = platform === null ? [] : (platformFacts().get(platform)?.supports ?? []);
  return [...new Set([...supports, ...METRICS])].slice(0, METRICS_ASKED);
}

/** The first link of a message that names a post, or leads to one. */
function firstPost({ content, embedUrls }: TargetMessage): string | null {
  const links = [...(content.match(ADDRESS) ?? []), ...embedUrls].slice(0, LINKS_LOOKED_AT);
  const posts = links.flatMap(spellingsOf).filter((link) => recogniseLink(link).kind !== "refused");
  return posts[0] ?? null;
}

/** The ways to read a link, the longest first. */
function spellingsOf(link: string): string[] {
  const bare = link.replace(TRAILING, "");
  const underscores = UNDERSCORES.exec(bare)?.[0].length ?? 0;
  return Array.from({ length: underscores + 1 }, (_, n) =>
    bare.slice(0, bare.length - n).replace(TRAILING, ""),
  );
}

function notice(title: string, text: string): Answer {
  return { message: noticeCard({ tone: "neutral", title, text }) };
}
