import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");

export interface Keys {
  base_url: string;
  simulator_url: string;
  admin: string;
  advertiser: string;
  affiliate: string;
}

/** A running `npm start` with data of its own. */
export interface Stack {
  keys: Keys;
  /** Where its keys and database lie. */
  dev: string;
  api(
    method: string,
    path: string,
    options?: { key?: string; body?: unknown },
  ): Promise<{ status: number; body: Json }>;
  control(method: string, path: string, body?: unknown): Promise<Json>;
  /** Ends it as an operator would, and waits until it and its children are gone. */
  stop(): Promise<void>;
}

/** Parsed JSON whose shape the assertions state. */
// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on field by field; a schema here would only repeat the product's.
export type Json = any;

export interface StackOptions {
  name: string;
  port: number;
  fresh: boolean;
  env?: Record<string, string>;
}

const READY_MS = 150_000;

export async function startStack({ name, port, fresh, env = {} }: StackOptions): Promise<Stack> {
  const dev = join(ROOT, ".dev", name);
  const child = spawn("npm", ["start", ...(fresh ? ["--", "--fresh"] : [])], {
    cwd: ROOT,
    env: { ...process.env, ...env, CLAIMCHECK_DEV: dev, PORT: String(port), SIM_PORT: String(port + 1) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await ready(child);
  // safe: written by `npm start`.
  const keys = JSON.parse(readFileSync(join(dev, "keys.json"), "utf8")) as Keys;
  return {
    keys,
    dev,
    api: async (method, path, { key, body } = {}) => {
      const headers: Record<string, string> = {};
      if (key !== undefined) headers.authorization = `Bearer ${key}`;
      if (body !== undefined) headers["content-type"] = "application/json";
      const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await fetch(`${keys.base_url}${path}`, init);
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
    control: async (method, path, body) => {
      const init =
        body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
      const response = await fetch(`${keys.simulator_url}/_control${path}`, { method, ...init });
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
      return response.status === 204 ? null : response.json();
    },
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.all([once(child, "exit"), unreachable(keys.base_url), unreachable(keys.simulator_url)]);
    },
  };
}

/** Waits until it says that it is running; what it printed is in the error if it does not. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output}`)), READY_MS);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes("Claimcheck is running")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
}

async function unreachable(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/health`).catch(() => null)) === null, `${url} to end`);
}

/** Asks again until it is so. */
export async function until(isSo: () => Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
  const giveUpAt = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > giveUpAt) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
