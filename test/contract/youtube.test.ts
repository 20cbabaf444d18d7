import { Ajv } from "ajv";
import { beforeAll, expect, it } from "vitest";
import { youtube } from "../../src/platforms/youtube.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

interface Discovery {
  parameters: Json;
  schemas: Record<string, Schema>;
  resources: { videos: { methods: { list: { httpMethod: string; flatPath: string; parameters: Json } } } };
}

/** A schema as Google's discovery documents write it. */
interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  $ref?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
}

const NOW = Date.UTC(2026, 10, 21, 12);
const LIVE = "dQw4w9WgXcQ";
const HIDDEN = "hiddenlikes";
const PRIVATE = "private1234";
const ALL_PARTS = "/youtube/v3/videos?part=id,snippet,statistics,status&key=k&id=";

/** A discovery schema as JSON Schema, closed: a field the vendor does not document is an error. */
function toJsonSchema({
  $ref,
  type,
  format,
  items,
  properties,
  additionalProperties,
  ...rest
}: Schema): Json {
  if ($ref !== undefined) return { $ref: `#/$defs/${$ref}` };
  if (items !== undefined) return { type: "array", items: toJsonSchema(items) };
  if (type !== "object") return { type, ...(format && { format }), ...(rest.enum && { enum: rest.enum }) };
  const entries = Object.entries(properties ?? {}).map(([name, schema]) => [name, toJsonSchema(schema)]);
  const others = additionalProperties === undefined ? false : toJsonSchema(additionalProperties);
  return { type, properties: Object.fromEntries(entries), additionalProperties: others };
}

const UINT64 = /^(0|[1-9]\d{0,19})$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function validatorOf({ schemas }: Discovery) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat("uint64", UINT64);
  ajv.addFormat("date-time", DATE_TIME);
  for (const format of ["int32", "uint32"])
    ajv.addFormat(format, { type: "number", validate: Number.isInteger });
  for (const format of ["int64", "date", "google-datetime", "google-duration", "double", "float"])
    ajv.addFormat(format, true);
  const $defs = Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, toJsonSchema(schema)]),
  );
  const validate = ajv.compile({ $defs, $ref: "#/$defs/VideoListResponse" });
  return (answer: unknown) => (validate(answer) ? [] : validate.errors);
}

/** The schema at a path below a named one, e.g. VideoListResponse, items, id. */
function schemaAt({ schemas }: Discovery, [root = "", ...path]: string[]): Schema | undefined {
  return path.reduce((schema: Schema | undefined, name) => {
    const inner = schema?.properties?.[name];
    const element = inner?.items ?? inner;
    return element?.$ref === undefined ? element : schemas[element.$ref];
  }, schemas[root]);
}

/** `a,b(c,d(e))` as paths: a, b.c, b.d.e. */
function pathsOf(fields: string): string[][] {
  const open: string[] = [];
  const paths: string[][] = [];
  for (const [, name, follows] of fields.matchAll(/([A-Za-z]+)(\(|\)*,?)/g)) {
    if (name === undefined || follows === undefined) continue;
    if (follows === "(") open.push(name);
    else paths.push([...open, name]);
    for (const mark of follows) if (mark === ")") open.pop();
  }
  return paths;
}

/** What the adapter asks for when it observes a post. */
async function askedUrl(): Promise<URL> {
  const asked: string[] = [];
  const fetch = async (url: string) => {
    asked.push(url);
    return Response.json({ items: [] });
  };
  await youtube.observe(
    {
      fetch,
      baseUrl: "https://youtube.googleapis.com",
      credential: "k",
      timeoutMs: 8_000,
      now: () => NOW,
      accountId: null,
      nativeIds: new Map(),
      secrets: {},
    },
    [LIVE],
  );
  return new URL(asked[0] ?? "");
}

async function answered(path: string): Promise<unknown> {
  const { app } = createSimulator({
    seed: "contract",
    now: () => NOW,
  });
  const tell = (id: string, body: unknown) =>
    app.request(`/_control/youtube/posts/${id}`, { method: "PUT", body: JSON.stringify(body) });
  await tell(HIDDEN, { metrics: { likes: null, comments: null } });
  await tell(PRIVATE, { state: "private" });
  return (await app.request(path)).json();
}

describeContract("YouTube's discovery document", () => {
  let discovery: Discovery;
  let problemsOf: ReturnType<typeof validatorOf>;

  beforeAll(() => {
    discovery = readSpec("youtube-v3-discovery.json");
    problemsOf = validatorOf(discovery);
  });

  it("has the path and every parameter of the adapter's call", async () => {
    const { httpMethod, flatPath, parameters } = discovery.resources.videos.methods.list;
    const url = await askedUrl();
    expect([httpMethod, `/${flatPath}`]).toEqual(["GET", url.pathname]);
    expect({ ...discovery.parameters, ...parameters }).toMatchObject(
      Object.fromEntries([...url.searchParams.keys()].map((name) => [name, { location: "query" }])),
    );
  });

  it("has every part the adapter asks for", async () => {
    const parts = (await askedUrl()).searchParams.get("part")?.split(",") ?? [];
    expect(parts).toHaveLength(4);
    expect(Object.keys(discovery.schemas.Video?.properties ?? {})).toEqual(expect.arrayContaining(parts));
  });

  it("has every field the adapter reads, with the type it reads it as", async () => {
    const paths = pathsOf((await askedUrl()).searchParams.get("fields") ?? "");
    const typeOf = (path: string[]) => {
      const { type, format } = schemaAt(discovery, ["VideoListResponse", ...path]) ?? {};
      return [path.join("."), format ?? type];
    };
    expect(Object.fromEntries(paths.map(typeOf))).toEqual({
      kind: "string",
      "items.id": "string",
      "items.statistics.viewCount": "uint64",
      "items.statistics.likeCount": "uint64",
      "items.statistics.commentCount": "uint64",
      "items.status.privacyStatus": "string",
      "items.status.uploadStatus": "string",
      "items.snippet.publishedAt": "date-time",
      "items.snippet.channelId": "string",
      "items.snippet.channelTitle": "string",
    });
  });

  it("has the states the adapter tells apart", () => {
    const status = discovery.schemas.VideoStatus?.properties;
    expect(status?.privacyStatus?.enum).toContain("private");
    expect(status?.uploadStatus?.enum).toEqual(expect.arrayContaining(["deleted", "rejected", "failed"]));
  });

  it.each([`${ALL_PARTS}${LIVE}`, `${ALL_PARTS}${LIVE},${HIDDEN},${PRIVATE}`])(
    "describes the simulator's answer to %s",
    async (path) => {
      expect(problemsOf(await answered(path))).toEqual([]);
    },
  );

  it("describes the simulator's answer to the adapter's own call", async () => {
    const { pathname, search } = await askedUrl();
    const answer = await answered(pathname + search);
    expect(answer).toMatchObject({ items: [{ id: LIVE }] });
    expect(problemsOf(answer)).toEqual([]);
  });

  it("would show an answer of another shape", () => {
    expect(problemsOf({ items: [{ id: LIVE, statistics: { viewCount: 5 } }] })).not.toEqual([]);
    expect(problemsOf({ items: [{ id: LIVE, statistics: { shareCount: "5" } }] })).not.toEqual([]);
    expect(problemsOf({ items: [{ id: LIVE, status: { privacyStatus: "secret" } }] })).not.toEqual([]);
  });
});
