import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { SOURCE_LANGUAGE, TRANSLATIONS } from "../../src/discord/localisations.ts";
import { COMMANDS } from "../../src/discord/manifest.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

interface OpenApi {
  components: { schemas: Record<string, Json> & { AvailableLocalesEnum: { oneOf: { const: string }[] } } };
}

const NOW = Date.UTC(2026, 10, 21, 12);
const ADDRESS = "/discord/api/v10/applications/775799577604522054/commands";

/** Checks against named schemas, those of commands closed: a member Discord does not document is an error. */
function validatorOf({ components }: OpenApi) {
  const schemas = structuredClone(components.schemas);
  for (const [name, schema] of Object.entries(schemas)) {
    if (/^ApplicationCommand.*(Option|Choice|Request)$/.test(name) && "properties" in schema) {
      schema.additionalProperties = false;
    }
  }
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  for (const format of ["int32", "int64"]) {
    ajv.addFormat(format, { type: "number", validate: Number.isInteger });
  }
  ajv.addFormat("double", true);
  ajv.addFormat("snowflake", /^(0|[1-9]\d{0,19})$/);
  ajv.addSchema({ $id: "discord", components: { schemas } });
  return (name: string, value: unknown): string[] => {
    ajv.validate({ $ref: `discord#/components/schemas/${name}` }, value);
    return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}

describeContract("the commands against Discord's OpenAPI", () => {
  let spec: OpenApi;
  let problemsOf: ReturnType<typeof validatorOf>;

  beforeAll(() => {
    spec = readSpec("discord-openapi.json");
    problemsOf = validatorOf(spec);
  });

  it.each(COMMANDS.map((command) => ({ name: command.name, command })))(
    "$name is a command that may be registered",
    ({ command }) => {
      expect(problemsOf("ApplicationCommandUpdateRequest", command)).toEqual([]);
    },
  );

  it("are in languages that Discord has", () => {
    const known = spec.components.schemas.AvailableLocalesEnum.oneOf.map((locale) => locale.const);
    expect(known).toEqual(expect.arrayContaining([SOURCE_LANGUAGE, ...Object.keys(TRANSLATIONS)]));
  });

  it("come back from the fake as commands that Discord would answer with", async () => {
    const { app } = createSimulator({ seed: "commands", now: () => NOW });
    const answer = await app.request(ADDRESS, {
      method: "PUT",
      headers: {
        authorization: "Bot test.token",
        "content-type": "application/json",
        "user-agent": "DiscordBot (https://claimcheck.example, 1.0)",
      },
      body: JSON.stringify(COMMANDS),
    });
    expect(answer.status).toBe(200);
    const registered: unknown[] = await answer.json();
    expect(registered).toHaveLength(COMMANDS.length);
    for (const command of registered) expect(problemsOf("ApplicationCommandResponse", command)).toEqual([]);
  });

  describe("the check itself", () => {
    const submit = { type: 1, name: "submit", description: "Submit" };
    const withOption = (option: Json) => ({ name: "claim", options: [{ ...submit, options: [option] }] });
    const text = { type: 3, name: "url", description: "Link" };

    it.each([
      { why: "a member Discord does not have", command: { name: "claim", colour: "red" } },
      { why: "a name of 33 characters", command: { name: "x".repeat(33) } },
      { why: "a description of 101 characters", command: { name: "claim", description: "x".repeat(101) } },
      { why: "permissions as words", command: { name: "claim", default_member_permissions: "some" } },
      { why: "an option without a description", command: withOption({ type: 3, name: "url" }) },
      { why: "a bound of a text on a number", command: withOption({ ...text, type: 4, max_length: 5 }) },
      { why: "a bound that is no number", command: withOption({ ...text, max_length: "5" }) },
      { why: "a subcommand below a subcommand", command: withOption(submit) },
      { why: "26 options", command: { name: "claim", options: Array(26).fill(text) } },
    ])("refuses $why", ({ command }) => {
      expect(problemsOf("ApplicationCommandUpdateRequest", command)).not.toEqual([]);
    });

    it("takes what differs from those in nothing else", () => {
      const command = withOption({ ...text, max_length: 5 });
      expect(problemsOf("ApplicationCommandUpdateRequest", command)).toEqual([]);
    });
  });
});
