import type { BoardReading } from "../domain/link-board.ts";
import { type LinkDestination, linkDestination } from "../domain/link-destination.ts";
import { DEAF, isTrusted, type Reading, UNKNOWN_LIFE_MS, usedUntil } from "../domain/link-trust.ts";
import type { LinkTarget } from "../domain/tracked-link.ts";
import { remember } from "./remember.ts";
import { UnsettledSubjects } from "./unsettled-subjects.ts";

/** About 1 kB each. */
const MOST_LINKS = 10_000;
/** Codes that are none; somebody who guesses must not push out the links that are followed. */
const MOST_UNKNOWN = 5_000;
/** Most links that are read again together. */
const READ_TOGETHER = 100;
/** A link that was followed this lately is read again together with others. */
const IN_USE_MS = 5_000;

/** A link with its destination ready to be used; null for no destination. */
export interface RememberedLink {
  target: LinkTarget;
  destination: LinkDestination | null;
}

interface Entry extends Reading {
  link: RememberedLink;
  usedAt: number;
}

export interface MemorySettings {
  /** For how long the board need not be heard. */
  staleMs: number;
  /** For how long a link is remembered at most. */
  rememberMs: number;
}

/** What an instance of the Worker remembers of links. It asks nobody: find-link.ts asks whom it must. */
export class LinkMemory {
  readonly #settings: MemorySettings;
  readonly #links = new Map<string, Entry>();
  /** Until when it is remembered that a code is none. */
  readonly #unknown = new Map<string, number>();
  readonly #unsettled = new UnsettledSubjects();
  #newest: number | null = null;
  #hearing = DEAF;

  constructor(settings: MemorySettings) {
    this.#settings = settings;
  }

  /** The number of the newest change that was heard of; null before the first reading. */
  get newest(): number | null {
    return this.#newest;
  }

  /** Whether the board was heard lately enough for what is remembered to be used. */
  hears(now: number): boolean {
    return now - this.#hearing.heardAt <= this.#settings.staleMs;
  }

  /** The link of a code, null if there is none, or undefined if that has to be read. */
  recall(code: string, now: number): RememberedLink | null | undefined {
    const entry = this.#links.get(code);
    if (entry === undefined) return now < (this.#unknown.get(code) ?? 0) ? null : undefined;
    entry.usedAt = now;
    return this.#trusts(entry, now) ? entry.link : undefined;
  }

  /** The link of a code as it was last read, trusted or not. */
  peek(code: string): RememberedLink | undefined {
    return this.#links.get(code)?.link;
  }

  /**
   * The codes to read for the sake of one: itself, and if it was read before, others in use that are not trusted any
   * more. So a change of a campaign costs one query, however many of its links are followed.
   */
  toRead(code: string, now: number): string[] {
    if (!this.#links.has(code)) return [code];
    const codes = new Set([code]);
    for (const [other, entry] of this.#links) {
      if (codes.size === READ_TOGETHER) break;
      if (now - entry.usedAt <= IN_USE_MS && !this.#trusts(entry, now)) codes.add(other);
    }
    return [...codes];
  }

  /** What was found of some codes by a reading of the database that began at `readAt`. */
  learn(codes: readonly string[], targets: readonly LinkTarget[], readAt: number): void {
    const found = new Map(targets.map((target) => [target.code, target]));
    for (const code of codes) {
      const target = found.get(code);
      if (target === undefined) this.#learnUnknown(code, readAt);
      else this.#learnLink(target, readAt);
    }
  }

  /** A reading of the board that was asked for at `askedAt`. */
  hear({ n, changes }: BoardReading, askedAt: number, now: number): void {
    // Whoever hears the board for the first time, or missed some of it, cannot tell what changed before.
    const missed = this.#newest === null || changes === null;
    this.#newest = missed ? n : Math.max(n, this.#newest ?? n);
    this.#hearing = {
      heardAt: Math.max(this.#hearing.heardAt, askedAt),
      completeFrom: missed ? askedAt : this.#hearing.completeFrom,
    };
    this.#unsettled.note(changes ?? [], now);
    const changed = new Set(changes?.map(({ subject }) => subject));
    if (changed.size > 0) this.#distrust(changed);
  }

  #trusts(entry: Entry, now: number): boolean {
    return isTrusted(entry, this.#hearing, { now, staleMs: this.#settings.staleMs });
  }

  #distrust(subjects: ReadonlySet<string>): void {
    for (const entry of this.#links.values()) {
      const { campaignId, affiliateId } = entry.link.target;
      if (subjects.has(campaignId) || subjects.has(affiliateId)) entry.until = Number.NEGATIVE_INFINITY;
    }
  }

  #learnLink(target: LinkTarget, readAt: number): void {
    const { code } = target;
    const until = usedUntil(readAt, this.#unsettled.until(target), this.#settings.rememberMs);
    const usedAt = this.#links.get(code)?.usedAt ?? readAt;
    const link = { target, destination: linkDestination(target) };
    remember(this.#links, [code, { link, readAt, until, usedAt }], MOST_LINKS);
  }

  #learnUnknown(code: string, readAt: number): void {
    this.#links.delete(code);
    remember(this.#unknown, [code, readAt + UNKNOWN_LIFE_MS], MOST_UNKNOWN);
  }
}
