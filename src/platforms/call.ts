/**
 * How a call to a vendor failed, saying nothing about what was asked:
 *
 * - `rate_limited`: refused for now
 * - `unauthorised`: our credential is missing, wrong or expired
 * - `outage`: network failure, timeout, 5xx
 * - `unreadable`: an answer that is not the vendor's documented shape
 */
export type CallFailure = "rate_limited" | "unauthorised" | "outage" | "unreadable";

/** The network as an adapter sees it. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** Addresses of a vendor, each scheme and host without a trailing slash. */
export interface VendorUrls {
  /** The API that posts are read from. */
  api: string;
  /** Where a person grants access, if the platform has connected accounts by OAuth. */
  authorize?: string;
  /** Where tokens are exchanged, if not at `api`. */
  token?: string;
}
