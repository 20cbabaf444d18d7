import { serve } from "@hono/node-server";
import { createSimulator } from "./app.ts";

/**
 * Serves the simulated platforms on 127.0.0.1 until SIGTERM or SIGINT. SIM_PORT (8788) and SIM_SEED are its
 * settings.
 */
const port = Number(process.env.SIM_PORT ?? 8788);
const seed = process.env.SIM_SEED ?? "claimcheck";
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  throw new RangeError("SIM_PORT is not a port number");

const { app } = createSimulator({ seed, now: Date.now });
const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, (address) => {
  console.log(`simulator on http://127.0.0.1:${address.port} (seed ${seed})`);
});

function stop(): void {
  server.close();
  // A rehearsed hang would keep its connection, and with it the process, for ever.
  if ("closeAllConnections" in server) server.closeAllConnections();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
