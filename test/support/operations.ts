import { createApp } from "../../src/app.ts";
import { createCtx } from "../../src/context.ts";
import { openApiDocument } from "../../src/http/system/openapi-document.ts";

/** A JSON Schema as far as {@link sampleOf} and paths read it. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  anyOf?: Schema[];
  enum?: unknown[];
  example?: unknown;
  pattern?: string;
  minimum?: number;
  minItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

interface Parameter {
  name: string;
  in: string;
  schema: Schema;
}

interface Described {
  operationId: string;
  security: object[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, object>;
}

interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

/** An operation of the OpenAPI document, with requests made up from its description alone. */
export interface Operation {
  id: string;
  method: string;
  needsKey: boolean;
  takesBody: boolean;
  takesQuery: boolean;
  /** Statuses it is documented to answer. */
  statuses: number[];
  /** The parameters of its path, and those of them that have to keep to a form. */
  parameters: string[];
  formed: string[];
  /** Its path, filled as described, of something that may well exist where there are few, such as platforms. */
  path: string;
  /** Its path, of something that does not exist. */
  unknownPath: string;
  /** Its path, filled with what keeps to no form. */
  malformedPath: string;
  /** The least body it asks for, or undefined. */
  body: unknown;
}

/** Every operation of the application. */
export function documentedOperations(): Operation[] {
  // safe: the parts of the document that are read here; a test fails if they have another shape.
  const document = openApiDocument(createApp(createCtx)) as unknown as Document;
  return Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, described]) =>
      toOperation({ template, method, described }, document),
    ),
  );
}

function toOperation(
  { template, method, described }: { template: string; method: string; described: Described },
  { components }: Document,
): Operation {
  const { parameters = [], requestBody, responses } = described;
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  const filled = (fill: (schema: Schema) => string) =>
    inPath.reduce((path, { name, schema }) => path.replace(`{${name}}`, fill(schema)), template);
  const body = requestBody?.content["application/json"]?.schema;
  return {
    id: described.operationId,
    method: method.toUpperCase(),
    needsKey: described.security.length > 0,
    takesBody: body !== undefined,
    takesQuery: parameters.some((parameter) => parameter.in === "query"),
    statuses: Object.keys(responses).map(Number),
    parameters: inPath.map(({ name }) => name),
    formed: inPath.filter(({ schema }) => schema.pattern !== undefined).map(({ name }) => name),
    path: filled((schema) => String(schema.enum?.[0] ?? unusedId(schema))),
    unknownPath: filled(unusedId),
    malformedPath: filled(() => "no-such-form"),
    body: body && requestBody?.required ? sampleOf(body, components.schemas) : undefined,
  };
}

/** An id of the form `^sub_[0-9A-Z]{26}$` that no test gives out, or a name of nothing. */
const unusedId = ({ pattern }: Schema) =>
  pattern === undefined ? "nowhere" : `${pattern.slice(1, 4)}_${"Z".repeat(26)}`;

/** The least value of a schema: null where it may be; of an object what is required, or else the first property. */
function sampleOf(schema: Schema, named: Readonly<Record<string, Schema>>): unknown {
  const { $ref, anyOf, type } = schema;
  const referred = $ref === undefined ? anyOf?.[0] : named[$ref.split("/").at(-1) ?? ""];
  if (referred) return sampleOf(referred, named);
  const [given] = [schema.example, ...(schema.enum ?? [])].filter((value) => value !== undefined);
  if (given !== undefined) return given;
  if (Array.isArray(type)) return null;
  if (type === "array") return schema.minItems && schema.items ? [sampleOf(schema.items, named)] : [];
  if (type === "object") return sampleObject(schema, named);
  if (type === "boolean") return false;
  return type === "string" ? "text" : (schema.minimum ?? 1);
}

function sampleObject({ properties = {}, required }: Schema, named: Readonly<Record<string, Schema>>) {
  const names = required ?? Object.keys(properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, sampleOf(properties[name] ?? {}, named)]));
}
