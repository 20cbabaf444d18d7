import { describe, expect, it } from "vitest";
import { readInvocation } from "../../src/discord/invocation.ts";
import {
  autocompleteOf,
  commandOf,
  fileOf,
  MASON,
  messageCommandOf,
  modalOf,
  pressOf,
  ROBIN,
} from "../support/discord.ts";
import { APPLICATION_ID, createWorld } from "../support/world.ts";

const world = createWorld();
const read = (body: unknown) => readInvocation(body, APPLICATION_ID);

/** A body with some of its members set otherwise. */
const but = (body: object, changes: object) => ({ ...body, ...changes });

describe("a command", () => {
  it("is named after its leaf, with its options, the caller and the token", () => {
    const body = commandOf(world, "submit", { url: "https://youtu.be/x", views: 12 });
    expect(read(body)).toEqual({
      id: body.id,
      token: body.token,
      userId: MASON,
      userName: "Mason",
      kind: "command",
      name: "submit",
      args: [],
      values: new Map<string, unknown>([
        ["url", "https://youtu.be/x"],
        ["views", 12],
      ]),
      focused: null,
      attachments: new Map(),
      target: null,
    });
  });

  it.each([
    { why: "no subcommand", data: { name: "unlink", type: 1 }, name: "unlink" },
    {
      why: "a subcommand without options",
      data: { name: "claim", type: 1, options: [{ name: "me", type: 1 }] },
      name: "me",
    },
    {
      why: "a subcommand in a group",
      data: {
        name: "claim",
        type: 1,
        options: [{ name: "more", type: 2, options: [{ name: "deep", type: 1, options: [] }] }],
      },
      name: "deep",
    },
    {
      why: "an option that is called like a subcommand",
      data: { name: "link", type: 1, options: [{ name: "submit", type: 3, value: "x" }] },
      name: "link",
    },
    { why: "nothing in its group", data: { name: "claim", type: 1, options: [] }, name: "claim" },
  ])("is read with $why", ({ data, name }) => {
    expect(read(but(commandOf(world, "me"), { data })).name).toBe(name);
  });

  it("keeps options apart by their type, and an option without a value is none", () => {
    const options = [
      { name: "a", type: 3, value: "1" },
      { name: "b", type: 4, value: 0 },
      { name: "c", type: 5, value: false },
      { name: "d", type: 3 },
    ];
    const { values } = read(but(commandOf(world, "unlink"), { data: { name: "unlink", type: 1, options } }));
    expect([...values]).toEqual([
      ["a", "1"],
      ["b", 0],
      ["c", false],
    ]);
  });

  it("has its files by their ids", () => {
    const attachments = fileOf("9", "1/2/proof.png", { size: 3 });
    const { values, attachments: files } = read(
      commandOf(world, "update", { post: "x", proof: "9" }, { attachments }),
    );
    expect(values.get("proof")).toBe("9");
    expect(files.get("9")).toMatchObject({
      id: "9",
      filename: "proof.png",
      size: 3,
      content_type: "image/png",
    });
  });

  it("of a direct message has its user outside of any server", () => {
    expect(read(commandOf(world, "me", {}, { dm: true, user: ROBIN })).userId).toBe(ROBIN);
  });

  it.each([
    { user: { id: "7", username: "mason", global_name: "Mason H." }, name: "Mason H." },
    { user: { id: "7", username: "mason", global_name: null }, name: "mason" },
    { user: { id: "7", username: "mason" }, name: "mason" },
  ])("calls its user $name", ({ user, name }) => {
    expect(read(but(commandOf(world, "me", {}, { dm: true }), { user })).userName).toBe(name);
  });

  it("takes the member where there is a user too", () => {
    const body = but(commandOf(world, "me"), { user: { id: "7", username: "other" } });
    expect(read(body).userId).toBe(MASON);
  });

  it("makes text whole that cannot be stored", () => {
    const { values } = read(commandOf(world, "submit", { url: "a\ud800b", campaign: "🎬" }));
    expect([...values.values()]).toEqual(["a\ufffdb", "🎬"]);
  });
});

