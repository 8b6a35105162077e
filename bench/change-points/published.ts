/**
 * Scores that van den Burg and Williams published for the thirty series of one dimension and without gaps that may be
 * redistributed, quality control included: means over the per-series files `analysis/output/scores/*.json` of
 * github.com/alan-turing-institute/TCPDBench. `default`: as the authors of each method ship it. `best`: the parameters that do
 * best on each series, chosen with the marks in sight.
 */
/** In percent. */
export interface PublishedScores {
  readonly method: string;
  readonly default: { readonly f1: number; readonly covering: number };
  readonly best: { readonly f1: number; readonly covering: number } | null;
}

export const PUBLISHED: readonly PublishedScores[] = [
  { method: 'none at all (ZERO)', default: { f1: 66.8, covering: 57.5 }, best: null },
  { method: 'BINSEG', default: { f1: 73.8, covering: 69.3 }, best: { f1: 88.3, covering: 78.3 } },
  { method: 'PELT', default: { f1: 72.8, covering: 69.5 }, best: { f1: 87.3, covering: 78.1 } },
  { method: 'AMOC', default: { f1: 69.9, covering: 69.7 }, best: null },
  { method: 'BOCPD', default: { f1: 69.6, covering: 63.6 }, best: { f1: 89, covering: 78.9 } },
  { method: 'E-Divisive (ECP)', default: { f1: 63.2, covering: 55.3 }, best: { f1: 80.8, covering: 73.3 } },
];
