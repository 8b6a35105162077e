import type { NewEvent } from '../model/run.ts';

/**
 * Who was read last, by source, as the events of a run tell: a process that carries on with a run then still sees that
 * the target was restarted while nobody looked. Events in order of time.
 */
export function knownIdentities(events: readonly Pick<NewEvent, 'kind' | 'data'>[]): Map<string, string> {
  const known = new Map<string, string>();
  for (const { kind, data } of events) {
    if (kind !== 'target_identified' && kind !== 'target_restarted') continue;
    if (typeof data.source === 'string' && typeof data.identity === 'string') known.set(data.source, data.identity);
  }
  return known;
}
