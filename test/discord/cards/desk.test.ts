import { describe, expect, it } from "vitest";
import type { NamedAlert } from "../../../src/db/queries/alerts.ts";
import { alertCard, alertsCard } from "../../../src/discord/cards/alerts-card.ts";
import { channelAlerts } from "../../../src/discord/cards/channel-alerts.ts";
import { greeting } from "../../../src/discord/cards/greeting.ts";
import { invitation } from "../../../src/discord/cards/invitation.ts";
import { joinModal, reportModal, resolveModal } from "../../../src/discord/cards/modals.ts";
import { type PlatformHealth, platformsCard } from "../../../src/discord/cards/platforms-card.ts";
import { TONES, type Tone } from "../../../src/discord/cards/tones.ts";
import { COMPONENTS_V2, EPHEMERAL } from "../../../src/discord/wire.ts";
import { buttonsOf, colourOf, expectValidModal, faultsOf, textOf } from "./reading.ts";
import { alertRow, NOW } from "./samples.ts";

describe("alertsCard", () => {
  it("gives each alert the buttons its state allows", () => {
    const rows = [
      alertRow({ id: "alr_1" }),
      alertRow({ id: "alr_2", status: "ACKNOWLEDGED", acknowledged_at: NOW }),
      alertRow({ id: "alr_3", status: "RESOLVED", resolved_at: NOW }),
    ];
    expect(buttonsOf(alertsCard(rows, { severity: null, next: null }))).toEqual([
      "Acknowledge → v1:ack:alr_1",
      "Resolve → v1:resolve:alr_1",
      "Resolve → v1:resolve:alr_2",
    ]);
  });

  it.each([
    ["HIGH", "v1:alerts:HIGH:alr_9"],
    [null, "v1:alerts:ALL:alr_9"],
    ["bogus", "v1:alerts:ALL:alr_9"],
  ])("leads to older ones of severity %s", (severity, id) => {
    expect(buttonsOf(alertsCard([alertRow()], { severity, next: "alr_9" }))).toContain(`Older → ${id}`);
  });

  it("leads to the report it is about, and to have it judged again, until it is resolved", () => {
    const about = (id: string, changes = {}) => alertRow({ id, report_id: "rep_1", ...changes });
    const rows = [about("alr_1"), about("alr_2", { status: "RESOLVED", resolved_at: NOW })];
    expect(buttonsOf(alertsCard(rows, { severity: null, next: null })).slice(2)).toEqual([
      "Show → v1:claim:rep_1:alr_1",
      "Recheck → v1:recheck:rep_1:alr_1",
    ]);
  });

  it("has room for five with all their buttons, each a button of its own, also where all are about one report", () => {
    const rows = Array.from({ length: 5 }, (_, i) => alertRow({ id: `alr_${i}`, report_id: "rep_1" }));
    const card = alertsCard(rows, { severity: null, next: "alr_4" });
    const buttons = buttonsOf(card);
    expect(buttons).toHaveLength(21);
    expect(new Set(buttons).size).toBe(21);
    expect(buttons.at(-1)).toBe("Older → v1:alerts:ALL:alr_4");
    expect(faultsOf(card)).toEqual([]);
  });

  it("shows five and counts the rest", () => {
    const rows = Array.from({ length: 6 }, (_, i) => alertRow({ title: `Alert ${i}` }));
    const text = textOf(alertsCard(rows, { severity: null, next: null }));
    expect(text).toContain("Alert 4");
    expect(text).not.toContain("Alert 5");
    expect(text).toContain("… and 1 more");
  });

  it("says that there is nothing to do", () => {
    expect(textOf(alertsCard([], { severity: "HIGH", next: null }))).toContain(
      "no open alerts of severity high",
    );
  });
});

describe("alertCard", () => {
  it("says how grave it is, how often it was seen and what came of it", () => {
    const alert = alertRow({
      status: "RESOLVED",
      count: 3,
      resolved_at: NOW,
      notes: "a *false* alarm",
      report_id: "rep_1",
    });
    const card = alertCard(alert);
    expect(textOf(card)).toBe(
      [
        "✅ **A claim exceeds what the platform shows**",
        "The affiliate claimed 12,000 views.",
        "-# High, fraud · YouTube · 3 times · <t:1780315200:R>",
        "👀 Resolved <t:1780315200:R>: a \\*false\\* alarm",
        "-# `rep_1`",
      ].join("\n"),
    );
    expect(colourOf(card)).toBe(TONES.good);
    expect(card.flags).toBe(COMPONENTS_V2 | EPHEMERAL);
  });
});

