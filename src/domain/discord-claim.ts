/** Which interaction made a claim, and how whoever sent it is told the verdict. */
export interface DiscordClaim {
  interactionId: string;
  /** The interaction's token, sealed; null where no key seals. */
  token: string | null;
  /** ms UTC */
  tokenExpiresAt: number;
}
