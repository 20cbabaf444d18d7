/**
 * A command as Discord takes it: the part of its application commands that we use. Our names are those of the
 * wire.
 *
 * Source: https://discord.com/developers/docs/interactions/application-commands
 */

/** Texts by Discord's code of the language, such as `de`. */
export type Localisations = Record<string, string>;

interface Named {
  /** What Discord sends back, whatever the user's language. */
  name: string;
  name_localizations?: Localisations;
}

interface Described extends Named {
  description: string;
  description_localizations?: Localisations;
}

export interface CommandChoice extends Named {
  value: string;
}

export interface StringOption extends Described {
  type: 3;
  required?: boolean;
  /** At most 1..6000 characters. */
  max_length?: number;
  /** What is suggested binds nobody: the answer may be any text. Never together with choices. */
  autocomplete?: boolean;
  choices?: CommandChoice[];
}

export interface IntegerOption extends Described {
  type: 4;
  required?: boolean;
  min_value?: number;
}

export interface AttachmentOption extends Described {
  type: 11;
  required?: boolean;
}

export type ValueOption = StringOption | IntegerOption | AttachmentOption;

export interface Subcommand extends Described {
  type: 1;
  options: ValueOption[];
}

/** Where a command may be used: 0 servers, 1 the bot's own direct messages, 2 other private channels. */
type Context = 0 | 1 | 2;

/** Who may have installed it: 0 a server, 1 a user. */
type IntegrationType = 0 | 1;

interface Scoped {
  contexts: Context[];
  integration_types: IntegrationType[];
  /** The permissions, as a bit set, of members who are shown it by default. A server may override it. */
  default_member_permissions?: number;
}

export interface ChatCommand extends Described, Scoped {
  type: 1;
  options: (Subcommand | ValueOption)[];
}

/** In the menu of a message; it has no description. */
export interface MessageCommand extends Named, Scoped {
  type: 3;
}

export type Command = ChatCommand | MessageCommand;

/** Servers, direct messages and group chats, whether a server or a user installed Claimcheck. */
export const EVERYWHERE: Pick<Scoped, "contexts" | "integration_types"> = {
  contexts: [0, 1, 2],
  integration_types: [0, 1],
};
