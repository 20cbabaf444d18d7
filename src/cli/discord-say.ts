/**
 * Says something to Claimcheck as Discord would say it, signed with the local key, and shows what Discord would show.
 *
 *     npm run discord:say               explains itself
 *     npm run discord:say -- me
 */
import type { InteractionResponse, Message, Modal } from "../discord/wire.ts";
import { fieldsToType, fillForm, rememberForm, requireForm } from "./discord-forms.ts";
import { createInteraction, type Deed, type OptionValue, type Sender } from "./discord-local.ts";
import { paint, type View } from "./discord-markdown.ts";
import { findPlace, type Inbox, openInbox, type Place, send, upload } from "./discord-stack.ts";
import { renderMessage, renderResponse } from "./discord-terminal.ts";
import { USAGE } from "./discord-usage.ts";
import { awaitsVerdict, isReport } from "./discord-verdict.ts";
import { type Ask, MESSAGE_COMMAND, readWords, Unsayable, type Words } from "./discord-words.ts";

const viewOf = ({ isTTY = false, columns = 80 }: { isTTY?: boolean; columns?: number }): View => ({
  colour: !process.env.NO_COLOR && isTTY,
  // Some terminals tell no width, or 0.
  columns: columns < 40 ? 80 : Math.min(columns, 100),
  now: Date.now(),
});

try {
  const words = readWords(process.argv.slice(2));
  if (words === null) console.log(USAGE);
  else await say(words, findPlace());
} catch (error) {
  if (!(error instanceof Unsayable)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function say(words: Words, place: Place): Promise<void> {
  const deed = await deedOf(words.ask, place);
  const interaction = createInteraction(deed, senderOf(words, place), Date.now());
  const inbox = openInbox(place, interaction.token);
  const response = await send(place, interaction);
  show(words, response, (view) => renderResponse(response, view));
  if (response.type === 9) offerForm(words, response.data);
  const message = await settledMessage(words, response, inbox);
  if (message === null) return;
  if (isReport(words.ask) && awaitsVerdict(message)) await showVerdict(words, inbox);
  if (JSON.stringify(message).includes('"custom_id"')) {
    hint(words, "A button is pressed by what stands beside it: npm run discord:say -- --press v1:…");
  }
}

function senderOf(
  { user, operator }: Words,
  { applicationId, affiliateUserId, operatorUserId }: Place,
): Sender {
  // MANAGE_GUILD shows an operator's commands in Discord; it is Claimcheck that says who is one.
  const permissions = operator ? "32" : "0";
  if (user !== null) return { applicationId, userId: user, name: `User ${user.slice(-4)}`, permissions };
  return operator
    ? { applicationId, userId: operatorUserId, name: "Demo Operator", permissions }
    : { applicationId, userId: affiliateUserId, name: "Ada Clips", permissions };
}

async function deedOf(ask: Ask, place: Place): Promise<Deed> {
  switch (ask.kind) {
    case "message":
      return { kind: "message_command", name: MESSAGE_COMMAND, text: ask.text };
    case "press":
      return { kind: "press", customId: ask.customId };
    case "modal": {
      const { modal, onMessage } = requireForm(ask.customId);
      return { kind: "modal", customId: ask.customId, fields: fillForm(modal, ask.fields), onMessage };
    }
    case "command":
      return commandDeed(ask, place);
  }
}

async function commandDeed(
  { path, given, focused }: Extract<Ask, { kind: "command" }>,
  place: Place,
): Promise<Deed> {
  const [name = "", subcommand] = path;
  const options: OptionValue[] = [];
  const attachments = [];
  for (const { name, type, value } of given) {
    const file = type === 11 && focused === null ? await upload(place, String(value)) : null;
    if (file !== null) attachments.push(file);
    options.push({ name, type, value: file?.id ?? value, ...(name === focused && { focused: true }) });
  }
  const nested = subcommand === undefined ? options : [{ name: subcommand, type: 1, options }];
  return { kind: "command", name, options: nested, attachments, completing: focused !== null };
}

/** What stands there in the end: the answer itself, or the edit that follows a deferred one. */
async function settledMessage(
  words: Words,
  response: InteractionResponse,
  inbox: Inbox,
): Promise<Message | null> {
  if (response.type === 4 || response.type === 7) return response.data;
  if (response.type !== 5 || words.waitSeconds === 0) return null;
  const edit = await inbox.next("edit", words.waitSeconds * 1000);
  if (edit === null) throw new Unsayable(`Nothing took the place of that within ${words.waitSeconds} s.`);
  // Who sees it was settled when it was put off.
  const message = { ...edit, flags: edit.flags | response.data.flags };
  show(words, edit, (view) => renderMessage(message, view));
  return message;
}

async function showVerdict(words: Words, inbox: Inbox): Promise<void> {
  if (words.waitSeconds === 0) return;
  hint(words, `Waiting up to ${words.waitSeconds} s for the verdict …`);
  const verdict = await inbox.next("follow_up", words.waitSeconds * 1000);
  if (verdict === null) hint(words, "No verdict yet. See later: npm run discord:say -- history");
  else show(words, verdict, (view) => renderMessage(verdict, view));
}

/** Keeps an opened form, and says how it is filled in. */
function offerForm(words: Words, modal: Modal): void {
  rememberForm({ modal, onMessage: words.ask.kind === "press" });
  const who = `${words.operator ? " --operator" : ""}${words.user === null ? "" : ` --user ${words.user}`}`;
  hint(words, `Fill it in: npm run discord:say --${who} --modal ${modal.custom_id} ${fieldsToType(modal)}`);
}

function show({ raw }: Words, json: unknown, render: (view: View) => string): void {
  console.log(raw ? JSON.stringify(json, null, 2) : `${render(viewOf(process.stdout))}\n`);
}

/** Beside the answer, so that what is piped on is the answer alone. */
function hint({ raw }: Words, text: string): void {
  if (!raw) console.error(paint("dim", text, viewOf(process.stderr)));
}
