import type { createRouter } from "../router.ts";

export const dashboardRoutes: ReturnType<typeof createRouter>[] = [];
