/** One known count as it was stored. */
export interface StoredReading {
  at: number;
  value: number;
  /** What was counted: numbers of two definitions cannot be compared. */
  definitionVersion: string;
}

/** What is stored of one claimed metric around the claim: all that judging can need. */
export interface StoredReadings {
  /** The latest at or before the claim. */
  before: StoredReading | null;
  /** The earliest after it. */
  after: StoredReading | null;
  /** The earliest at or after claim + settle window. */
  settled: StoredReading | null;
}

/** The readings there are. */
export function knownReadings(readings: StoredReadings | undefined): StoredReading[] {
  return [readings?.before, readings?.after, readings?.settled].flatMap((reading) => reading ?? []);
}
