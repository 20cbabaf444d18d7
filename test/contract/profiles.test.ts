import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import type { TokenDeps } from "../../src/platforms/access.ts";
import type { Fetch } from "../../src/platforms/adapter.ts";
import { x } from "../../src/platforms/x.ts";
import { youtube } from "../../src/platforms/youtube.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const CHANNEL = `UC${"a".repeat(22)}`;
const USER = "2244994945";

/** A schema as JSON Schema and Google's discovery documents both write it, as far as it is read here. */
interface Schema extends Json {
  $ref?: string;
  format?: string;
  pattern?: string;
  items?: Schema & { enum?: string[] };
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

async function askedBy(adapter: typeof youtube, handle: string): Promise<URL> {
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    asked.push(url);
    return Response.json({});
  };
  const { api } = adapter.urls;
  const urls = { api, authorize: api, token: api };
  const deps: TokenDeps = { fetch, urls, secrets: {}, timeoutMs: 8_000, now: () => NOW };
  await adapter.profiles?.read(deps, "key", handle);
  return new URL(asked[0] ?? "");
}

/** The simulator's answer; on both platforms somebody called ann has an account. */
async function answerTo(path: string, names = "legacy"): Promise<Json> {
  const { app } = createSimulator({ seed: "contract", now: () => NOW });
  const put = (to: string, body: unknown) =>
    app.request(`/_control/${to}`, { method: "PUT", body: JSON.stringify(body) });
  await put("x/naming", { names });
  await put(`youtube/accounts/${CHANNEL}`, { handle: "ann", name: "Ann", about: "my code" });
  await put(`x/accounts/${USER}`, { handle: "ann", name: "Ann", about: "my code" });
  await put("x/accounts/1", { handle: "silent" });
  return (await app.request(path, { headers: { authorization: "Bearer t" } })).json<Json>();
}

function ajvOf(): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  for (const format of ["int32", "uint32", "int64"])
    ajv.addFormat(format, { type: "number", validate: Number.isInteger });
  for (const format of ["uri", "byte", "double", "float", "date", "google-datetime", "google-duration"])
    ajv.addFormat(format, true);
  ajv.addFormat("uint64", /^\d+$/);
  return ajv;
}

interface Discovery {
  parameters: Json;
  schemas: Record<string, Schema>;
  resources: { channels: { methods: { list: { httpMethod: string; flatPath: string; parameters: Json } } } };
}

describeContract("channels in YouTube's discovery document", () => {
  let discovery: Discovery;
  let problemsOf: (answer: unknown) => unknown;

  /** The named schemas and references as JSON Schema has them, closed: what is not documented is an error. */
  function closed(schema: Schema): Json {
    const { $ref, items, properties = {}, additionalProperties, ...rest } = schema;
    if ($ref !== undefined) return { $ref: `#/$defs/${$ref}` };
    if (items !== undefined) return { type: "array", items: closed(items) };
    if (rest.type !== "object") return rest;
    const inner = Object.entries(properties).map(([name, property]) => [name, closed(property)]);
    const others = additionalProperties === undefined ? false : closed(additionalProperties);
    return { type: "object", properties: Object.fromEntries(inner), additionalProperties: others };
  }

  beforeAll(() => {
    discovery = readSpec("youtube-v3-discovery.json");
    const $defs = Object.fromEntries(
      Object.entries(discovery.schemas).map(([name, schema]) => [name, closed(schema)]),
    );
    const validate = ajvOf().compile({ $defs, $ref: "#/$defs/ChannelListResponse" });
    problemsOf = (answer) => (validate(answer) ? [] : validate.errors);
  });

  it.each(["@ann", CHANNEL])("have the path and every parameter of the call for %s", async (handle) => {
    const { httpMethod, flatPath, parameters } = discovery.resources.channels.methods.list;
    const url = await askedBy(youtube, handle);
    expect([httpMethod, `/${flatPath}`]).toEqual(["GET", url.pathname]);
    const names = [...url.searchParams.keys()];
    expect(names).toHaveLength(4);
    expect({ ...discovery.parameters, ...parameters }).toMatchObject(
      Object.fromEntries(names.map((name) => [name, { location: "query" }])),
    );
  });

  it("have every field that is read, as texts", () => {
    const text = expect.objectContaining({ type: "string" });
    const { Channel, ChannelSnippet, ChannelListResponse } = discovery.schemas;
    expect(ChannelListResponse?.properties).toMatchObject({ kind: text, items: { type: "array" } });
    expect(Channel?.properties).toMatchObject({ id: text, snippet: { $ref: "ChannelSnippet" } });
    expect(ChannelSnippet?.properties).toMatchObject({ title: text, description: text });
  });

  it.each(["part=snippet&forHandle=@ann", `part=snippet&id=${CHANNEL}`, "part=snippet&forHandle=@nobody"])(
    "describe the simulator's answer to %s",
    async (query) => {
      expect(problemsOf(await answerTo(`/youtube/v3/channels?${query}&key=k`))).toEqual([]);
    },
  );

  it("describe the simulator's answer to the adapter's own call", async () => {
    const { pathname, search } = await askedBy(youtube, "@ann");
    const answer = await answerTo(pathname + search);
    expect(answer).toEqual({
      kind: "youtube#channelListResponse",
      items: [{ id: CHANNEL, snippet: { title: "Ann", description: "my code" } }],
    });
    expect(problemsOf(answer)).toEqual([]);
  });

  it("would show an answer of another shape", () => {
    expect(problemsOf({ items: [{ id: 5 }] })).not.toEqual([]);
    expect(problemsOf({ items: [{ id: CHANNEL, snippet: { about: "my code" } }] })).not.toEqual([]);
  });
});

