import { type SQL, sql } from "drizzle-orm";
import { type CommitPlan, isAdvance, metricValues } from "../../domain/commit-plan.ts";
import { METRICS } from "../../domain/metrics.ts";

/**
 * Moves the observed posts. One that moved since it was loaded gets -1 claimants, which its CHECK refuses: the whole
 * commit fails, and is planned again from what is stored now.
 */
export function updatePosts(plan: CommitPlan): SQL {
  const rows = plan.posts.map((update) => {
    const { post, numbers } = update;
    return [
      post.id,
      post.observedAt ?? -1,
      post.claimantCount,
      update.state,
      numbers?.authorId ?? null,
      numbers?.authorName ?? null,
      numbers?.publishedAt ?? null,
      numbers !== null && isAdvance(update) ? update.at : null,
      update.dueAt,
      numbers?.nativeId ?? null,
      numbers?.accountId ?? null,
      ...(numbers === null ? METRICS.map(() => null) : metricValues(numbers.metrics)),
    ];
  });
  const metrics = METRICS.map((metric, i) => {
    const column = sql.raw(metric);
    const peak = sql.raw(`peak_${metric}`);
    const value = sql.raw(`(j.value ->> ${11 + i})`);
    return sql`
      ${column} = case when j.value ->> 7 is null then posts.${column} else coalesce(${value}, posts.${column}) end,
      ${peak} = case when ${value} is null then ${peak} else max(coalesce(${peak}, 0), ${value}) end`;
  });
  return sql`
    update posts set
      claimants = case when coalesce(posts.observed_at, -1) = j.value ->> 1 and posts.claimants = j.value ->> 2
        then posts.claimants else -1 end,
      state = j.value ->> 3, author_id = coalesce(j.value ->> 4, author_id),
      author_name = coalesce(j.value ->> 5, author_name), published_at = coalesce(j.value ->> 6, published_at),
      observed_at = coalesce(j.value ->> 7, posts.observed_at), observe_due_at = j.value ->> 8,
      native_id = coalesce(j.value ->> 9, native_id), account_id = coalesce(j.value ->> 10, account_id),
      ${sql.join(metrics, sql`,`)}
    from json_each(${JSON.stringify(rows)}) j where posts.id = j.value ->> 0`;
}

export function insertObservations(plan: CommitPlan): SQL {
  const rows = plan.posts.flatMap((update) => {
    if (update.numbers === null) return [];
    const { metrics, definitionVersion, spend, raw } = update.numbers;
    return [
      [
        update.post.id,
        update.at,
        definitionVersion,
        Number(isAdvance(update)),
        raw,
        spend?.minor ?? null,
        spend?.currency ?? null,
        ...metricValues(metrics),
      ],
    ];
  });
  // Two runs can ask in the same millisecond; the platform said the same to both.
  return sql`
    insert into platform_reports (post_id, source, observed_at, definition_version, advanced, raw,
      spend_minor, spend_currency, views, clicks, conversions, likes, comments, shares)
    select value ->> 0, 'platform_api', value ->> 1, value ->> 2, value ->> 3, value ->> 4,
      value ->> 5, value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12
    from json_each(${JSON.stringify(rows)}) where true on conflict do nothing`;
}

/** Takes up again the reports of posts that were gone or private and are live again. */
export function reopenReturned(postIds: readonly string[], now: number): SQL {
  return sql`
    update reconciliations set state = 'open', missing_reason = null, attempts = 0, incomplete_seen = 0,
      put_off_since = null, put_off_reason = null, commit_failures = 0,
      first_attempt_at = null, next_attempt_at = ${now}, sweep_at = ${now}
    where post_id in (select value from json_each(${JSON.stringify(postIds)}))
      and missing_reason in ('gone', 'private') and lease_until <= ${now}`;
}
