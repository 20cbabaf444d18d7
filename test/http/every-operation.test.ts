import { reset } from "cloudflare:test";
import { afterAll, describe, expect, it } from "vitest";
import { ROLES, type Role } from "../../src/domain/actor.ts";
import { makeApiKey } from "../../src/domain/api-key.ts";
import { anAdvertiser, anAffiliate, everyRow } from "../support/fixtures.ts";
import { documentedOperations, type Operation } from "../support/operations.ts";
import { createWorld, issueKey, type RequestOptions } from "../support/world.ts";

// From the document, so that a new operation is refused here in every way without a line of its own.
const OPERATIONS = documentedOperations();

interface Stage {
  world: ReturnType<typeof createWorld>;
  keys: Record<Role, string>;
  rows: string;
}

async function aStage(): Promise<Stage> {
  const world = createWorld();
  const keys = {
    admin: await issueKey(world, "admin", null),
    advertiser: (await anAdvertiser(world)).key,
    affiliate: (await anAffiliate(world)).key,
  };
  return { world, keys, rows: await everyRow() };
}

// One stage for all: each test proves that it left nothing behind.
let stage: Stage | undefined;

async function theStage(): Promise<Stage> {
  stage ??= await aStage();
  return stage;
}

afterAll(() => reset());

interface Problem {
  code: string;
  detail: string;
  errors?: { pointer: string; detail: string }[];
}

/** Checks what every refusal has in common, and that nothing was written or sent. */
async function refused(response: Response, status: number, code: string): Promise<Problem> {
  const { headers } = response;
  const requestId = headers.get("x-request-id");
  const problem: Problem = await response.json();
  expect(problem).toMatchObject({
    type: `/docs/problems#${code}`,
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    instance: `urn:request:${requestId}`,
    request_id: expect.stringMatching(/^req_[0-9A-Z]{26}$/),
    code,
  });
  expect(problem).toHaveProperty("request_id", requestId);
  expect(response.status).toBe(status);
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
  expect(headers.has("www-authenticate")).toBe(status === 401);
  await expectNothingHappened();
  return problem;
}

async function expectNothingHappened(): Promise<void> {
  const current = await theStage();
  const before = current.rows;
  // What one test finds changed is not held against the next.
  current.rows = await everyRow();
  expect(current.rows).toBe(before);
  expect(current.world.sent.splice(0)).toEqual([]);
}

/** A request that no operation can carry out, whoever asks. */
const pointless = ({ takesBody }: Operation): RequestOptions => (takesBody ? { body: { nonsense: 1 } } : {});

async function ask(operation: Operation, path: string, options: RequestOptions): Promise<Response> {
  const { world } = await theStage();
  return world.request(operation.method, path, options);
}

/** Whether an operation asks for nothing but a key, so that there is no pointless request: its own test says what it does. */
const asksForNothing = ({ method, takesBody, takesQuery, parameters }: Operation): boolean =>
  method !== "GET" && !takesBody && !takesQuery && parameters.length === 0;

/** What each role is answered to a pointless request. */
async function probe(operation: Operation): Promise<{ role: Role; key: string; response: Response }[]> {
  const { keys } = await theStage();
  const path = `${operation.unknownPath}${operation.takesQuery ? "?nonsense=1" : ""}`;
  const answers = ROLES.map(async (role) => {
    const key = keys[role];
    return { role, key, response: await ask(operation, path, { ...pointless(operation), key }) };
  });
  const answered = await Promise.all(answers);
  const current = await theStage();
  if (asksForNothing(operation)) current.rows = await everyRow();
  return answered;
}

/** The key of a role that the operation lets in. */
async function aKeyFor(operation: Operation): Promise<string> {
  const admitted = (await probe(operation)).find(({ response }) => response.status !== 403);
  if (!admitted) throw new Error(`${operation.id} lets nobody in`);
  return admitted.key;
}

const table = (is: (operation: Operation) => boolean) => OPERATIONS.filter(is);

