import type { Metric } from "../../domain/metrics.ts";
import { EMAIL_LIMIT, NAME_LIMIT, NOTES_LIMIT } from "../../lib/fields.ts";
import { customId } from "../custom-id.ts";
import { plainText } from "../markdown.ts";
import { type Label, LIMITS, type Modal, type StringSelect, type TextInput } from "../wire.ts";

const MAX_URL = 2_048;
/** The digits of 2^53 - 1, with separators. */
const MAX_COUNT = 21;

export interface ReportForm {
  url: string;
  /** The message that is reported, and who wrote it. */
  messageId: string;
  authorId: string;
  /** The campaigns that are open to the affiliate; of too many to choose from, one is named. */
  campaigns: readonly { id: string; name: string }[];
  /** The numbers to ask for, one to three. */
  metrics: readonly Metric[];
}

/** "Report this post": the numbers of the post that a message links to. */
export function reportModal({ url, messageId, authorId, campaigns, metrics }: ReportForm): Modal {
  const link = input("url", { max_length: MAX_URL, ...given(url, MAX_URL), placeholder: "https://…" });
  return {
    custom_id: customId("report", messageId, authorId),
    title: "Report this post",
    components: [
      label("Post", link),
      campaignLabel(campaigns),
      ...metrics.map((metric, i) =>
        label(
          titleOf(metric),
          countInput(metric),
          i === 0 ? "What you see now. Leave empty what you do not know" : undefined,
        ),
      ),
    ],
  };
}

/** What was found out about an alert. */
export function resolveModal(alertId: string): Modal {
  const notes = input("notes", { style: 2, max_length: NOTES_LIMIT });
  return {
    custom_id: customId("resolve", alertId),
    title: "Resolve this alert",
    components: [label("Notes", notes, "What was found out and done. The advertiser reads it too")],
  };
}

/** A new account, with the name that the user has in Discord. */
export function joinModal({ name }: { name: string }): Modal {
  return {
    custom_id: customId("join"),
    title: "Join Claimcheck",
    components: [
      label("E-mail", input("email", { max_length: EMAIL_LIMIT, placeholder: "you@example.com" })),
      label(
        "Name",
        input("name", { max_length: NAME_LIMIT, ...given(name, NAME_LIMIT) }),
        "As others see you",
      ),
    ],
  };
}

function campaignLabel(campaigns: ReportForm["campaigns"]): Label {
  const options = campaigns.map(({ id, name }) => ({
    label: plainText(name, { max: LIMITS.optionText }) || id,
    value: id,
  }));
  const [first] = options;
  if (first === undefined || options.length > LIMITS.selectOptions) {
    return label("Campaign", input("campaign", { max_length: 200, placeholder: "The campaign's name" }));
  }
  const [only] = options.length === 1 ? [{ ...first, default: true }] : [];
  const select: StringSelect = {
    type: 3,
    custom_id: "campaign",
    required: true,
    placeholder: "Choose a campaign",
    options: only ? [only] : options,
  };
  return label("Campaign", select);
}

const titleOf = (metric: Metric) => metric.charAt(0).toUpperCase() + metric.slice(1);

function countInput(name: Metric): TextInput {
  return input(name, { required: false, max_length: MAX_COUNT, placeholder: "e.g. 12000" });
}

function input(name: string, rest: Partial<Omit<TextInput, "type" | "custom_id">>): TextInput {
  return { type: 4, custom_id: name, style: 1, required: true, ...rest };
}

/** A value to start from, unless it is too long: half an address is another one. */
function given(text: string, max: number): { value?: string } {
  const value = plainText(text);
  return value === "" || value.length > max ? {} : { value };
}

function label(name: string, component: Label["component"], description?: string): Label {
  return { type: 18, label: name, ...(description === undefined ? {} : { description }), component };
}
