/**
 * Whether a host is a domain or one below it, compared at the dot: evilreddit.com and reddit.com.evil.test are
 * not within reddit.com. For vendors that use more names below their domain than anyone can list.
 */
export function isWithin(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
