import type { NewEvent } from '../model/run.ts';

/** Events that tell who a source is. */
export const IDENTITY_KINDS: readonly string[] = [
  'target_identified',
  'target_restarted',
  'dependency_identified',
  'dependency_restarted',
];

/**
 * Who was read last, by source, as the events of a run tell: a process that carries on with a run then still sees that
 * it was restarted while nobody looked. Events in order of time.
 */
export function knownIdentities(events: readonly Pick<NewEvent, 'kind' | 'data'>[]): Map<string, string> {
  const known = new Map<string, string>();
  for (const { kind, data } of events) {
    if (!IDENTITY_KINDS.includes(kind)) continue;
    if (typeof data.source === 'string' && typeof data.identity === 'string') known.set(data.source, data.identity);
  }
  return known;
}
