import { Ajv } from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { x } from "../../src/platforms/x.ts";
import { createSimulator } from "../simulator/app.ts";
import { describeContract, type Json, readSpec } from "./specs.ts";

interface Schema extends Json {
  properties?: Record<string, Schema>;
  items?: { enum?: string[] };
}

interface OpenApi {
  paths: Record<string, { get?: { parameters: { name?: string; $ref?: string }[] } }>;
  components: {
    parameters: Record<string, { name: string; schema: Schema }>;
    schemas: Record<string, Schema>;
  };
}

/** The two specifications, and what each calls things. */
const VERSIONS = [
  {
    names: "legacy",
    file: "x-api-v2-openapi-2.166-legacy-names.json",
    answer: "Get2TweetsResponse",
    post: "Tweet",
    reposts: "retweet_count",
  },
  {
    names: "2026",
    file: "x-api-v2-openapi.json",
    answer: "GetPostsByIdsResponse",
    post: "Post",
    reposts: "repost_count",
  },
] as const;

const NOW = Date.UTC(2026, 10, 21, 12);
const LIVE = "1346889436626259968";
const ALL_FIELDS = "created_at,author_id,public_metrics";
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The counts of a post, which one version describes in place and the other by name. */
function metricsSchema({ components: { schemas } }: OpenApi, post: string): Schema {
  return schemas.PostPublicMetrics ?? schemas[post]?.properties?.public_metrics ?? {};
}

/**
 * Checks against a named schema, closed where posts and counts are: a field the vendor does not document is
 * an error.
 */
function validatorOf(spec: OpenApi, { answer, post }: (typeof VERSIONS)[number]) {
  const closed = structuredClone(spec);
  const { schemas } = closed.components;
  for (const schema of [schemas[answer], schemas[post], metricsSchema(closed, post)]) {
    Object.assign(schema ?? {}, { additionalProperties: false });
  }
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  ajv.addFormat("date-time", DATE_TIME);
  for (const format of ["int32", "int64"])
    ajv.addFormat(format, { type: "number", validate: Number.isInteger });
  for (const format of ["uri", "byte", "double", "float"]) ajv.addFormat(format, true);
  ajv.addSchema(closed, "x");
  return (schema: string, value: unknown) => {
    const validate = ajv.compile({ $ref: `x#/components/schemas/${schema}` });
    return validate(value) ? [] : validate.errors;
  };
}

/** The schemas of the problems by the type each carries. */
function problemMapping({ components: { schemas } }: OpenApi): Record<string, string> {
  // safe: both versions of the specification map the problems' types to references.
  const discriminator = schemas.Problem?.discriminator as { mapping: Record<string, string> };
  return discriminator.mapping;
}

function problemSchema(spec: OpenApi, type: string): string {
  return problemMapping(spec)[type]?.split("/").at(-1) ?? `no schema of ${type}`;
}

async function ask(names: string, path: string, authorization = "Bearer t"): Promise<Json> {
  const { app } = createSimulator({
    seed: "contract",
    now: () => NOW,
  });
  const put = (to: string, body: unknown) =>
    app.request(`/_control/x/${to}`, { method: "PUT", body: JSON.stringify(body) });
  await put("naming", { names });
  await put("posts/21", { state: "gone" });
  await put("posts/22", { state: "private" });
  await put("posts/23", { metrics: { views: 5, likes: 4, comments: 3, shares: 2 } });
  return (await app.request(path, { headers: { authorization } })).json() as Promise<Json>;
}

