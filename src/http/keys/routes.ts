import type { createRouter } from "../router.ts";

export const keyRoutes: ReturnType<typeof createRouter>[] = [];
