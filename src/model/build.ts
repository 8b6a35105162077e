import type { Run } from './run.ts';

/** Labels that name what was soaked, the first that is there. */
const BUILD_LABELS = ['build', 'commit', 'version'] as const;

/**
 * The build that a run judges, as whoever started it labelled it; null when nobody did. What samplers see of the target tells
 * one process from another, not one build from another, so nothing is guessed from it.
 */
export function buildOf({ labels }: Pick<Run, 'labels'>): string | null {
  const key = BUILD_LABELS.find((label) => (labels[label] ?? '') !== '');
  return key === undefined ? null : (labels[key] ?? null);
}

/** The commit behind it, lower case: a label `commit`, else a `build` that is one (SHA-1 or SHA-256, 7 digits or more); null when there is none. */
export function commitOf({ labels }: Pick<Run, 'labels'>): string | null {
  const found = [labels.commit, labels.build].find((text) => text !== undefined && /^[0-9a-f]{7,64}$/i.test(text));
  return found?.toLowerCase() ?? null;
}

/** Is it the build that is asked for? Commits may be given short, by seven digits or more. */
export function isBuild({ labels }: Pick<Run, 'labels'>, asked: string): boolean {
  return BUILD_LABELS.some((label) => {
    const own = labels[label];
    if (own === undefined) return false;
    if (own === asked) return true;
    const [short = '', long = ''] = [own.toLowerCase(), asked.toLowerCase()].toSorted((a, b) => a.length - b.length);
    return /^[0-9a-f]{7,64}$/.test(short) && /^[0-9a-f]{7,64}$/.test(long) && long.startsWith(short);
  });
}