describe("whom and what an alert is about", () => {
  const about = {
    affiliate_name: "_Ada_",
    campaign_name: "Summer",
    post_url: "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
  };
  const post = "[YouTube post](https://www.youtube.com/watch?v=dQw4w9WgXcQ)";
  const CARDS = {
    "at the desk": (alert: NamedAlert) => alertsCard([alert], { severity: null, next: null }),
    "by itself": (alert: NamedAlert) => alertCard(alert),
    "in the channel": (alert: NamedAlert) => channelAlerts([alert]),
  };

  it.each(Object.entries(CARDS))("is told by name, below its title: %s", (_, cardOf) => {
    const textFor = (changes: Partial<NamedAlert>) => textOf(cardOf(alertRow(changes)));
    expect(textFor(about)).toContain(
      `shows**\n**\\_Ada\\_** · Summer · ${post}\nThe affiliate claimed 12,000 views.\n-# High, fraud · <t:`,
    );
    expect(textFor({ affiliate_name: "Ada", platform: null })).toContain("shows**\n**Ada**\nThe affiliate");
    expect(textFor({ campaign_name: "Summer" })).toContain("shows**\nSummer\nThe affiliate");
    expect(textFor({ post_url: about.post_url, platform: null })).toContain("shows**\n[post](https://");
    expect(textFor({})).toContain(
      "shows**\nThe affiliate claimed 12,000 views.\n-# High, fraud · YouTube · <t:",
    );
  });
});

describe("an alert that was resolved before", () => {
  it("says who was first, whatever that name holds", () => {
    const alert = alertRow({ status: "RESOLVED", resolved_at: NOW, resolved_by: "admin:`key_1`" });
    const card = alertCard(alert, { late: true });
    expect(textOf(card)).toMatch(/^It was resolved already, by `admin:key_1`\.\n✅ /);
    expect(buttonsOf(card)).toEqual(["All alerts → v1:alerts:ALL:"]);
    const nobody = alertRow({ status: "RESOLVED", resolved_at: NOW, resolved_by: null });
    expect(textOf(alertCard(nobody, { late: true }))).toMatch(/^It was resolved already\.\n/);
  });
});

