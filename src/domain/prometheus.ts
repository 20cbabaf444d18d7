/** One sample: its labels in the order they are shown, and its value. */
export interface Sample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** One metric with all its samples. */
export interface MetricFamily {
  /** `[a-zA-Z_:][a-zA-Z0-9_:]*`; a counter's ends in `_total`, and a unit comes last: `_seconds`. */
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: readonly Sample[];
}

/** The media type of {@link renderMetrics}. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" };

const escaped = (text: string, special: RegExp) => text.replace(special, (mark) => ESCAPES[mark] ?? mark);

function renderSample(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text, /[\\"\n]/g)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

/**
 * Metrics in Prometheus' text format: help and type once a family, a family's samples together, a line feed at the end
 * of every line. A family without samples is left out.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderMetrics(families: readonly MetricFamily[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${escaped(help, /[\\\n]/g)}`,
      `# TYPE ${name} ${type}`,
      ...samples.map((sample) => renderSample(name, sample)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
