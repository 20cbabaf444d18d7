import { NUMBER_TUNABLES, SECRETS, TEXT_TUNABLES } from "../config.ts";
import { ADAPTERS } from "../platforms/registry.ts";
import { urlVariables } from "../platforms/settings.ts";

const row = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;

const ADDRESSES = {
  api: "Where posts are read",
  authorize: "Where people grant access",
  token: "Where tokens are exchanged",
} as const;

/** docs/configuration.md; a test keeps the file equal to it. */
export function configurationPage(): string {
  const numbers = Object.entries(NUMBER_TUNABLES).map(([name, tunable]) =>
    row([`\`${name}\``, tunable.default, tunable.unit, `${tunable.min} to ${tunable.max}`, tunable.about]),
  );
  const texts = Object.entries(TEXT_TUNABLES).map(([name, tunable]) =>
    row([`\`${name}\``, tunable.default === "" ? "" : `\`${tunable.default}\``, tunable.about]),
  );
  const platforms = ADAPTERS.flatMap((adapter) => {
    const { displayName, secrets: needed, optionalSecrets = {} } = adapter;
    return [
      ...urlVariables(adapter).map(({ name, of, default: url }) =>
        row([displayName, `\`${name}\``, `${ADDRESSES[of]}; default \`${url}\``]),
      ),
      ...Object.entries(needed).map(([name, about]) => row([displayName, `\`${name}\``, `Secret. ${about}`])),
      ...Object.entries(optionalSecrets).map(([name, about]) =>
        row([displayName, `\`${name}\``, `Secret, optional. ${about}`]),
      ),
    ];
  });
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

Set with \`npx wrangler secret put NAME --env production\`, never in a file.

| secret | meaning |
|---|---|
${secrets.join("\n")}

## Platforms

Told by each adapter in \`src/platforms\`. Addresses are variables like those above; secrets are set like those above. A
platform without its secrets is put off, not broken: its reports wait until they are there. How to get them is in
[integrations.md](integrations.md).

| platform | variable | meaning |
|---|---|---|
${platforms.join("\n")}

## Local only

| variable | default | meaning |
|---|---|---|
| \`PORT\` | 8787 | Port of the Worker that \`npm start\` runs. |
| \`SIM_PORT\` | 8788 | Port of the simulated platforms. |
| \`SIM_SEED\` | \`claimcheck\` | What the simulator makes unknown posts up from. |
| \`CRON_SECONDS\` | 60 | How often \`npm start\` ticks the cron. |
`;
}
