import { type ChatCommand, EVERYWHERE } from "./command.ts";

/** `/link`, `/unlink`, `/register`: who a Discord user is in Claimcheck. */
export const ACCOUNT: ChatCommand[] = [
  {
    type: 1,
    name: "link",
    description: "Connect your Discord user to your Claimcheck account",
    options: [
      {
        type: 3,
        name: "code",
        description: "The code Claimcheck gave you; it works once, for a few minutes",
        required: true,
      },
    ],
    ...EVERYWHERE,
  },
  {
    type: 1,
    name: "unlink",
    description: "Disconnect your Discord user from your Claimcheck account",
    options: [],
    ...EVERYWHERE,
  },
  {
    type: 1,
    name: "register",
    description: "Open a Claimcheck account for your Discord user",
    options: [
      { type: 3, name: "email", description: "Your e-mail address", required: true },
      { type: 3, name: "name", description: "The name of your account; your name in Discord if left out" },
    ],
    ...EVERYWHERE,
  },
];
