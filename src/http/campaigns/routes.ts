import type { createRouter } from "../router.ts";

export const campaignRoutes: ReturnType<typeof createRouter>[] = [];
