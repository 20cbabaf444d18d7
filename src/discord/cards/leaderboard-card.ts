import { countOf } from "../../domain/reasons.ts";
import type { Message } from "../wire.ts";
import { listed } from "./lines.ts";
import { container, message, text } from "./message.ts";
import { nameText } from "./post-line.ts";

export interface LeaderboardRow {
  rank: number;
  name: string;
  /** Those that were looked at. */
  posts: number;
  /** Null where none are known, which is not 0. */
  views: number | null;
  /** Whether it is whoever asked. */
  own: boolean;
}

const MOST_ROWS = 25;
const MEDALS: Readonly<Record<number, string>> = { 1: "🥇", 2: "🥈", 3: "🥉" };
const NUMBER = new Intl.NumberFormat("en-US");

/** Who leads in a campaign. */
export function leaderboardCard(board: { campaignName: string; rows: readonly LeaderboardRow[] }): Message {
  const lines = board.rows.map(line);
  const card = container(
    "neutral",
    text(`### 🏆 ${nameText(board.campaignName) ?? "Leaderboard"}`),
    text(
      lines.length === 0
        ? "Nobody has posts here yet. Be the first: `/claim submit`"
        : listed(lines, MOST_ROWS).join("\n"),
    ),
    text("-# Views as the platforms show them"),
  );
  return message({ ephemeral: true, blocks: [card] });
}

function line({ rank, name, posts, views, own }: LeaderboardRow): string {
  const place = MEDALS[rank] ?? `**${NUMBER.format(rank)}\\.**`;
  const who = `${nameText(name) ?? "somebody"}${own ? " (you)" : ""}`;
  return `${place} ${own ? `**${who}**` : who} · ${measured(posts, views)}`;
}

/** Posts count from their first look on. */
function measured(posts: number, views: number | null): string {
  if (posts === 0) return "not measured yet";
  const seen = views === null ? "views unknown" : countOf(views, "views");
  return `${seen} · ${NUMBER.format(posts)} ${posts === 1 ? "post" : "posts"}`;
}
