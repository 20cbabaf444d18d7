import { metricsOf } from "../../../src/domain/metrics.ts";
import { pathSegments } from "../../../src/domain/post-url.ts";
import type { PlatformAdapter, PostAnswer } from "../../../src/platforms/adapter.ts";
import { meaningOf, observeOnce, type VendorCall } from "../../../src/platforms/observe-once.ts";
import { readRecord } from "../../../src/platforms/read-values.ts";

/** An eighth platform, as docs/integrations.md says how to add one: this file, one line of the registry, its simulator. */
export const toytube: PlatformAdapter = {
  platform: "toytube",
  displayName: "ToyTube",
  metrics: { views: { field: "plays", definitionVersion: "1", settleHours: 0 } },
  batchSize: 10,
  urls: { api: "https://api.toytube.test" },
  secrets: { TOYTUBE_KEY: "Key of a ToyTube app." },
  access: { kind: "secret", name: "TOYTUBE_KEY" },
  identify(url) {
    const [toy, id, ...rest] = pathSegments(url) ?? [];
    if (url.hostname !== "toytube.test" || toy !== "toy" || !id || rest.length > 0) return null;
    return { platform: "toytube", externalId: id, canonicalUrl: `https://toytube.test/toy/${id}` };
  },
  observe: (deps, ids) => observeOnce(CALL, deps, ids),
};

const CALL: VendorCall = {
  batchSize: 10,
  request: ({ baseUrl, credential }, ids) => ({
    url: `${baseUrl}/toys?ids=${ids.join(",")}`,
    headers: { "x-key": credential },
  }),
  read(json, asked) {
    const toys = readRecord(readRecord(json)?.toys);
    if (toys === null) return null;
    return new Map([...asked].map((id): [string, PostAnswer] => [id, toyOf(toys[id])]));
  },
  explain: ({ status }) => ({ kind: meaningOf(status), reason: null, retryAt: null }),
  readLimits: () => null,
};

function toyOf(plays: unknown): PostAnswer {
  if (plays === undefined) return { kind: "gone" };
  if (typeof plays !== "number") return { kind: "unreadable", detail: "plays is not a count" };
  const unknown = { authorId: null, authorName: null, publishedAt: null };
  return {
    kind: "numbers",
    metrics: metricsOf({ views: plays }),
    ...unknown,
    raw: JSON.stringify({ plays }),
  };
}
