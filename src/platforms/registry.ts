import type { PlatformAdapter } from "./adapter.ts";
import { instagram } from "./instagram.ts";
import { linkedin } from "./linkedin.ts";
import { meta } from "./meta.ts";
import { reddit } from "./reddit.ts";
import { tiktok } from "./tiktok.ts";
import { x } from "./x.ts";
import { youtube } from "./youtube.ts";

/** Every platform that can be claimed on. A new one is a line here; docs/integrations.md. */
export const ADAPTERS: readonly PlatformAdapter[] = [youtube, x, reddit, instagram, meta, tiktok, linkedin];
