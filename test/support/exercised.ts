import { env } from "cloudflare:workers";

/**
 * Notes what a request was answered, for test/contract/openapi.test.ts to hold against the OpenAPI document. Only if
 * vitest.config.ts was told where to; a Worker has no files, so the note leaves as a request that the config catches.
 */
export async function noteExercised(method: string, path: string, response: Response): Promise<void> {
  if (env.EXERCISED === undefined) return;
  const contentType = response.headers.get("content-type");
  const body = contentType?.includes("json") ? await response.clone().text() : null;
  const note = { method, path, status: response.status, content_type: contentType, body };
  await fetch("http://exercised.test/", { method: "POST", body: JSON.stringify(note) });
}
