import { plainText } from "../../domain/connected-account.ts";

/** The page may load its style sheet and nothing else. */
export const PAGE_POLICY =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'self'; img-src data:";

export interface ConnectPage {
  title: string;
  good: boolean;
  /** Sentences of ours; a platform's words may stand in them. */
  lines: readonly string[];
  accounts: readonly { name: string; platformName: string }[];
}

/** What a browser shows after the visitor came back from a platform's page of consent. */
export function connectPage({ title, good, lines, accounts }: ConnectPage): string {
  const items = accounts.map(
    ({ name, platformName }) =>
      `<li><strong><bdi>${escaped(name)}</bdi></strong> <span>${escaped(platformName)}</span></li>`,
  );
  const list = items.length === 0 ? "" : `<ul>${items.join("")}</ul>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Claimcheck</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/connect.css">
</head>
<body>
<main class="${good ? "good" : "bad"}">
<p class="brand">Claimcheck</p>
<h1><span class="mark" aria-hidden="true">${good ? "✓" : "!"}</span> ${escaped(title)}</h1>
${list}
${lines.map((line) => `<p>${escaped(line)}</p>`).join("\n")}
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
