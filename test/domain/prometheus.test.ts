import { describe, expect, it } from "vitest";
import { renderMetrics } from "../../src/domain/prometheus.ts";

describe("metrics in Prometheus' text format", () => {
  it("names help and type once a family and ends every line, the last one too", () => {
    const text = renderMetrics([
      {
        name: "claimcheck_calls_total",
        type: "counter",
        help: "Calls.",
        samples: [
          { labels: { platform: "x", outcome: "answered" }, value: 3 },
          { labels: { platform: "x", outcome: "outage" }, value: 1 },
        ],
      },
      { name: "claimcheck_age_seconds", type: "gauge", help: "Age.", samples: [{ labels: {}, value: 1.5 }] },
    ]);
    expect(text).toBe(
      [
        "# HELP claimcheck_calls_total Calls.",
        "# TYPE claimcheck_calls_total counter",
        'claimcheck_calls_total{platform="x",outcome="answered"} 3',
        'claimcheck_calls_total{platform="x",outcome="outage"} 1',
        "# HELP claimcheck_age_seconds Age.",
        "# TYPE claimcheck_age_seconds gauge",
        "claimcheck_age_seconds 1.5",
        "",
      ].join("\n"),
    );
  });

  it.each([
    { label: 'a"b', shown: 'a\\"b', why: "a quote ends the label" },
    { label: "a\\b", shown: "a\\\\b", why: "a backslash escapes what follows" },
    { label: "a\nb", shown: "a\\nb", why: "a line feed ends the sample" },
    { label: "ä{},=", shown: "ä{},=", why: "nothing else is special" },
  ])("writes the label $label as $shown: $why", ({ label, shown }) => {
    const samples = [{ labels: { label }, value: 1 }];
    const [, , sample] = renderMetrics([{ name: "m", type: "gauge", help: "", samples }]).split("\n");
    expect(sample).toBe(`m{label="${shown}"} 1`);
  });

  it("escapes a backslash and a line feed in a help text, and no quote", () => {
    const samples = [{ labels: {}, value: 0 }];
    const text = renderMetrics([{ name: "m", type: "gauge", help: 'a\\b\n"c"', samples }]);
    expect(text).toContain('# HELP m a\\\\b\\n"c"\n');
  });

  it("leaves a family without samples out", () => {
    expect(renderMetrics([{ name: "m", type: "gauge", help: "", samples: [] }])).toBe("");
  });
});
