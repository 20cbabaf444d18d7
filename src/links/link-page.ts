import type { LinkState } from "../domain/tracked-link.ts";

/** Why a request was not redirected. */
export type PageReason = Exclude<LinkState, "open"> | "unknown" | "unavailable" | "method";

interface Page {
  status: number;
  title: string;
  text: string;
}

const PAGES: Readonly<Record<PageReason, Page>> = {
  unknown: {
    status: 404,
    title: "There is no such link",
    text: "It may have been copied in part. Go back to where you found it and try again.",
  },
  paused: {
    status: 404,
    title: "This link is paused",
    text: "It leads nowhere at the moment, and may work again later.",
  },
  not_begun: {
    status: 404,
    title: "This link does not work yet",
    text: "What it leads to has not begun. Try again later.",
  },
  no_destination: {
    status: 404,
    title: "This link does not work yet",
    text: "Nobody has said yet where it leads. Try again later.",
  },
  ended: { status: 410, title: "This offer has ended", text: "The link will not work again." },
  unavailable: {
    status: 503,
    title: "This takes longer than it should",
    text: "The fault is ours. Try the link again in a few seconds.",
  },
  method: { status: 405, title: "A link can only be followed", text: "Open it in a browser." },
};

const RETRY_AFTER_SECONDS = 3;

/** The page may load its style sheet and nothing else. */
const POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'; img-src data:";

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": POLICY,
  "Content-Type": "text/html; charset=utf-8",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "X-Robots-Tag": "noindex",
};

/** What a browser shows in the place of a destination. Nothing of the request is in it. */
export function linkPage(reason: PageReason): Response {
  const { status, title, text } = PAGES[reason];
  const headers = new Headers(HEADERS);
  if (reason === "method") headers.set("Allow", "GET, HEAD");
  if (reason === "unavailable") headers.set("Retry-After", String(RETRY_AFTER_SECONDS));
  return new Response(htmlOf(title, text), { status, headers });
}

const htmlOf = (title: string, text: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/connect.css">
</head>
<body>
<main class="bad">
<p class="brand">Claimcheck</p>
<h1><span class="mark" aria-hidden="true">!</span> ${title}</h1>
<p>${text}</p>
</main>
</body>
</html>
`;
