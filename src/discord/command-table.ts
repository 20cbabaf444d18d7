import type { Command } from "./command.ts";
import { acknowledge, alerts, resolve } from "./commands/alerts.ts";
import { connect } from "./commands/connect.ts";
import { help } from "./commands/help.ts";
import { history } from "./commands/history.ts";
import { leaderboard } from "./commands/leaderboard.ts";
import { link, unlink } from "./commands/link.ts";
import { me } from "./commands/me.ts";
import { platforms } from "./commands/platforms.ts";
import { recheck } from "./commands/recheck.ts";
import { invite, join, register } from "./commands/register.ts";
import { reportForm, reportPost } from "./commands/report-post.ts";
import { claim, status } from "./commands/status.ts";
import { submit } from "./commands/submit.ts";
import { update } from "./commands/update.ts";
import type { Invocation } from "./invocation.ts";

/** Commands by the name of their leaf; src/discord/manifest.ts says how Discord shows them. */
export const COMMANDS = new Map<string, Command>(
  Object.entries({
    submit,
    update,
    status,
    history,
    me,
    leaderboard,
    connect,
    help,
    link,
    unlink,
    register,
    alerts,
    platforms,
    recheck,
    invite,
    "Report this post": reportPost,
  }),
);

/** Buttons and forms by the action of their custom id. */
export const ACTIONS = new Map<string, Command>(
  Object.entries({
    status,
    claim,
    history,
    recheck,
    alerts,
    ack: acknowledge,
    resolve,
    join,
    report: reportForm,
  }),
);

/** What an interaction asks for; null for nothing that there is (any more). */
export function commandOf({ kind, name }: Invocation): Command | null {
  if (name === null) return null;
  const isCommand = kind === "command" || kind === "autocomplete";
  return (isCommand ? COMMANDS : ACTIONS).get(name) ?? null;
}

/** The buttons and forms whose answer takes the place of the message they are on. */
const REPLACING = new Set(["status", "history", "alerts", "ack", "resolve"]);

export function replacesMessage({ kind, name }: Invocation): boolean {
  return (kind === "component" || kind === "modal") && name !== null && REPLACING.has(name);
}