/** What the adapter asks for when it observes a post. */
async function askedUrl(): Promise<URL> {
  const asked: string[] = [];
  const fetch = async (url: string) => {
    asked.push(url);
    return Response.json({ data: [] });
  };
  await x.observe(
    {
      fetch,
      baseUrl: "https://api.x.com",
      credential: "t",
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

describeContract("X's OpenAPI specification", () => {
  describe.each(VERSIONS)("in $names names", (version) => {
    let spec: OpenApi;
    let problemsOf: ReturnType<typeof validatorOf>;

    beforeAll(() => {
      spec = readSpec(version.file);
      problemsOf = validatorOf(spec, version);
    });

    it("has the path of the adapter's call and its ids", async () => {
      const operation = spec.paths[(await askedUrl()).pathname]?.get;
      expect(operation?.parameters.map(({ name }) => name)).toContain("ids");
    });

    it("has every count the adapter reads, as an integer", () => {
      const integer = expect.objectContaining({ type: "integer" });
      expect(metricsSchema(spec, version.post).properties).toMatchObject({
        impression_count: integer,
        like_count: integer,
        reply_count: integer,
        quote_count: integer,
        [version.reposts]: integer,
      });
    });

    it("has every other field the adapter reads", () => {
      expect(Object.keys(spec.components.schemas[version.post]?.properties ?? {})).toEqual(
        expect.arrayContaining(["id", "created_at", "author_id", "public_metrics"]),
      );
    });

    it.each([
      `/2/tweets?ids=${LIVE},20`,
      `/2/tweets?ids=${LIVE},20,23&tweet.fields=${ALL_FIELDS}`,
      `/2/tweets?ids=${LIVE},21,22&tweet.fields=${ALL_FIELDS}`,
      "/2/tweets?ids=21,22",
    ])("describes the simulator's answer to %s", async (path) => {
      expect(problemsOf(version.answer, await ask(version.names, path))).toEqual([]);
    });

    it("describes the simulator's problems, each by its own schema", async () => {
      const { errors } = await ask(version.names, "/2/tweets?ids=21,22");
      const { errors: _list, ...badRequest } = await ask(version.names, "/2/tweets?ids=abc");
      // safe: the answer was asked for two posts that are not there.
      const problems = [...(errors as { type: string }[]), badRequest as { type: string }];
      expect(problems).toHaveLength(3);
      for (const problem of problems)
        expect(problemsOf(problemSchema(spec, problem.type), problem)).toEqual([]);
    });

    it("describes the problems the adapter tells apart", () => {
      // The two versions differ in the host alone, which is why the adapter reads the end of a type.
      const names = Object.keys(problemMapping(spec)).map((type) => type.slice(type.lastIndexOf("/") + 1));
      expect(names).toEqual(
        expect.arrayContaining(["resource-not-found", "disallowed-resource", "not-authorized-for-resource"]),
      );
    });

    it("would show an answer of another shape", () => {
      const counts = {
        reply_count: 1,
        like_count: 1,
        quote_count: 1,
        bookmark_count: 1,
        impression_count: 1,
      };
      const answer = (public_metrics: Json) => ({ data: [{ id: LIVE, text: "a", public_metrics }] });
      expect(problemsOf(version.answer, answer({ ...counts, [version.reposts]: 1 }))).toEqual([]);
      expect(problemsOf(version.answer, answer({ ...counts, [version.reposts]: "1" }))).not.toEqual([]);
      expect(
        problemsOf(version.answer, answer({ ...counts, [version.reposts]: 1, share_count: 1 })),
      ).not.toEqual([]);
      expect(problemsOf(version.answer, answer(counts))).not.toEqual([]);
    });
  });

  it("has, in the older names, every field the adapter asks for", async () => {
    const { components } = readSpec<OpenApi>(VERSIONS[0].file);
    const asked = (await askedUrl()).searchParams.get("tweet.fields")?.split(",");
    expect(asked).toHaveLength(4);
    expect(components.parameters.TweetFieldsParameter?.schema.items?.enum).toEqual(
      expect.arrayContaining(asked ?? []),
    );
  });

  it.each([
    ["/2/tweets?ids=1", "Bearer invalid"],
    ["/2/tweets?ids=1", ""],
  ])("describes, in its older version, the refusal of %s with %j", async (path, authorization) => {
    const spec = readSpec<OpenApi>(VERSIONS[0].file);
    const body = await ask("legacy", path, authorization);
    expect(body).toMatchObject({ type: "about:blank", status: 401 });
    expect(validatorOf(spec, VERSIONS[0])("GenericProblem", body)).toEqual([]);
  });
});

describeContract("the example of X's own emulator", () => {
  it("is read by the adapter; what it does not count is unknown", async () => {
    const [example] = readSpec<{ response: { data: { id: string } } }[]>(
      "x-playground-tweets-by-id-example.json",
    );
    const data = example?.response.data ?? { id: "" };
    const fetch = async () => Response.json({ data: [data] });
    const outcome = await x.observe(
      {
        fetch,
        baseUrl: "https://api.x.com",
        credential: "t",
        timeoutMs: 8_000,
        now: () => NOW,
        accountId: null,
        nativeIds: new Map(),
        secrets: {},
      },
      [data.id],
    );
    expect(outcome.kind === "answered" && outcome.posts.get(data.id)).toMatchObject({
      kind: "numbers",
      metrics: { views: null, likes: 128, comments: 15, shares: 45 },
    });
  });
});
