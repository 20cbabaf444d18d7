import { env } from "cloudflare:workers";
import type { World } from "./world.ts";

/** The query plans of every statement an action runs, as SQLite explains them, e.g. `SEARCH t USING INDEX …`. */
export async function plansOf(world: World, action: () => Promise<unknown>): Promise<string[]> {
  const client = world.ctx.db.$client;
  const prepare = client.prepare.bind(client);
  const queries: string[] = [];
  client.prepare = (query: string) => {
    queries.push(query);
    return prepare(query);
  };
  try {
    await action();
  } finally {
    client.prepare = prepare;
  }
  const plans = await Promise.all(queries.map(explain));
  return plans.flat();
}

async function explain(query: string): Promise<string[]> {
  // Plans do not depend on the values here: SQLite has no statistics to compare them with.
  const values = Array.from(query.matchAll(/\?/g), () => "1");
  const { results } = await env.DB.prepare(`explain query plan ${query}`)
    .bind(...values)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

/** The steps that read a whole table, or a whole index without a bound. */
export const fullScans = (plans: readonly string[], table: string): string[] =>
  plans.filter((step) => new RegExp(`^SCAN ${table}\\b`).test(step));