describe("the option that is being typed", () => {
  it("is named, with all that was typed so far", () => {
    const { kind, focused, values } = read(
      autocompleteOf(world, "submit", { focused: "campaign" }, { url: "https://youtu.be/x", campaign: "su" }),
    );
    expect({ kind, focused, campaign: values.get("campaign") }).toEqual({
      kind: "autocomplete",
      focused: "campaign",
      campaign: "su",
    });
  });
});

describe("a button", () => {
  it.each([
    { customId: "v1:status:sub_1", name: "status", args: ["sub_1"] },
    { customId: "v1:alerts:HIGH:alr_1", name: "alerts", args: ["HIGH", "alr_1"] },
    { customId: "v1:alerts:ALL:", name: "alerts", args: ["ALL", ""] },
    { customId: "v1:join", name: "join", args: [] },
    { customId: "v2:status:sub_1", name: null, args: [] },
    { customId: "v1", name: null, args: [] },
    { customId: "v1:", name: null, args: [] },
    { customId: "", name: null, args: [] },
    { customId: "somebody else's", name: null, args: [] },
    { customId: "V1:status:sub_1", name: null, args: [] },
  ])("$customId asks for $name with $args", ({ customId, name, args }) => {
    expect(read(pressOf(world, customId))).toMatchObject({ kind: "component", name, args });
  });
});

describe("a form", () => {
  it.each([false, true])("has its fields, in rows of earlier years or in labels (rows: %s)", (rows) => {
    const fields = { url: "https://youtu.be/x", campaign: ["cmp_1"], views: "12,000", clicks: "" };
    const { name, args, values, kind } = read(modalOf(world, "v1:report:1:2", fields, { rows }));
    expect({ kind, name, args }).toEqual({ kind: "modal", name: "report", args: ["1", "2"] });
    expect(Object.fromEntries(values)).toEqual({
      url: "https://youtu.be/x",
      campaign: "cmp_1",
      views: "12,000",
      clicks: "",
    });
  });

  it("passes over words between its fields, lists of nothing, and fields without a name or value", () => {
    const components = [
      { type: 10, id: 1 },
      { type: 18, component: { type: 3, custom_id: "campaign", values: [] } },
      { type: 18, component: { type: 21, custom_id: "choice", value: null } },
      { type: 18, component: { type: 4, value: "nameless" } },
      { type: 1, components: [{ type: 4, custom_id: "notes", value: "kept" }] },
    ];
    const body = but(modalOf(world, "v1:resolve:alr_1", {}), {
      data: { custom_id: "v1:resolve:alr_1", components },
    });
    expect([...read(body).values]).toEqual([["notes", "kept"]]);
  });

  it("has the files that were added to it", () => {
    const data = {
      custom_id: "v1:join",
      components: [{ type: 18, component: { type: 19, custom_id: "proof", values: ["9"] } }],
      resolved: { attachments: fileOf("9", "1/2/proof.png") },
    };
    const { values, attachments } = read(but(modalOf(world, "v1:join", {}), { data }));
    expect(attachments.has(String(values.get("proof")))).toBe(true);
  });
});

describe("a command on a message", () => {
  it("has the message, who wrote it, and the addresses of its previews", () => {
    const embeds = ["https://youtu.be/x", "https://youtu.be/y"];
    expect(read(messageCommandOf(world, "look", { embeds })).target).toEqual({
      id: "867793854505943041",
      authorId: ROBIN,
      content: "look",
      embedUrls: embeds,
    });
  });

  it.each([
    { why: "the message is missing", data: { target_id: "5", resolved: { messages: {} } } },
    { why: "nothing is resolved", data: { target_id: "5" } },
    { why: "no message is named", data: {} },
  ])("has none where $why", ({ data }) => {
    const body = but(commandOf(world, "me"), { data: { name: "Report this post", type: 3, ...data } });
    expect(read(body)).toMatchObject({ name: "Report this post", target: null });
  });

  it("has what there is of a message without text, author or addresses", () => {
    const data = {
      name: "Report this post",
      type: 3,
      target_id: "5",
      resolved: { messages: { 5: { id: "5", embeds: [{ url: null }, {}] } } },
    };
    expect(read(but(commandOf(world, "me"), { data })).target).toEqual({
      id: "5",
      authorId: "",
      content: "",
      embedUrls: [],
    });
  });
});
