/**
 * The text that a process shows under /metrics: Prometheus text format 0.0.4 and OpenMetrics 1.0, as far as values of
 * named series go; types, help, timestamps and exemplars are passed over. The packages on npm for it have no types, or
 * build an object of the whole page, of which a soak needs a few lines each ten seconds for days.
 */
import { type Parsed, parsed, unreadable } from '../base/parsed.ts';

export interface MetricSample {
  name: string;
  labels: ReadonlyMap<string, string>;
  /** May be NaN or infinite. */
  value: number;
}

export interface LabelMatcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  /** Anchored on both sides for =~ and !~, as in PromQL. */
  test: (value: string) => boolean;
}

/** Which samples are meant: `http_requests_total{code=~"5.."}`. */
export interface Selector {
  name: string;
  matchers: LabelMatcher[];
}

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_.]*|"(?:[^"\\]|\\.)*")\s*(?:(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"))?\s*(,|(?=\}))/y;

interface Head {
  name: string;
  labels: { label: string; operator: string; value: string }[];
  /** Where the rest of the text begins. */
  end: number;
}

/** `name{label="value",…}`, also with a quoted name inside the braces; null when it is not of that form. */
function parseHead(text: string): Head | null {
  NAME.lastIndex = 0;
  let name = NAME.exec(text)?.[0] ?? '';
  let at = name.length;
  const labels: Head['labels'] = [];
  if (text[at] === '{') {
    at++;
    while (text[at] !== '}') {
      LABEL.lastIndex = at;
      const found = LABEL.exec(text);
      const [whole, label, operator, value] = found ?? [];
      if (whole === undefined || label === undefined) {
        // A space may stand before the brace, also after a last comma.
        const rest = /^\s*\}/.exec(text.slice(at));
        if (rest === null) return null;
        at += rest[0].length - 1;
        break;
      }
      at += whole.length;
      if (operator !== undefined && value !== undefined) {
        labels.push({ label: unquote(label), operator, value: unquote(value) });
      } else if (name === '' && label.startsWith('"')) {
        name = unquote(label);
      } else {
        return null;
      }
    }
    at++;
  }
  return name === '' ? null : { name, labels, end: at };
}

const unquote = (text: string): string =>
  text.startsWith('"')
    ? text.slice(1, -1).replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    : text;

/** Samples of the named metrics, in the order of the page. Lines that make no sense are passed over. */
export function parseMetricText(text: string, names: ReadonlySet<string>): MetricSample[] {
  const samples: MetricSample[] = [];
  let start = 0;
  while (start < text.length) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === '' || line.startsWith('#') || !mayBeWanted(line, names)) continue;
    const head = parseHead(line);
    if (head === null || !names.has(head.name)) continue;
    const [written] = line.slice(head.end).trim().split(/\s/);
    const value = numberOf(written ?? '');
    if (value === null) continue;
    samples.push({ name: head.name, labels: new Map(head.labels.map(({ label, value }) => [label, value])), value });
  }
  return samples;
}

/** A page may hold thousands of lines for a handful of wanted ones: the name alone rules most out. */
function mayBeWanted(line: string, names: ReadonlySet<string>): boolean {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[0];
  return name === undefined || names.has(name);
}

/** Numbers as in Go: `1.5e3`, `+Inf`, `NaN`; null for anything else. */
export function numberOf(text: string): number | null {
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isNaN(value) ? null : value;
}

/** A metric name with label matchers, as PromQL writes them. */
export function parseSelector(text: string): Parsed<Selector> {
  const head = parseHead(text.trim());
  if (head === null || head.end !== text.trim().length) {
    return unreadable(`"${text}" is not the name of a metric`, 'write for example http_requests_total{code="200"}');
  }
  const matchers: LabelMatcher[] = [];
  for (const { label, operator, value } of head.labels) {
    const test = testOf(operator, value);
    if (test === null) return unreadable(`"${value}" is not a regular expression`, 'put a backslash before ( [ + * ?');
    matchers.push({ label, ...test });
  }
  return parsed({ name: head.name, matchers });
}

function testOf(operator: string, wanted: string): Omit<LabelMatcher, 'label'> | null {
  if (operator === '=') return { operator, test: (value) => value === wanted };
  if (operator === '!=') return { operator, test: (value) => value !== wanted };
  if (operator !== '=~' && operator !== '!~') return null;
  try {
    const pattern = new RegExp(`^(?:${wanted})$`);
    return { operator, test: (value) => pattern.test(value) === (operator === '=~') };
  } catch {
    return null;
  }
}

/** A label that is not there has the empty value, as in PromQL. */
export const matches = ({ name, matchers }: Selector, sample: MetricSample): boolean =>
  sample.name === name && matchers.every(({ label, test }) => test(sample.labels.get(label) ?? ''));
