import { describe, expect, it } from "vitest";
import { columnsOf, isFurtherLine, textsOf } from "../../src/domain/conversion-file.ts";

describe("the columns of a file", () => {
  it("are found by our names, in any order; others are passed over", () => {
    expect(columnsOf(["Email", "value", "order_id"], {})).toEqual([
      { field: "order_id", index: 2, name: "order_id" },
      { field: "value", index: 1, name: "value" },
    ]);
  });

  it("are found by the names that are given for them", () => {
    const header = ["Name", "Total", "value", "Created at"];
    expect(columnsOf(header, { order_id: "Name", value: "Total", time: "Created at" })).toEqual([
      { field: "order_id", index: 0, name: "Name" },
      { field: "value", index: 1, name: "Total" },
      { field: "time", index: 3, name: "Created at" },
    ]);
  });

  it("can be said not to be there, where a column of our name means something else", () => {
    expect(columnsOf(["order_id", "code"], { code: "" })).toEqual([
      { field: "order_id", index: 0, name: "order_id" },
    ]);
  });

  it.each([
    { header: ["Name"], names: {}, pointer: "#query/order_id", why: "no order" },
    {
      header: ["order_id"],
      names: { order_id: "" },
      pointer: "#query/order_id",
      why: "no order, on purpose",
    },
    { header: ["order_id"], names: { value: "Total" }, pointer: "#query/value", why: "a name of nothing" },
    { header: ["order_id", "a", "a"], names: { value: "a" }, pointer: "#query/value", why: "one of two" },
    { header: ["order_id", "time", "time"], names: {}, pointer: "#query/time", why: "one of two by default" },
    {
      header: ["order_id", "total"],
      names: { value: "Total" },
      pointer: "#query/value",
      why: "another case",
    },
  ])("are refused: $why", ({ header, names, pointer }) => {
    expect(columnsOf(header, names)).toEqual([{ pointer, detail: expect.stringMatching(/file/) }]);
  });

  it("lose the white space around their cells", () => {
    const columns = [{ field: "order_id" as const, index: 1, name: "Name" }];
    expect(textsOf(["x", " #1001 "], columns)).toEqual({ order_id: "#1001" });
  });
});

describe("a further line of an order", () => {
  const first = { order_id: "#1", value: "20.00", currency: "EUR", time: "2026-10-01 12:00:00 +0000" };

  it.each([
    { row: { order_id: "#1", value: "", currency: "", time: "" }, further: true, why: "it says nothing" },
    { row: { ...first, value: "" }, further: true, why: "it repeats some" },
    { row: first, further: true, why: "it repeats all" },
    { row: { ...first, value: "5.00" }, further: false, why: "its value is another" },
    { row: { ...first, code: "0123456789" }, further: false, why: "it says more" },
    { row: { order_id: "#1", event: "refund" }, further: false, why: "it is a refund" },
  ])("is $further: $why", ({ row, further }) => {
    expect(isFurtherLine(row, first)).toBe(further);
  });
});
