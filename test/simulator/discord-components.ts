import { z } from "zod";
import type { Json } from "./discord-world.ts";

/** Source: https://discord.com/developers/docs/components/reference */

const CustomId = z.string().min(1).max(100);
const Label = z.string().min(1).max(80);

const Button = z.discriminatedUnion("style", [
  z.looseObject({
    type: z.literal(2),
    style: z.literal([1, 2, 3, 4]),
    label: Label,
    custom_id: CustomId,
    url: z.undefined().optional(),
  }),
  z.looseObject({
    type: z.literal(2),
    style: z.literal(5),
    label: Label,
    url: z
      .string()
      .max(512)
      .regex(/^(https?|discord):\/\/\S+$/),
    custom_id: z.undefined().optional(),
  }),
]);

const OptionText = z.string().min(1).max(100);
const Select = z.looseObject({
  type: z.literal(3),
  custom_id: CustomId,
  placeholder: z.string().max(150).optional(),
  options: z
    .array(z.looseObject({ label: OptionText, value: OptionText }))
    .min(1)
    .max(25),
});

const Row = z.looseObject({
  type: z.literal(1),
  components: z
    .array(z.discriminatedUnion("type", [Button, Select]))
    .min(1)
    .max(5),
});
const Text = z.looseObject({ type: z.literal(10), content: z.string().min(1).max(4_000) });
const Separator = z.looseObject({
  type: z.literal(14),
  divider: z.boolean().optional(),
  spacing: z.literal([1, 2]).optional(),
});
const Container = z.looseObject({
  type: z.literal(17),
  accent_color: z.int().min(0).max(0xffffff).nullish(),
  components: z.array(z.discriminatedUnion("type", [Row, Text, Separator])).min(1),
});

/** The components of a message of version 2, as far as Claimcheck sends any: text, separators, rows and containers. */
export const Components = z
  .array(z.discriminatedUnion("type", [Row, Text, Separator, Container]))
  .max(40)
  .superRefine((components, context) => {
    const all = [...nested(components)];
    const refuse = (code: string, message: string, path: PropertyKey[] = []) =>
      context.addIssue({ code: "custom", params: { code }, message, path });
    if (all.length > 40) {
      refuse("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "Must be 40 or fewer components in total");
    }
    const text = all.reduce((sum, { component }) => sum + String(component.content ?? "").length, 0);
    if (text > 4_000) {
      refuse(
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
        "Components displayable text size exceeds maximum size of 4000",
      );
    }
    const seen = new Set<unknown>();
    for (const { component, path } of all.filter(isInteractive)) {
      const { custom_id: id } = component;
      if (seen.has(id)) {
        refuse("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated", [
          ...path,
          "custom_id",
        ]);
      }
      seen.add(id);
    }
  });

/** The components of a message without the flag of version 2: rows alone. */
export const LegacyComponents = z.array(Row).max(5);

export interface Placed {
  component: Json;
  path: PropertyKey[];
}

/** Something is sent to the application when it is used. */
export function isInteractive({ component }: Placed): boolean {
  return component.custom_id !== undefined;
}

/** Every component, those inside others included. */
export function* nested(components: readonly Json[], path: PropertyKey[] = []): Generator<Placed> {
  for (const [at, component] of components.entries()) {
    yield { component, path: [...path, at] };
    const inner = component.components;
    if (Array.isArray(inner)) yield* nested(inner, [...path, at, "components"]);
  }
}

const DEFAULTS: Record<number, Json> = {
  14: { spacing: 1, divider: true },
  17: { accent_color: null, spoiler: false },
};

/** As Discord gives them back: each with a number of its own, from 1, and what was left out. */
export function shownComponents(components: readonly Json[]): Json[] {
  let id = 0;
  const shown = (component: Json): Json => {
    id += 1;
    const numbered = { id, ...DEFAULTS[Number(component.type)], ...component };
    const inner = component.components;
    return Array.isArray(inner) ? { ...numbered, components: inner.map(shown) } : numbered;
  };
  return components.map(shown);
}
