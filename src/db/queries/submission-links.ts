import { type SQL, sql } from "drizzle-orm";
import { CLICK_FIGURES, ORDER_FIGURES } from "../../domain/traffic-series.ts";

/** A link of a submission with all that it counted. */
export interface SubmissionLinkRow {
  code: string;
  own: 0 | 1;
  label: string | null;
  sub_id: string | null;
  created_at: number;
  /** JSON objects of the sums, by the names of CLICK_FIGURES and ORDER_FIGURES; null where nothing was counted. */
  clicks: string | null;
  orders: string | null;
}

function totals(table: string, figures: readonly string[]): SQL {
  const sums = figures.map((figure) => sql`${sql.raw(`'${figure}'`)}, sum(t.${sql.raw(figure)})`);
  return sql`(select json_object(${sql.join(sums, sql`, `)}) from ${sql.raw(table)} t where t.link = l.code
    having count(*) > 0)`;
}

/** The links of a submission, the one it was born with first: a row a link and day of traffic. */
export const submissionLinks = (submissionId: string): SQL => sql`
  select l.code, l.own, l.label, l.sub_id, l.created_at, ${totals("click_days", CLICK_FIGURES)} as clicks,
    ${totals("conversion_days", ORDER_FIGURES)} as orders
  from submissions s cross join tracked_links l on l.campaign_id = s.campaign_id
    and l.affiliate_id = s.affiliate_id and l.submission_id = s.id
  where s.id = ${submissionId} order by l.own desc, l.created_at, l.code`;
