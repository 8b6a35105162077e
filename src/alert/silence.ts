import type { Silence } from '../model/alert.ts';

/** Does a silence hold at an instant? */
export const isActive = ({ fromMs, untilMs, endedMs }: Silence, atMs: number): boolean =>
  fromMs <= atMs && atMs < Math.min(untilMs, endedMs ?? untilMs);

/** Do all matchers of a silence fit the labels? `*` in a value stands for any text. */
export const fits = (matchers: Silence['matchers'], labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(matchers).every(([name, wanted]) => pattern(wanted).test(labels[name] ?? ''));

function pattern(wanted: string): RegExp {
  const parts = wanted.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
