import type { Verdict } from '../model/verdict.ts';
import type { RunRows } from '../verdict/rows.ts';

/** The headline in two: `failed` and why; of a rehearsal `rehearsed: would fail` and why. */
export function headlineOf(
  { series }: Pick<RunRows, 'series'>,
  { headline }: Verdict,
): { outcome: string; why: string } {
  const [, outcome = '', why = ''] = /^(rehearsed: [^:]+|[^:]+)(?:: (.*))?$/s.exec(headline) ?? [];
  return { outcome, why: sentence(why, series) };
}

/** A capital for a word, and none for a name: `agent.rss_bytes` and the source `agent` are written as they are. */
function sentence(words: string, series: RunRows['series']): string {
  const first = /^[a-z]+(?=[\s,:;]|$)/.exec(words)?.[0];
  const plain = first !== undefined && !series.some(({ source }) => source === first);
  return plain ? `${words.charAt(0).toUpperCase()}${words.slice(1)}.` : `${words}.`;
}
