import { listOf, type Vendor, type VendorRequest, type World } from "../../simulator/vendor.ts";

/** ToyTube's side of the simulator. */
export const toytubeVendor: Vendor = {
  platform: "toytube",
  callsPerWindow: 1_000,
  namings: [],
  operations: [{ name: "toys", path: "/toys", ids: ({ query }) => listOf(query, "ids"), answer: toys }],
  fail: (status) => Response.json({ wrong: true }, { status }),
  publishedAtOf: () => null,
  demoPost: (n) => ({ externalId: `toy${n}`, url: `https://toytube.test/toy/toy${n}` }),
};

function toys({ posts }: World, { query, now }: VendorRequest): Response {
  const seen = listOf(query, "ids").map((id) => posts.see(id, now));
  const live = seen.filter(({ state }) => state === "live");
  return Response.json({ toys: Object.fromEntries(live.map(({ id, counts }) => [id, counts.views])) });
}
