export const GARBAGE = ["html", "truncated", "huge", "redirect", "wrong_type", "empty"] as const;
type Garbage = (typeof GARBAGE)[number];

/** How a platform misbehaves. Nothing set: not at all. */
export interface Faults {
  /** Every answer waits this long, ms. */
  latency_ms?: number | undefined;
  /** The share of calls the faults below hit, 0 to 1; all if absent. Alone it makes them fail with 500. */
  error_rate?: number | undefined;
  /** An error status with the vendor's own body. */
  status?: number | undefined;
  /** Sent as `Retry-After`, as given: it may be nonsense. Alone it comes with 429. */
  retry_after?: number | string | undefined;
  /** A success that is not what was asked for; true is "html". */
  garbage?: Garbage | true | undefined;
  /** True: 503. "hang": no answer at all. */
  outage?: boolean | "hang" | undefined;
  /** Every second post of a batch is missing from the answer, in the way the vendor leaves posts out. */
  partial?: boolean | undefined;
  /** The faults hit the endpoints for tokens too, or those alone. */
  access?: boolean | "only" | undefined;
}

/** What faults are taken from: a platform's world. */
interface Faulty {
  faults: Faults;
  random: () => number;
}

/** Lets a call through to the vendor's honest answer, or makes it fail as the faults of its platform say. */
export async function withFaults(
  faulty: Faulty,
  fail: (status: number) => Response,
  honest: () => Response | Promise<Response>,
): Promise<Response> {
  const { faults } = faulty;
  if (faults.latency_ms) await new Promise((resolve) => setTimeout(resolve, faults.latency_ms));
  if (!isHit(faulty)) return honest();
  if (faults.outage === "hang") return new Promise(() => undefined);
  if (faults.garbage && !faults.outage) return spoiled(faults.garbage, honest);
  const refused = faults.retry_after === undefined ? 500 : 429;
  const answer = fail(faults.outage ? 503 : (faults.status ?? refused));
  if (faults.retry_after !== undefined) answer.headers.set("retry-after", String(faults.retry_after));
  return answer;
}

function isHit({ faults, random }: Faulty): boolean {
  if (faults.error_rate !== undefined) return random() < faults.error_rate;
  const { status, retry_after, garbage, outage } = faults;
  return status !== undefined || retry_after !== undefined || garbage !== undefined || Boolean(outage);
}

async function spoiled(
  garbage: Garbage | true,
  honest: () => Response | Promise<Response>,
): Promise<Response> {
  const json = { "content-type": "application/json; charset=UTF-8" };
  switch (garbage) {
    case "redirect":
      return new Response(null, { status: 302, headers: { location: "https://login.example/" } });
    case "empty":
      return new Response("", { headers: json });
    case "huge":
      return new Response(endless(), { headers: json });
    case "truncated": {
      const text = await (await honest()).text();
      return new Response(text.slice(0, Math.floor(text.length / 2)), { headers: json });
    }
    case "wrong_type":
      return new Response(mistyped(await (await honest()).text()), { headers: json });
    default:
      return new Response("<!doctype html><title>Sign in</title>", {
        headers: { "content-type": "text/html" },
      });
  }
}

/** 50 MiB of valid JSON so far, made as it is read. */
function endless(): ReadableStream<Uint8Array> {
  const chunk = new TextEncoder().encode(`"${"x".repeat(64 * 1024 - 3)}",`);
  let left = 800;
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode("[")),
    pull(controller) {
      left -= 1;
      if (left < 0) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** The posts of a batch that the platform answers for, as its faults say. */
export function answeredFor<T>(faults: Faults, posts: readonly T[]): T[] {
  return posts.filter((_, i) => faults.partial !== true || i % 2 === 0);
}

/** What vendors call their counts: viewCount, like_count, num_comments, score, and the value of an insight. */
const COUNT_NAME = /(_?count|^num_comments|^score|^value)$/i;

/**
 * Every count as people write it, whatever type the vendor gives its counts; also in JSON that is a text of this JSON, as
 * the parts of a batch are.
 */
function mistyped(text: string): string {
  const spoil = (key: string, value: unknown) => {
    if (COUNT_NAME.test(key)) return "1,234";
    return key === "body" && typeof value === "string" ? mistyped(value) : value;
  };
  return JSON.stringify(JSON.parse(text, spoil));
}
