import { nearest } from '../base/nearest.ts';
import { type Alert, OWN_LABELS } from '../model/alert.ts';
import { matchesLabels } from '../model/label-match.ts';

/** Labels of alerts about soakd itself, beside those of runs. */
const LABELS_OF_SOAKD = ['entry', 'channel'];

type Labelled = Pick<Alert, 'state' | 'labels'>;

/**
 * What a person should be told who silences by labels that no alert has: most likely one is misspelt, and the silence will
 * hide nothing. Null where nothing is odd. `alerts` are those that are known, open and resolved ones.
 */
export function silenceWarning(matchers: Readonly<Record<string, string>>, alerts: readonly Labelled[]): string | null {
  if (alerts.some(({ state, labels }) => state !== 'resolved' && matchesLabels(matchers, labels))) return null;
  const known = new Set([...OWN_LABELS, ...LABELS_OF_SOAKD, ...alerts.flatMap(({ labels }) => Object.keys(labels))]);
  const strange = Object.keys(matchers).filter((label) => !known.has(label));
  if (strange.length === 0) return null;
  const named = strange.map((label) => {
    const like = nearest(label, known);
    return like === null ? label : `${label} (did you mean ${like}?)`;
  });
  return `it fits no open alert, and no alert so far has the label ${named.join(', ')}`;
}
