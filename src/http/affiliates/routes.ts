import type { createRouter } from "../router.ts";

export const affiliateRoutes: ReturnType<typeof createRouter>[] = [];
