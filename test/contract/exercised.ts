import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

/** What one request of the worker's tests was answered, as test/support/exercised.ts notes it. */
interface Exercised {
  method: string;
  path: string;
  status: number;
  content_type: string | null;
  /** The text of a JSON answer, else null. */
  body: string | null;
}

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** A noted answer of a documented operation. */
export interface Answer extends Exercised {
  /** The operation's path, e.g. `/api/v1/alerts/{id}`. */
  template: string;
  operation: Operation;
}

/** The notes of a run, one a line. */
export const readExercised = (file = ""): Exercised[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** The document as a test of that run read it, and which answers are of its operations. */
export function answersOf(notes: readonly Exercised[]): { document: OpenApi; answers: Answer[] } {
  const note = notes.find(({ path, status }) => path === "/openapi.json" && status === 200);
  if (!note?.body) throw new Error("no test of this run read /openapi.json");
  const document: OpenApi = JSON.parse(note.body);
  const match = matcherOf(document);
  return { document, answers: notes.flatMap((each) => match(each) ?? []) };
}

/** Finds the operation of a request; a path without parameters goes before one with them, as in the app. */
function matcherOf({ paths }: OpenApi): (note: Exercised) => Answer | null {
  const parameters = (template: string) => template.split("{").length;
  const templates = Object.keys(paths)
    .toSorted((a, b) => parameters(a) - parameters(b))
    .map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
    }));
  return (note) => {
    const path = note.path.split("?")[0] ?? "";
    const template = templates.find(({ pattern }) => pattern.test(path))?.template ?? "";
    const operation = paths[template]?.[note.method.toLowerCase()];
    return operation ? { ...note, template, operation } : null;
  };
}

export const named = ({ operation, status }: Answer) => `${operation.operationId} ${status}`;

const PROBLEM_TYPE = "application/problem+json";

/** What any operation may answer, as the document's description says; no operation lists it. */
const ANYWHERE = [500, 503];

/** Whether the document does not know this status of the operation, or not this type of content. */
export function isUndocumented({ operation, status, content_type }: Answer): boolean {
  const response = operation.responses[status];
  if (response === undefined) return !ANYWHERE.includes(status) || mediaType(content_type) !== PROBLEM_TYPE;
  const types = Object.keys(response.content ?? {});
  return types.length === 0 ? content_type !== null : !types.includes(mediaType(content_type));
}

/** The type without its parameters. */
const mediaType = (contentType: string | null) => contentType?.split(";")[0] ?? "";

// What ajv leaves to a plugin, as far as the document speaks of it.
const FORMATS = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^https?:\/\/\S+$/,
};

/** A JSON Schema, as far as closing it reads and writes. */
interface Schema {
  $ref?: string;
  properties?: object;
  additionalProperties?: unknown;
  unevaluatedProperties?: unknown;
  allOf?: Schema[];
}

/**
 * Makes every object with named properties refuse others, so that a field nobody described is an error. The parts of
 * an `allOf` stay as open as they are in the document, and are closed together.
 */
function close(node: unknown, document: OpenApi): void {
  if (typeof node !== "object" || node === null) return;
  const schema = node as Schema; // safe: an object, and each keyword is checked before it is used.
  if (schema.allOf !== undefined) {
    schema.allOf = schema.allOf.map((part) => document.components.schemas[componentOf(part)] ?? part);
    schema.unevaluatedProperties = false;
    return;
  }
  if (schema.properties !== undefined) schema.additionalProperties ??= false;
  for (const child of Object.values(schema)) close(child, document);
}

const componentOf = ({ $ref }: Schema) => $ref?.split("/").at(-1) ?? "";

/** Finds what is wrong with the JSON of a documented answer. */
export function schemaErrorsOf(document: OpenApi): (answer: Answer) => string[] {
  const closed = structuredClone(document);
  close(closed, document);
  // Annotations of OpenAPI are no keywords of JSON Schema, which strict mode would refuse.
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: FORMATS });
  ajv.addSchema(closed, "openapi.json");
  return (answer) => {
    if (answer.body === null || isUndocumented(answer)) return [];
    const validate = validatorAt(ajv, schemaStepsOf(answer));
    if (validate(JSON.parse(answer.body))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

function schemaStepsOf({ template, method, status, content_type, operation }: Answer): string[] {
  if (operation.responses[status] === undefined) return ["components", "schemas", "Problem"];
  const response = ["paths", template, method.toLowerCase(), "responses", String(status)];
  return [...response, "content", mediaType(content_type), "schema"];
}

/** The schema at this place of the document. */
function validatorAt(ajv: Ajv2020, steps: readonly string[]): ValidateFunction {
  const pointer = steps
    .map((step) => step.replaceAll("~", "~0").replaceAll("/", "~1"))
    .map(encodeURIComponent);
  const validate = ajv.getSchema(`openapi.json#/${pointer.join("/")}`);
  if (validate === undefined) throw new Error(`the document has no schema at ${steps.join(" > ")}`);
  return validate;
}