interface OpenApi {
  paths: Record<string, { get?: { parameters: { name?: string; $ref?: string; schema?: Schema }[] } }>;
  components: {
    parameters: Record<string, { name: string; schema: Schema }>;
    schemas: Record<string, Schema>;
  };
}

const VERSIONS = [
  {
    names: "legacy",
    file: "x-api-v2-openapi-2.166-legacy-names.json",
    answer: "Get2UsersByUsernameUsernameResponse",
  },
  { names: "2026", file: "x-api-v2-openapi.json", answer: "GetUsersByUsernameResponse" },
] as const;

const PATH = "/2/users/by/username/{username}";

describeContract("users in X's OpenAPI specification", () => {
  describe.each(VERSIONS)("in $names names", ({ names, file, answer }) => {
    let spec: OpenApi;
    let problemsOf: (schema: string, value: unknown) => unknown;

    beforeAll(() => {
      spec = readSpec(file);
      const { schemas } = spec.components;
      for (const schema of [schemas[answer], schemas.User])
        Object.assign(schema ?? {}, { additionalProperties: false });
      const ajv = ajvOf();
      ajv.addSchema(spec, "x");
      problemsOf = (schema, value) => {
        const validate = ajv.compile({ $ref: `x#/components/schemas/${schema}` });
        return validate(value) ? [] : validate.errors;
      };
    });

    it("have the path of the call and the field it asks for", async () => {
      const url = await askedBy(x, "ann");
      expect(PATH.replace("{username}", "ann")).toBe(url.pathname);
      const parameters = spec.paths[PATH]?.get?.parameters ?? [];
      expect(parameters).toContainEqual({ $ref: "#/components/parameters/UserFieldsParameter" });
      const { UserFieldsParameter: fields } = spec.components.parameters;
      expect([...url.searchParams.keys()]).toEqual([fields?.name]);
      expect(fields?.schema.items?.enum).toContain(url.searchParams.get("user.fields"));
    });

    it("have names of the shape that is taken for one", () => {
      const username = spec.paths[PATH]?.get?.parameters.find(({ name }) => name === "username");
      const allowed = new RegExp(username?.schema?.pattern ?? "$.");
      for (const typed of ["a", "Claim_Check", "a".repeat(15), "a".repeat(16), "claim-check", ""]) {
        expect([typed, x.profiles?.handle(typed) !== null]).toEqual([typed, allowed.test(typed)]);
      }
    });

    it("have every field that is read, as texts", () => {
      const { schemas } = spec.components;
      for (const name of ["id", "username", "description"]) {
        const property = schemas.User?.properties?.[name];
        const named =
          property?.$ref === undefined ? property : schemas[property.$ref.split("/").at(-1) ?? ""];
        expect(named).toMatchObject({ type: "string" });
      }
    });

    it.each(["ann", "ann?user.fields=description,created_at", "silent?user.fields=description", "nobody"])(
      "describe the simulator's answer to %s",
      async (path) => {
        const given = await answerTo(`/2/users/by/username/${path}`, names);
        expect(problemsOf(answer, given)).toEqual([]);
      },
    );

    it("describe the simulator's problem with somebody who is not there", async () => {
      const { errors } = await answerTo("/2/users/by/username/nobody", names);
      expect(errors).toHaveLength(1);
      expect(problemsOf("Problem", (errors as Json[])[0])).toEqual([]); // safe: there is one, as just seen.
    });

    it("would show an answer of another shape", () => {
      const user = { id: USER, name: "Ann", username: "ann" };
      expect(problemsOf(answer, { data: user })).toEqual([]);
      expect(problemsOf(answer, { data: { ...user, bio: "my code" } })).not.toEqual([]);
      expect(problemsOf(answer, { data: { ...user, id: 5 } })).not.toEqual([]);
    });
  });
});
