import { helpCard } from "../cards/help-card.ts";
import type { Command } from "../command.ts";

/** `/claim help`: what can be done, for who asks. */
export const help: Command = {
  audience: "anyone",
  run: async ({ ctx, entry: { caller } }) => {
    const linked = caller.affiliate !== null;
    const selfSignup = ctx.config.SELF_SIGNUP === "on";
    return { message: helpCard({ linked, operator: caller.operator !== null, selfSignup }) };
  },
};
