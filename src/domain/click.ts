/** A person, or suspected automation: a bot by its own account, a data centre, a rate no person reaches. */
export type ClickKind = "human" | "automated";

/** One followed link, as the edge saw it. Short names: hundreds of these share a message. */
export interface Click {
  /** The code of the link. */
  l: string;
  /** The campaign. */
  c: string;
  /** When, ms UTC. */
  t: number;
  k: ClickKind;
  /** Who, as 11 characters of base64url: a hash that is salted anew each UTC day. */
  v: string;
  /** The AS number of the network; null if it is not known. */
  n: number | null;
}

/** Clicks on their way to be counted. The message may come twice; its id is counted once. */
export interface ClickMessage {
  v: 1;
  kind: "clicks";
  /** `clk_…`, rising with time. */
  id: string;
  clicks: Click[];
}

/** Most clicks of one message: about 50 of the 128 kB that Queues takes. */
export const CLICKS_PER_MESSAGE = 500;

/** The queue of clicks, as the edge sees it. */
export interface ClickQueue {
  /** @throws if the queue does not take it */
  send(message: ClickMessage): Promise<void>;
}