describe("channelAlerts", () => {
  it("tells the gravest first, without buttons", () => {
    const rows = [
      alertRow({ severity: "LOW", title: "low" }),
      alertRow({ severity: "CRITICAL", title: "critical" }),
      alertRow({ severity: "MEDIUM", title: "medium" }),
    ];
    const card = channelAlerts(rows);
    expect(textOf(card)).toMatch(/^### 🚨 3 new alerts[\s\S]+critical[\s\S]+medium[\s\S]+low/);
    expect(buttonsOf(card)).toEqual([]);
    expect(card.flags).toBe(COMPONENTS_V2);
  });

  it("shows ten and counts the rest", () => {
    const alerts = (n: number) => textOf(channelAlerts(Array.from({ length: n }, () => alertRow())));
    expect(alerts(10)).not.toContain("more");
    expect(alerts(12)).toContain("… and 2 more");
    expect(alerts(1)).toContain("A new alert");
  });
});

describe("platformsCard", () => {
  const well: PlatformHealth = {
    name: "youtube",
    enabled: true,
    configured: true,
    breaker: "closed",
    held: false,
    lastSuccessAt: NOW,
  };

  it.each<[Partial<PlatformHealth>, string, Tone]>([
    [{}, "🟢 **YouTube** answers\n-# Last answer <t:1780315200:R>", "good"],
    [{ breaker: "open" }, "🔴 **YouTube** does not answer, calls are paused", "bad"],
    [{ breaker: "half_open" }, "🟠 **YouTube** is being tried again", "warn"],
    [{ breaker: "unused", lastSuccessAt: null }, "⚪ **YouTube** was not asked yet", "neutral"],
    [
      { breaker: null, lastSuccessAt: null },
      "❔ **YouTube** could not be looked at: its state is not known",
      "warn",
    ],
    [{ held: true, breaker: "open" }, "✋ **YouTube** held by an operator", "warn"],
    [{ configured: false, held: true }, "⚪ **YouTube** has no credentials", "neutral"],
    [{ enabled: false, configured: false }, "💤 **YouTube** switched off", "neutral"],
  ])("%j is %s", (changes, line, tone) => {
    const card = platformsCard([{ ...well, ...changes }]);
    expect(textOf(card)).toContain(line);
    expect(colourOf(card)).toBe(TONES[tone]);
  });

  it("has the colour of the worst", () => {
    expect(colourOf(platformsCard([well, { ...well, breaker: "open" }]))).toBe(TONES.bad);
  });
});

describe("greeting and invitation", () => {
  it("say what appears in the channel", () => {
    expect(textOf(greeting("operators", null))).toContain("New alerts");
    expect(textOf(greeting("campaign", "*Summer*"))).toContain("**\\*Summer\\***");
    expect(textOf(greeting("campaign", null))).toContain("this campaign");
    expect(greeting("operators", null).flags).toBe(COMPONENTS_V2);
  });

  it("lets everybody join", () => {
    expect(buttonsOf(invitation())).toEqual(["Join → v1:join"]);
    expect(invitation().flags).toBe(COMPONENTS_V2);
  });
});

describe("modals", () => {
  const metrics = ["views", "likes", "shares"] as const;
  const form = { url: "https://youtu.be/x", messageId: "1", authorId: "2", metrics };
  const campaigns = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `cmp_${i}`, name: `C ${i}` }));
  const fieldsOf = ({ components }: ReturnType<typeof joinModal>) =>
    components.map((part) => (part.type === 18 ? part.component : null));

  it("asks for the numbers of a post that it is told, beginning with its address", () => {
    const modal = reportModal({ ...form, campaigns: campaigns(2) });
    expectValidModal(modal);
    expect(modal.custom_id).toBe("v1:report:1:2");
    const fields = fieldsOf(modal);
    expect(fields.map((field) => field?.custom_id)).toEqual(["url", "campaign", ...metrics]);
    const labels = modal.components.flatMap((part) => (part.type === 18 ? [part.label] : []));
    expect(labels).toEqual(["Post", "Campaign", "Views", "Likes", "Shares"]);
    const described = modal.components.flatMap((part) =>
      part.type === 18 && part.description !== undefined ? [part.label] : [],
    );
    expect(described).toEqual(["Views"]);
    expect(fields[0]).toMatchObject({ value: "https://youtu.be/x" });
    expect(fields.map((field) => field?.required)).toEqual([true, true, false, false, false]);
  });

  it.each([
    [0, 4],
    [1, 3],
    [25, 3],
    [26, 4],
  ])("of %d campaigns asks by a component of type %d", (n, type) => {
    expect(fieldsOf(reportModal({ ...form, campaigns: campaigns(n) }))[1]).toMatchObject({ type });
  });

  it("has chosen already where there is one campaign only", () => {
    const [, only] = fieldsOf(reportModal({ ...form, campaigns: campaigns(1) }));
    expect(only).toMatchObject({ options: [{ value: "cmp_0", default: true }] });
    const [, several] = fieldsOf(reportModal({ ...form, campaigns: campaigns(2) }));
    expect(JSON.stringify(several)).not.toContain("default");
  });

  it("begins with no address rather than with half of one", () => {
    const long = (length: number) => `https://x.com/${"a".repeat(length - 14)}`;
    const addressOf = (url: string) => fieldsOf(reportModal({ ...form, url, campaigns: campaigns(1) }))[0];
    expect(addressOf(long(2_048))).toHaveProperty("value");
    expect(addressOf(long(2_049))).not.toHaveProperty("value");
  });

  it("asks for notes, and for a new account", () => {
    expect(resolveModal("alr_1").custom_id).toBe("v1:resolve:alr_1");
    expect(fieldsOf(resolveModal("alr_1"))[0]).toMatchObject({
      custom_id: "notes",
      style: 2,
      required: true,
      max_length: 2_000,
    });
    const join = joinModal({ name: "Ada" });
    expect(join.custom_id).toBe("v1:join");
    expect(fieldsOf(join)).toMatchObject([
      { custom_id: "email", max_length: 254 },
      { custom_id: "name", max_length: 200, value: "Ada" },
    ]);
  });
});
