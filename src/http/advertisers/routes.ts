import type { createRouter } from "../router.ts";

export const advertiserRoutes: ReturnType<typeof createRouter>[] = [];
