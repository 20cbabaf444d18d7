import { configurePlatformOperation } from "./configure-platform.ts";
import { fetchPostOperation } from "./fetch-post.ts";
import { getPlatformStatusOperation } from "./get-platform-status.ts";
import { holdPlatformOperation } from "./hold-platform.ts";
import { listPlatformsOperation } from "./list-platforms.ts";
import { releasePlatformOperation } from "./release-platform.ts";

export const platformRoutes = [
  listPlatformsOperation,
  getPlatformStatusOperation,
  fetchPostOperation,
  configurePlatformOperation,
  holdPlatformOperation,
  releasePlatformOperation,
];
