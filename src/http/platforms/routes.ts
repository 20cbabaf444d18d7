import type { createRouter } from "../router.ts";

export const platformRoutes: ReturnType<typeof createRouter>[] = [];
