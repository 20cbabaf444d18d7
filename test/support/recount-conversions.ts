import { rows } from "./fixtures.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Sums = Record<string, number>;

interface Recorded {
  campaign_id: string;
  order_id: string;
  link: string | null;
  attribution: string;
  clicked_at: number | null;
  occurred_at: number;
  value_minor: number | null;
  refunded_minor: number;
  reversed_at: number | null;
}

interface Refunded {
  campaign_id: string;
  order_id: string;
  amount_minor: number | null;
  occurred_at: number;
}

/** Rows of a table of sums, by their key; those of nothing but zeros are left out. */
async function stored(table: string, key: string, columns: readonly string[]): Promise<Record<string, Sums>> {
  const found = await rows<Record<string, number>>(
    `select ${key} as "key", ${columns.join(", ")} from ${table} order by 1`,
  );
  return Object.fromEntries(
    found.map(({ key: of, ...sums }) => [of, sums]).filter(([, sums]) => isSomething(sums as Sums)),
  );
}

const isSomething = (sums: Sums) => Object.values(sums).some((value) => value !== 0);

class Tally {
  readonly #columns: readonly string[];
  readonly #cells = new Map<string, Sums>();

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  add(key: string, sums: Sums): void {
    const cell = this.#cells.get(key) ?? Object.fromEntries(this.#columns.map((column) => [column, 0]));
    for (const column of this.#columns) cell[column] = (cell[column] ?? 0) + (sums[column] ?? 0);
    this.#cells.set(key, cell);
  }

  get cells(): Record<string, Sums> {
    const some = [...this.#cells].filter(([, sums]) => isSomething(sums));
    return Object.fromEntries(some.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

const PER_LINK = ["orders", "reversed", "value_minor", "refunded_minor"];
const PER_DAY = [...PER_LINK, "fast"];
const PER_CAMPAIGN = [...PER_LINK, "unattributed"];

/** What an order has to say of its refunds: their sum, and when nothing was left. */
function standingOf({ value_minor }: Recorded, refunds: readonly Refunded[]) {
  const refunded = refunds.reduce((sum, { amount_minor }) => sum + (amount_minor ?? 0), 0);
  const ended = refunds.length > 0 && refunded === (value_minor ?? 0);
  return {
    refunded_minor: refunded,
    reversed_at: ended ? Math.max(...refunds.map(({ occurred_at }) => occurred_at)) : null,
  };
}

/** What one order and its refunds count, and when. */
function countsOf(order: Recorded, refunds: readonly Refunded[], fastMs: number): [at: number, sums: Sums][] {
  const { attribution, clicked_at, link, occurred_at, reversed_at, value_minor } = order;
  const fast = attribution === "click" && clicked_at !== null && occurred_at - clicked_at < fastMs;
  const unattributed = Number(link === null);
  return [
    [occurred_at, { orders: 1, value_minor: value_minor ?? 0, fast: Number(fast), unattributed }],
    ...refunds.map((refund): [number, Sums] => [
      refund.occurred_at,
      { refunded_minor: refund.amount_minor ?? 0 },
    ]),
    ...(reversed_at === null ? [] : [[reversed_at, { reversed: 1 }] satisfies [number, Sums]]),
  ];
}

/**
 * What the tables of sums hold (`kept`), and what they have to hold by the orders and refunds themselves. `broken` are
 * orders that do not agree with their own refunds.
 */
export async function recountConversions(fastMs = 10_000): Promise<{ kept: unknown; recounted: unknown }> {
  const orders = await rows<Recorded>("select * from conversions");
  const refunds = await rows<Refunded>("select * from conversion_refunds");
  const [days, hours, traffic] = [new Tally(PER_DAY), new Tally(PER_LINK), new Tally(PER_CAMPAIGN)];
  const broken: string[] = [];
  for (const order of orders) {
    const { campaign_id, link, order_id } = order;
    const own = refunds.filter(
      (refund) => refund.campaign_id === campaign_id && refund.order_id === order_id,
    );
    const { refunded_minor, reversed_at } = standingOf(order, own);
    if (order.refunded_minor !== refunded_minor || order.reversed_at !== reversed_at) broken.push(order_id);
    for (const [at, sums] of countsOf(order, own, fastMs)) {
      const hour = Math.floor(at / HOUR_MS);
      for (const cell of [hour, -1]) traffic.add(`${campaign_id} ${cell}`, sums);
      if (link === null) continue;
      days.add(`${link} ${Math.floor(at / DAY_MS)}`, sums);
      hours.add(`${link} ${hour}`, sums);
    }
  }
  return {
    kept: {
      days: await stored("conversion_days", "link || ' ' || day", PER_DAY),
      hours: await stored("conversion_hours", "link || ' ' || hour", PER_LINK),
      traffic: await stored("campaign_traffic", "campaign_id || ' ' || hour", PER_CAMPAIGN),
      broken: [],
    },
    recounted: { days: days.cells, hours: hours.cells, traffic: traffic.cells, broken },
  };
}
