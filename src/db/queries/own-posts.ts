import { sql } from "drizzle-orm";
import type { Platform } from "../../domain/platform.ts";
import type { Db } from "../client.ts";

/** One of an affiliate's own entries, as it is chosen from a list. */
export interface OwnPost {
  submission_id: string;
  platform: Platform;
  external_id: string;
  title: string | null;
  campaign_name: string;
}

/** How far back an affiliate's entries are looked for. */
const LOOKED_AT = 200;

/** An affiliate's newest entries of which title, address or campaign holds the text. One round trip. */
export function findOwnPosts(
  db: Db,
  { affiliateId, text, limit }: { affiliateId: string; text: string; limit: number },
): Promise<OwnPost[]> {
  const holds = sql`instr(lower(coalesce(s.title, '') || ' ' || p.canonical_url || ' ' || s.submitted_url || ' ' || c.name),
    lower(${text})) > 0`;
  return db.all<OwnPost>(sql`
    select s.id as submission_id, p.platform, p.external_id, s.title, c.name as campaign_name
    from (select * from submissions where affiliate_id = ${affiliateId} order by id desc limit ${LOOKED_AT}) s
      cross join posts p on p.id = s.post_id cross join campaigns c on c.id = s.campaign_id
    where ${holds} order by s.id desc limit ${limit}`);
}
