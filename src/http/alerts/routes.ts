import type { createRouter } from "../router.ts";

export const alertRoutes: ReturnType<typeof createRouter>[] = [];
