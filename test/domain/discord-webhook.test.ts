import { describe, expect, it } from "vitest";
import { parseDiscordWebhook } from "../../src/domain/discord-webhook.ts";

const ID = "775799577604522054";
const TOKEN = `tok_-${"x".repeat(63)}`;
const address = (host = "discord.com", path = `/api/webhooks/${ID}/${TOKEN}`) => `https://${host}${path}`;

describe("the address of a webhook", () => {
  it.each([
    address(),
    address("canary.discord.com"),
    address("ptb.discord.com"),
    address("discordapp.com"),
    address("discord.com", `/api/v10/webhooks/${ID}/${TOKEN}`),
    address("discord.com", `/api/v9/webhooks/${ID}/${TOKEN}`),
  ])("is read: %s", (url) => {
    expect(parseDiscordWebhook(url)).toEqual({ id: ID, token: TOKEN });
  });

  it.each([
    { digits: 16, taken: false },
    { digits: 17, taken: true },
    { digits: 20, taken: true },
    { digits: 21, taken: false },
  ])("with an id of $digits digits is taken: $taken", ({ digits, taken }) => {
    const parsed = parseDiscordWebhook(
      address("discord.com", `/api/webhooks/${"7".repeat(digits)}/${TOKEN}`),
    );
    expect("id" in parsed).toBe(taken);
  });

  it.each([
    { length: 0, taken: false },
    { length: 1, taken: true },
    { length: 200, taken: true },
    { length: 201, taken: false },
  ])("with a token of $length characters is taken: $taken", ({ length, taken }) => {
    const parsed = parseDiscordWebhook(address("discord.com", `/api/webhooks/${ID}/${"t".repeat(length)}`));
    expect("token" in parsed).toBe(taken);
  });

  const path = `/api/webhooks/${ID}/${TOKEN}`;
  it.each([
    { why: "nothing", url: "", reason: "must be an address" },
    { why: "no address", url: `discord.com${path}`, reason: "must be an address" },
    { why: "longer than any", url: `${address()}?${"q".repeat(300)}`, reason: "must be an address" },
    { why: "not encrypted", url: `http://discord.com${path}`, reason: "must begin with https://" },
    { why: "another scheme", url: `javascript://discord.com${path}`, reason: "must begin with https://" },
    ...[
      ["another host", "evil.example"],
      ["a host below", "discord.com.evil.example"],
      ["a host that ends alike", "notdiscord.com"],
      ["another host of Discord's", "cdn.discord.com"],
      ["a former host's neighbour", "ptb.discordapp.com"],
      ["a look-alike", "disc\u043erd.com"],
      ["a trailing dot", "discord.com."],
      ["a user before another host", "discord.com@evil.example"],
      ["an address by number", "127.0.0.1"],
    ].map(([why, host]) => ({ why, url: address(host), reason: "must be an address on discord.com" })),
    ...[
      ["an invitation", "/invite/abc"],
      ["an interaction's callback", `/api/v10/interactions/${ID}/${TOKEN}/callback`],
      ["no token", `/api/webhooks/${ID}`],
      ["an empty token", `/api/webhooks/${ID}/`],
      ["a trailing slash", `${path}/`],
      ["its Slack form", `${path}/slack`],
      ["its GitHub form", `${path}/github`],
      ["a message of it", `${path}/messages/1`],
      ["a version that is none", `/api/v/webhooks/${ID}/${TOKEN}`],
      ["an id that is none", `/api/webhooks/seven/${TOKEN}`],
      ["a token with other characters", `/api/webhooks/${ID}/tok%2Fen`],
      ["a path in capitals", `/API/webhooks/${ID}/${TOKEN}`],
    ].map(([why, tail]) => ({
      why,
      url: address("discord.com", tail),
      reason: "must be the address of a webhook",
    })),
    ...[
      ["a query", `${address()}?wait=true`],
      ["an empty query", `${address()}?`],
      ["a fragment", `${address()}#x`],
      ["a user", address(`user@discord.com`)],
      ["a password", address(`user:pass@discord.com`)],
      ["another port", address("discord.com:8443")],
      ["the usual port", address("discord.com:443")],
      ["blanks around", ` ${address()} `],
      ["a line break inside", address("discord.com", `/api/webhooks/${ID}/\n${TOKEN}`)],
      ["back slashes", address("discord.com", `\\api\\webhooks\\${ID}\\${TOKEN}`)],
      ["steps that lead back", address("discord.com", `/x/..${path}`)],
    ].map(([why, url = ""]) => ({ why, url, reason: "must be the address of a webhook and nothing else" })),
  ])("is none of: $why", ({ url, reason }) => {
    expect(parseDiscordWebhook(url)).toEqual({ reason });
  });
});
