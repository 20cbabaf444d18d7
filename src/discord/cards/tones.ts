/** The colour of a card's edge, by what it says. */
export const TONES = {
  good: 0x23a55a,
  warn: 0xf0b232,
  bad: 0xf23f43,
  waiting: 0x6b87a8,
  neutral: 0x80848e,
} as const;

export type Tone = keyof typeof TONES;
