import { NUMBER_TUNABLES, SECRETS, TEXT_TUNABLES } from "../config.ts";

const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;

/** docs/configuration.md; a test keeps the file equal to it. */
export function configurationPage(): string {
  const numbers = Object.entries(NUMBER_TUNABLES).map(([name, tunable]) =>
    row([`\`${name}\``, tunable.default, tunable.unit, `${tunable.min} to ${tunable.max}`, tunable.about]),
  );
  const texts = Object.entries(TEXT_TUNABLES).map(([name, tunable]) =>
    row([`\`${name}\``, `\`${tunable.default}\``, tunable.about]),
  );
  const secrets = Object.entries(SECRETS).map(([name, about]) => row([`\`${name}\``, about]));
  return `# Configuration

Generated from \`src/config.ts\` by \`npm run docs:config\`; a test fails when the two differ.

Every value is an environment variable: \`[vars]\` of the environment in \`wrangler.toml\`, or, for \`npm start\`, the shell's.
All of them are checked when the Worker starts; one that is out of bounds fails every request with a log line that
names it. What a campaign may decide for itself (the judge's policy, the observation interval) is set through the API.

## Numbers

| variable | default | unit | bounds | meaning |
|---|---|---|---|---|
${numbers.join("\n")}

## Texts

| variable | default | meaning |
|---|---|---|
${texts.join("\n")}

## Secrets

Set with \`npx wrangler secret put NAME --env production\`, never in a file. A platform without its secret is put off, not
broken: its reports wait until the secret is there.

| secret | meaning |
|---|---|
${secrets.join("\n")}

## Local only

| variable | default | meaning |
|---|---|---|
| \`PORT\` | 8787 | Port of the Worker that \`npm start\` runs. |
| \`SIM_PORT\` | 8788 | Port of the simulated platforms. |
| \`SIM_SEED\` | \`claimcheck\` | What the simulator makes unknown posts up from. |
| \`CRON_SECONDS\` | 60 | How often \`npm start\` ticks the cron. |
`;
}
