import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { onTestFinished } from "vitest";
import { createSimulator } from "../simulator/app.ts";

/** Saturday, 21 November 2026, 12:00 UTC. */
const NOW = Date.UTC(2026, 10, 21, 12);

/** What answers requests: a Hono app. */
type App = Parameters<typeof serve>[0]["fetch"];

/** Serves an app on a free port of this machine until the test ends, and gives its address. */
export async function serveUntilDone(fetch: App): Promise<string> {
  const server = serve({ fetch, port: 0, hostname: "127.0.0.1" });
  onTestFinished(() => void server.close());
  if (!server.listening) await once(server, "listening");
  const { port } = server.address() as AddressInfo; // safe: a server on a host and port, not on a pipe.
  return `http://127.0.0.1:${port}`;
}

/** A simulator for clients that make their own connections, and its control API. */
export async function serveSimulator() {
  const { app } = createSimulator({ seed: "clients", now: () => NOW });
  const tell = async (path: string, body: object) => {
    const { status } = await app.request(`/_control/${path}`, { method: "PUT", body: JSON.stringify(body) });
    if (status !== 204) throw new Error(`the control API answered ${status}`);
  };
  return { base: await serveUntilDone(app.fetch), tell };
}
