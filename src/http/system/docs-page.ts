/** What a page of the documentation may load: only from our own origin, and scripts only where it has some. */
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** For a page of text. */
export const TEXT_POLICY = `${POLICY}; style-src 'self'; img-src 'self' data:`;

/** For the reference: its library styles what it renders inline, draws with data: images, and calls the API to try it. */
export const REFERENCE_POLICY = `${POLICY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'`;

const PAGES = [
  { path: "/docs", name: "Reference" },
  { path: "/docs/problems", name: "Problems" },
] as const;

export interface DocsPage {
  path: (typeof PAGES)[number]["path"];
  title: string;
  /** HTML for the head, beside the common style sheet. */
  head?: string;
  /** HTML below the bar at the top. */
  body: string;
}

/** One page of the documentation as HTML. */
export function docsPage({ path, title, head = "", body }: DocsPage): string {
  const links = PAGES.map((page) => {
    const current = page.path === path ? ' aria-current="page"' : "";
    return `<a href="${page.path}"${current}>${page.name}</a>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}<link rel="stylesheet" href="/assets/docs.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top"><strong>Claimcheck API</strong> ${links.join(" ")} <a href="/openapi.json">openapi.json</a></header>
${body}
</body>
</html>
`;
}
