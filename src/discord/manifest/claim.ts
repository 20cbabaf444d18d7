import { METRICS } from "../../domain/metrics.ts";
import { ownersPlatforms } from "../../platforms/facts.ts";
import { displayNameOf } from "../../platforms/lookup.ts";
import { type ChatCommand, EVERYWHERE, type StringOption, type ValueOption } from "./command.ts";

const POST: StringOption = {
  type: 3,
  name: "post",
  description: "One of the posts you reported",
  required: true,
  autocomplete: true,
};

/** What a claim says, and what backs it. */
const NUMBERS: ValueOption[] = [
  ...METRICS.map(
    (name): ValueOption => ({ type: 4, name, description: `How many ${name} you count now`, min_value: 0 }),
  ),
  {
    type: 3,
    name: "evidence",
    description: "What backs your numbers: a note, or a link",
    max_length: 1_000,
  },
  { type: 11, name: "proof", description: "A screenshot or recording that backs your numbers" },
];

/** `/claim`: what affiliates do every day. */
export const CLAIM: ChatCommand = {
  type: 1,
  name: "claim",
  description: "Report your posts, and see what became of each report",
  options: [
    {
      type: 1,
      name: "submit",
      description: "Report a post and its numbers",
      options: [
        { type: 3, name: "url", description: "The link to your post", required: true },
        {
          type: 3,
          name: "campaign",
          description: "The campaign your post belongs to",
          required: true,
          autocomplete: true,
        },
        ...NUMBERS,
      ],
    },
    {
      type: 1,
      name: "update",
      description: "Report new numbers of a post",
      options: [POST, ...NUMBERS],
    },
    {
      type: 1,
      name: "status",
      description: "See a post's claim, the platform's numbers, and the verdict",
      options: [POST],
    },
    { type: 1, name: "history", description: "See your latest reports", options: [] },
    { type: 1, name: "me", description: "See your trust, your accuracy, and what is pending", options: [] },
    {
      type: 1,
      name: "leaderboard",
      description: "See who leads in a campaign",
      options: [
        {
          type: 3,
          name: "campaign",
          description: "The campaign to look at",
          required: true,
          autocomplete: true,
        },
      ],
    },
    {
      type: 1,
      name: "connect",
      description: "Connect an account whose numbers only its owner sees, so that its posts can be judged",
      options: [
        {
          type: 3,
          name: "platform",
          description: "Where the account is",
          required: true,
          choices: ownersPlatforms().map((value) => ({ name: displayNameOf(value), value })),
        },
      ],
    },
    { type: 1, name: "help", description: "See how Claimcheck works, and what to do next", options: [] },
  ],
  ...EVERYWHERE,
};
