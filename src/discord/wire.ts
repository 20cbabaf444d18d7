/**
 * What we send to Discord: the part of its API v10 that we use, and its limits. Our names are those of the wire.
 *
 * Source: https://discord.com/developers/docs/components/reference and …/interactions/receiving-and-responding
 */

/** Flags of a message. */
export const EPHEMERAL = 1 << 6;
export const COMPONENTS_V2 = 1 << 15;

export const BUTTON_STYLES = { primary: 1, secondary: 2, success: 3, danger: 4, link: 5 } as const;

/** Limits, in characters unless the name says otherwise. */
export const LIMITS = {
  messageText: 4_000,
  messageComponents: 40,
  buttonLabel: 80,
  buttonsInRow: 5,
  customId: 100,
  optionText: 100,
  selectOptions: 25,
  choices: 25,
  modalTitle: 45,
  modalComponents: 5,
  labelText: 45,
  labelDescription: 100,
} as const;

export interface TextDisplay {
  type: 10;
  content: string;
}

export interface Separator {
  type: 14;
  divider?: boolean;
  spacing?: 1 | 2;
}

export type Button =
  | { type: 2; style: 1 | 2 | 3 | 4; label: string; custom_id: string; disabled?: boolean }
  | { type: 2; style: 5; label: string; url: string };

export interface ActionRow {
  type: 1;
  components: Button[];
}

export interface Container {
  type: 17;
  accent_color?: number;
  components: (TextDisplay | Separator | ActionRow)[];
}

/** A message of components alone (version 2): what `data` of a response, a follow-up or a webhook holds. */
export interface Message {
  flags: number;
  components: (Container | TextDisplay | ActionRow)[];
  /** Always empty: what users wrote mentions nobody. */
  allowed_mentions: { parse: [] };
}

export interface SelectOption {
  label: string;
  value: string;
  description?: string;
  default?: boolean;
}

export interface StringSelect {
  type: 3;
  custom_id: string;
  options: SelectOption[];
  placeholder?: string;
  required?: boolean;
}

export interface TextInput {
  type: 4;
  custom_id: string;
  style: 1 | 2;
  min_length?: number;
  max_length?: number;
  required?: boolean;
  value?: string;
  placeholder?: string;
}

export interface Label {
  type: 18;
  label: string;
  description?: string;
  component: StringSelect | TextInput;
}

export interface Modal {
  custom_id: string;
  title: string;
  components: (Label | TextDisplay)[];
}

export interface Choice {
  name: string;
  value: string;
}

/** The answer to an interaction. */
export type InteractionResponse =
  | { type: 1 }
  | { type: 4; data: Message }
  | { type: 5; data: { flags: number } }
  | { type: 7; data: Message }
  | { type: 8; data: { choices: Choice[] } }
  | { type: 9; data: Modal };
