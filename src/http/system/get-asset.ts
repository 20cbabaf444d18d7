import { createRouter } from "../router.ts";

/**
 * The files of public/assets that our pages load. The Worker sees every request first, so that a file carries the same
 * headers as any other answer; no operation of the API, so the description leaves it out.
 */
export const getAssetOperation = createRouter().get("/assets/*", async (c) => {
  const asset = await c.env.ASSETS.fetch(c.req.raw);
  return asset.status === 404 ? c.notFound() : asset;
});
