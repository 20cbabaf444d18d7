import type { createRouter } from "../router.ts";

export const reconciliationRoutes: ReturnType<typeof createRouter>[] = [];
