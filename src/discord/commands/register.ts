import { ClaimcheckError } from "../../domain/errors.ts";
import { email, name } from "../../lib/fields.ts";
import { createAffiliate } from "../../services/create-affiliate.ts";
import { invitation } from "../cards/invitation.ts";
import { joinModal } from "../cards/modals.ts";
import { noticeCard } from "../cards/notice-card.ts";
import { type Answer, type Call, type Command, textOf } from "../command.ts";
import { escapeMarkdown } from "../markdown.ts";
import { readFields } from "../read-fields.ts";

/** `/register`: opens an affiliate's account for the Discord user, where self-signup is on. */
export const register: Command = { audience: "anyone", once: () => true, run: signUp };

/** The button of an invitation, and the form that it opens. */
export const join: Command = {
  audience: "anyone",
  once: ({ kind }) => kind === "modal",
  run: (call) => (call.invocation.kind === "modal" ? signUp(call) : askName(call)),
};

/** `/desk invite`: a message in the channel with a button to join. */
export const invite: Command = { audience: "operator", run: runInvite };

const CLOSED = "Accounts are opened by the operator here. Ask for yours, then link it with `/link`.";
const CLOSED_BY_YOU = "Self-signup is off: set `SELF_SIGNUP` to `on` to invite people.";

async function signUp(call: Call): Promise<Answer> {
  const { ctx, invocation, entry } = call;
  const { affiliate } = entry.caller;
  if (affiliate !== null) return alreadyJoined(affiliate.name);
  if (isClosed(call)) return closed(call);
  const fields = readFields(
    { name: name(), email: email() },
    {
      name: textOf(invocation, "name") ?? invocation.userName,
      email: textOf(invocation, "email") ?? "",
    },
  );
  try {
    const { affiliate: made } = await createAffiliate(ctx, null, {
      ...fields,
      discordUserId: invocation.userId,
    });
    const text = `You report as **${escapeMarkdown(made.name)}**. \`/claim submit\` enters your first post.`;
    return { message: noticeCard({ tone: "good", title: "Welcome", text }) };
  } catch (error) {
    if (!isEmailTaken(error)) throw error;
    return { message: noticeCard({ tone: "warn", title: "✋ That did not work", text: EMAIL_TAKEN }) };
  }
}

const EMAIL_TAKEN =
  "This e-mail has an account already. Ask whoever runs the campaigns for a code, and send it with `/link`.";

const isEmailTaken = (error: unknown): boolean =>
  error instanceof ClaimcheckError &&
  error.code === "conflict" &&
  error.errors.some(({ pointer }) => pointer === "#/email");

async function askName(call: Call): Promise<Answer> {
  const { affiliate } = call.entry.caller;
  if (affiliate !== null) return alreadyJoined(affiliate.name);
  if (isClosed(call)) return closed(call);
  return { modal: joinModal({ name: call.invocation.userName }) };
}

async function runInvite(call: Call): Promise<Answer> {
  return isClosed(call) ? closed(call) : { message: invitation() };
}

const isClosed = ({ ctx }: Call) => ctx.config.SELF_SIGNUP !== "on";

/** Whoever can open it is told how. */
function closed({ entry }: Call): Answer {
  const text = entry.caller.operator === null ? CLOSED : CLOSED_BY_YOU;
  return { message: noticeCard({ tone: "neutral", title: "Nobody can join by themselves here", text }) };
}

function alreadyJoined(as: string): Answer {
  const text = `You report as **${escapeMarkdown(as)}** already.`;
  return { message: noticeCard({ tone: "neutral", title: "Nothing to do", text }) };
}