describe("an operation that needs a key", () => {
  const operations = table(({ needsKey }) => needsKey);

  it.each(operations)("refuses a request without one: $id", async (operation) => {
    const response = await ask(operation, operation.unknownPath, pointless(operation));
    expect(response.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    await refused(response, 401, "unauthenticated");
  });

  it.each(operations)("refuses what is no key, and a key nobody was given: $id", async (operation) => {
    const unknown = makeApiKey((bytes) => crypto.getRandomValues(bytes));
    for (const key of ["cck_garbage", unknown]) {
      const response = await ask(operation, operation.unknownPath, { ...pointless(operation), key });
      await refused(response, 401, "unauthenticated");
    }
  });

  it.each(operations)(
    "lets in the roles it names, and documents that it refuses the others: $id",
    async (operation) => {
      const answers = await probe(operation);
      const out = answers.filter(({ response }) => response.status === 403);
      const admitted = ROLES.filter((role) => !out.some((answer) => answer.role === role));
      expect(admitted).not.toEqual([]);
      if (out.length > 0) expect(operation.statuses).toContain(403);
      for (const { response } of out) {
        const { detail } = await refused(response, 403, "forbidden");
        expect(detail).toBe(`This needs a key of role ${admitted.join(" or ")}.`);
      }
      await expectNothingHappened();
    },
  );
});

describe("an operation with a body", () => {
  const operations = table(({ takesBody }) => takesBody);
  const bodies = [
    { what: "is not well-formed JSON", body: '{"a":', status: 400, code: "bad_request" },
    {
      what: "is larger than 1 MiB",
      body: `"${"a".repeat(1_048_575)}"`,
      status: 413,
      code: "payload_too_large",
    },
    { what: "is not JSON", body: "{}", type: "text/plain", status: 415, code: "unsupported_media_type" },
  ];
  const cases = operations.flatMap((operation) =>
    bodies.map((body) => ({ id: operation.id, operation, ...body })),
  );

  it.each(cases)("refuses one that $what: $id", async ({ operation, body, type, status, code }) => {
    const key = await aKeyFor(operation);
    const headers = type === undefined ? {} : { "content-type": type };
    await refused(await ask(operation, operation.path, { key, body, headers }), status, code);
  });

  it.each(operations)("points at a field it does not know: $id", async (operation) => {
    const key = await aKeyFor(operation);
    const response = await ask(operation, operation.path, { key, body: { nonsense: 1 } });
    const { errors = [] } = await refused(response, 422, "validation_failed");
    expect(errors.map(({ pointer }) => pointer)).toContain("#/nonsense");
  });
});

describe("an operation with a query", () => {
  it.each(table(({ takesQuery }) => takesQuery))(
    "points at a part it does not know: $id",
    async (operation) => {
      const key = await aKeyFor(operation);
      const response = await ask(operation, `${operation.path}?nonsense=1`, { key });
      const { errors } = await refused(response, 422, "validation_failed");
      // What a query must have and this one has not is pointed at as well.
      expect(errors?.filter(({ detail }) => detail !== "is required")).toEqual([
        { pointer: "#query/nonsense", detail: "is not a known field" },
      ]);
    },
  );
});

describe("an operation on one thing", () => {
  // Without 422 among its answers, an id of the wrong form is one of nothing, which is the case before.
  const strict = table(({ formed, statuses }) => formed.length > 0 && statuses.includes(422));

  it.each(table(({ parameters }) => parameters.length > 0))(
    "finds none that does not exist: $id",
    async (operation) => {
      const { body, unknownPath } = operation;
      const key = await aKeyFor(operation);
      await refused(await ask(operation, unknownPath, { key, body }), 404, "not_found");
    },
  );

  it.each(strict)("points at an id of the wrong form: $id", async (operation) => {
    const { body, formed, malformedPath } = operation;
    const key = await aKeyFor(operation);
    const { errors = [] } = await refused(
      await ask(operation, malformedPath, { key, body }),
      422,
      "validation_failed",
    );
    expect(errors.map(({ pointer }) => pointer)).toEqual(formed.map((name) => `#path/${name}`));
  });
});
