import type { ChatCommand } from "./command.ts";

/** Discord's permission "Manage Server". */
const MANAGE_GUILD = 1 << 5;

/**
 * `/desk`: for operators. Discord shows it to those who manage a server; whether its user is an operator is
 * decided by Claimcheck at each use.
 */
export const DESK: ChatCommand = {
  type: 1,
  name: "desk",
  description: "For operators: alerts, platforms, reports, invitations",
  options: [
    {
      type: 1,
      name: "alerts",
      description: "See what needs attention; acknowledge or resolve it",
      options: [
        {
          type: 3,
          name: "severity",
          description: "Only alerts of this severity",
          choices: [
            { name: "Low", value: "LOW" },
            { name: "Medium", value: "MEDIUM" },
            { name: "High", value: "HIGH" },
            { name: "Critical", value: "CRITICAL" },
          ],
        },
      ],
    },
    { type: 1, name: "platforms", description: "See how each platform answers", options: [] },
    {
      type: 1,
      name: "recheck",
      description: "Have a report judged again",
      options: [
        { type: 3, name: "report", description: "The report's id, which begins with rep_", required: true },
      ],
    },
    { type: 1, name: "invite", description: "Invite the members of this channel to join", options: [] },
  ],
  default_member_permissions: MANAGE_GUILD,
  contexts: [0, 1],
  integration_types: [0],
};
