import type { Ctx } from "../context.ts";
import type { ClickKind } from "../domain/click.ts";
import { withClickId } from "../domain/link-destination.ts";
import { linkState, parseTrackedCode } from "../domain/tracked-link.ts";
import { visitorNetwork } from "../domain/visitor-network.ts";
import { signClickId } from "../lib/click-ids.ts";
import { createLogger } from "../lib/log.ts";
import { BACKGROUND, type Background } from "./background.ts";
import { createBoardListener } from "./board-listener.ts";
import { createLinkFinder, type FindLink } from "./find-link.ts";
import { createClickGatherer } from "./gather-clicks.ts";
import { createClickJudge, type Visit } from "./judge-click.ts";
import { LinkMemory, type RememberedLink } from "./link-memory.ts";
import { linkPage } from "./link-page.ts";
import { createVisitorSalts } from "./visitor-salts.ts";
import type { SeenClick } from "./waiting-clicks.ts";

/** Where the addresses of tracked links begin. */
const PREFIX = "/go/";

/** Follows the link at a path, as the router sees it. Never throws. */
export type Follow = (request: Request, path: string, env: Env) => Promise<Response>;

/** What one instance of the Worker remembers between the requests that follow links. */
interface Edge {
  /** Ports that do no I/O: configuration, clock, ids, log and what signs. */
  ports: Ctx;
  find: FindLink;
  judge: (visit: Visit) => ClickKind;
  gather: (click: SeenClick) => void;
}

function createEdge(connect: () => Ctx, background: Background): Edge {
  const ports = connect();
  const { config } = ports;
  const memory = new LinkMemory({
    staleMs: config.LINK_STALE_SECONDS * 1_000,
    rememberMs: config.LINK_REMEMBER_SECONDS * 1_000,
  });
  const salts = createVisitorSalts((bytes) => crypto.getRandomValues(bytes));
  const board = createBoardListener(connect, { memory, salts });
  return {
    ports,
    find: createLinkFinder(connect, { background, memory, board }, config.LINK_CHECK_SECONDS * 1_000),
    judge: createClickJudge({ perMinute: config.CLICK_RATE_PER_MINUTE, perDay: config.CLICK_REPEAT_PER_DAY }),
    gather: createClickGatherer(connect, { background, board, salts }),
  };
}

/**
 * Makes what answers `/go/{code}`, the hottest path of the product: no log line, no ports of its own, no database while
 * the link is remembered, and nothing is awaited that counts. What is remembered belongs to what this returns.
 */
export function createFollow(createCtx: (env: Env) => Ctx, background: Background = BACKGROUND): Follow {
  // Made by the first request: only requests bring an environment, and all bring the same.
  let edge: Edge | null = null;
  return async (request, path, env) => {
    try {
      edge ??= createEdge(() => createCtx(env), background);
      return await answer(edge, request, path);
    } catch (error) {
      const log = edge?.ports.log ?? createLogger();
      log.error("link_not_followed", error);
      return linkPage("unavailable");
    }
  };
}

async function answer(edge: Edge, request: Request, path: string): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return linkPage("method");
  const code = parseTrackedCode(path.slice(PREFIX.length));
  if (code === null) return linkPage("unknown");
  const at = edge.ports.now();
  const found = edge.find(code, at);
  const link = found instanceof Promise ? await found : found;
  if (link === null) return linkPage("unknown");
  const state = linkState(link.target, at);
  if (state !== "open") return linkPage(state);
  if (link.destination === null) return linkPage("no_destination");
  // Nobody can shop from an answer to HEAD, so there is no click to name.
  if (request.method === "HEAD") return redirect(withClickId(link.destination, null));
  const kind = countClick(edge, request, { link, at });
  return redirect(withClickId(link.destination, await nameClick(edge, { code, at, kind })));
}

/** Judges a click and lets it be counted. A prefetch is not counted. */
function countClick(
  { judge, gather }: Edge,
  { headers, cf }: Request,
  { link, at }: { link: RememberedLink; at: number },
): ClickKind {
  const { code, campaignId } = link.target;
  const agent = headers.get("User-Agent")?.slice(0, AGENT_LENGTH) ?? "";
  // Cloudflare sets this header and overwrites what a client sent. https://developers.cloudflare.com/fundamentals/reference/http-headers/
  const address = visitorNetwork(headers.get("CF-Connecting-IP") ?? "");
  const visitor = `${code}\n${address}\n${agent}`;
  const network = typeof cf?.asn === "number" ? cf.asn : null;
  const kind = judge({ visitor, agent, network, at });
  if (!isPrefetch(headers)) gather({ l: code, c: campaignId, t: at, k: kind, n: network, visitor });
  return kind;
}

/** Enough to tell agents apart; whoever sends more should not fill the memory. */
const AGENT_LENGTH = 256;

const AHEAD = /prefetch|preview|prerender/i;

/**
 * Whether a browser fetches ahead of a person, who may never come. Such a request is not counted and yet gets a click id: if
 * the person comes, many browsers use that answer, and what they buy then belongs to this link.
 *
 * Source: Sec-Purpose, https://fetch.spec.whatwg.org/#sec-purpose-header; the others are what browsers sent before it
 */
function isPrefetch(headers: Headers): boolean {
  for (const name of ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"]) {
    const value = headers.get(name);
    if (value !== null && AHEAD.test(value)) return true;
  }
  return false;
}

const NONCES = 36 ** 6;

/** The id of a click, or null if nothing can sign it. */
async function nameClick(
  { ports }: Edge,
  facts: { code: string; at: number; kind: ClickKind },
): Promise<string | null> {
  if (ports.box === null) return null;
  const nonce = Math.floor(ports.random() * NONCES)
    .toString(36)
    .padStart(6, "0");
  return signClickId(ports.box, facts, nonce);
}

/**
 * The shop learns the origin that its visitor comes from and no more, whatever the page with the link allows: on a
 * redirect the policy of the redirecting answer holds.
 *
 * Source: https://w3c.github.io/webappsec-referrer-policy/#set-requests-referrer-policy-on-redirect
 */
function redirect(location: string): Response {
  return new Response(null, {
    status: 302,
    headers: {
      Location: location,
      "Cache-Control": "no-store",
      "Referrer-Policy": "strict-origin",
      "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
      "X-Robots-Tag": "noindex",
    },
  });
}
