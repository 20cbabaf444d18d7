import type { Message } from "../wire.ts";
import { container, divider, message, text } from "./message.ts";

export interface HelpFor {
  linked: boolean;
  operator: boolean;
  /** Whether anybody may open an account. */
  selfSignup: boolean;
}

const IDEA =
  "You report a post with the numbers you see. Claimcheck asks the platform, compares, and tells you how they fit.";

const EVERY_DAY = [
  "`/claim submit` report a post",
  "`/claim update` send newer numbers of one",
  "`/claim status` how a post stands, and why",
  "`/claim history` all your posts",
  "`/claim me` your trust and accuracy",
  "`/claim leaderboard` who leads in a campaign",
  "`/claim connect` an account whose numbers only you can see",
  "-# Quickest: hold or right-click a message with a link, **Apps → Report this post**",
];

const DESK = [
  "**For operators**",
  "`/desk alerts` what needs attention",
  "`/desk platforms` whether the platforms answer",
  "`/desk recheck` judge a report anew",
  "`/desk invite` a message for new creators",
];

/** What there is to do, beginning with what whoever asks has to do first. */
export function helpCard(whom: HelpFor): Message {
  const { linked, operator } = whom;
  const affiliates = [linked ? null : text(...beforeClaims(whom)), text(...EVERY_DAY)];
  const operators = operator ? text(...DESK) : null;
  const parts = linked
    ? [...affiliates, operators && divider(), operators]
    : [operators, operators && divider(), ...affiliates];
  return message({
    ephemeral: true,
    blocks: [container("neutral", text("### 👋 Claimcheck", IDEA), ...parts)],
  });
}

/** An operator may be an affiliate, too; everybody else has to become one. */
function beforeClaims({ operator, selfSignup }: HelpFor): string[] {
  const why = operator
    ? "**To report posts yourself**, be an affiliate, too"
    : "**First:** link your account";
  return [why, ...firstSteps(selfSignup)];
}

function firstSteps(selfSignup: boolean): string[] {
  const link = "`/link` with the code that Claimcheck gave you";
  return selfSignup ? [link, "`/register` if you have no account yet"] : [link];
}
