import { env } from "cloudflare:workers";

export interface CrowdOptions {
  campaignId: string;
  affiliateId: string;
  count: number;
  /** The number of the first one; ids rise with it and lie below every id of a test's world. */
  from?: number;
  status?: string | null;
  state?: "open" | "provisional" | "final" | "dead";
  platform?: "youtube" | "x";
}

/** Many submissions with one report each, written straight into the database: the others a query must not read. */
export async function aCrowd(options: CrowdOptions): Promise<void> {
  const { campaignId, affiliateId, count, from = 0, status = "MATCHED", state = "final" } = options;
  const platform = options.platform ?? "youtube";
  const numbers = `with recursive n (i) as (select ${from} union all select i + 1 from n where i + 1 < ${from + count})`;
  const id = (prefix: string) => `printf('${prefix}_0%025d', i)`;
  await env.DB.batch([
    env.DB.prepare(
      `${numbers} insert into posts (id, platform, external_id, canonical_url, claimants, created_at)
        select ${id("pst")}, ?, 'crowd' || i, 'https://example.com/' || i, 1, 1 from n`,
    ).bind(platform),
    env.DB.prepare(
      `${numbers} insert into submissions (id, post_id, campaign_id, affiliate_id, submitted_url, counted, created_at)
        select ${id("sub")}, ${id("pst")}, ?, ?, 'https://example.com/' || i, 1, 1 from n`,
    ).bind(campaignId, affiliateId),
    env.DB.prepare(
      `${numbers} insert into affiliate_reports (submission_id, id, claimed_at, views, method, created_at)
        select ${id("sub")}, ${id("rep")}, 1, 1, 'API', 1 from n`,
    ),
    env.DB.prepare(
      `${numbers} insert into reconciliations (report_id, submission_id, post_id, campaign_id, affiliate_id, platform,
        lane, state, status, created_at)
        select ${id("rep")}, ${id("sub")}, ${id("pst")}, ?, ?, ?, 'normal', ?, ?, 1 from n`,
    ).bind(campaignId, affiliateId, platform, state, status),
  ]);
}

/** The id of the n-th of a crowd. */
export const crowdId = (prefix: "sub" | "rep" | "pst", n: number) =>
  `${prefix}_0${String(n).padStart(25, "0")}`;
