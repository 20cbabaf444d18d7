import { describe, expect, it } from "vitest";
import type { ClickMessage } from "../../src/domain/click.ts";
import { groupMessages, LINKS_PER_GROUP } from "../../src/domain/click-groups.ts";
import { aClick } from "../support/clicks.ts";

/** A message with a click on each of the links `from` to `to` - 1. */
const message = (id: string, from: number, to: number): ClickMessage => ({
  v: 1,
  kind: "clicks",
  id,
  clicks: Array.from({ length: to - from }, (_, i) => aClick({ link: from + i })),
});

const idsOf = (groups: ClickMessage[][]) => groups.map((group) => group.map(({ id }) => id));

describe("messages", () => {
  it("are counted together while they have no more links than a group may", () => {
    const half = LINKS_PER_GROUP / 2;
    const first = message("a", 0, half);
    expect(idsOf(groupMessages([first, message("b", half, 2 * half)]))).toEqual([["a", "b"]]);
    expect(idsOf(groupMessages([first, message("b", half, 2 * half + 1)]))).toEqual([["a"], ["b"]]);
  });

  it("of the same links take no more room, however many they are", () => {
    const messages = ["a", "b", "c"].map((id) => message(id, 0, LINKS_PER_GROUP));
    expect(idsOf(groupMessages(messages))).toEqual([["a", "b", "c"]]);
  });

  it("with more links than a group may have stand alone", () => {
    const large = message("b", 0, LINKS_PER_GROUP + 1);
    expect(idsOf(groupMessages([message("a", 0, 1), large, message("c", 0, 1)]))).toEqual([
      ["a"],
      ["b"],
      ["c"],
    ]);
  });

  it("that come twice in a batch are taken once", () => {
    const twice = message("a", 0, 1);
    expect(idsOf(groupMessages([twice, message("b", 0, 1), twice]))).toEqual([["a", "b"]]);
    expect(groupMessages([])).toEqual([]);
  });
});
