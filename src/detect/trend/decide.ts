import { studentQuantile } from '../distributions.ts';
import { LEAST_SEPARATE } from './evaluate.ts';
import { LONGEST_CYCLE_HOURS } from './explanations.ts';
import type { Answer, Question } from './question.ts';

/** Stands for the prior odds of growth in a run; set on the tuning families of bench/detect, never on the sealed ones. */
const ALPHA = 0.05;

/**
 * Hours below which growth is not called. A resident set may rise for a day before something is collected for the first time;
 * what is read after collections cannot. Latency has to be seen at the same hour of another day or nearly so.
 */
const LEAST_HOURS = { resident: LONGEST_CYCLE_HOURS, collected: 12, drift: 20, unknownLoad: 36 };
/** An onset is placed by the data too, so that what follows it must be seen for some time. */
const LEAST_HOURS_OF_ONSET = 8;
const LEAST_GROWN = 0.012;
const LEAST_DRIFTED = Math.log(1.05);
/** A model errs by a share of what it explains. */
const LEAST_OF_FILLING = 0.06;
/** Growth goes on: the second half of its span alone shows at least this share of it, at this many standard errors. */
export const LEAST_SECOND_HALF = { share: 0.65, z: 1.5 };

/**
 * Twice the log odds that growth must reach against the best other explanation: the prior odds among `series` (as Bonferroni
 * divides an error), and a little more for every time that the hours of asking double.
 */
export const neededEvidence = (series: number, spanHours: number): number =>
  2 * Math.log(Math.max(1, series) / ALPHA) + Math.log1p(spanHours / 8);

/** Odds of 20 to 1, as twice a logarithm: what no price of a rival makes up for. */
const CLEAR = 6;

/**
 * What the evidence of an answer must reach. A rival that explains a series only by something rare has paid for that already,
 * and it is not asked of growth again: where a sawtooth is out of the question, CLEAR is enough.
 */
export function evidenceNeeded({ rarity, spanHours }: Answer, { collected }: Question, series: number): number {
  const needed = neededEvidence(series, spanHours);
  return collected ? Math.min(needed, Math.max(CLEAR, needed - rarity)) : needed;
}

/** A gate that growth has to pass before it is called. */
export type Gate =
  | 'evidence'
  | 'interval'
  | 'staircase'
  | 'size'
  | 'lasting'
  | 'separable'
  | 'time'
  | 'onset'
  | 'cycles';

/** Gates that an answer does not pass (yet); growth is called when there is none for some hours. */
export function closedGates(answer: Answer, question: Question, series: number): Gate[] {
  const drift = question.kind === 'drift';
  const { spanHours, evidence, grown, noiseSpread, fillingSize, secondHalf, separateShare, onsetHour } = answer;
  const leastGrown = drift ? LEAST_DRIFTED : Math.max(LEAST_GROWN, noiseSpread, LEAST_OF_FILLING * fillingSize);
  const gates: [Gate, boolean][] = [
    ['evidence', answer.finding === 'growth' && evidence >= evidenceNeeded(answer, question, series)],
    ['interval', lowestRate(answer) > 0],
    ['size', grown >= leastGrown],
    ['lasting', secondHalf.share >= LEAST_SECOND_HALF.share && secondHalf.z >= LEAST_SECOND_HALF.z],
    ['separable', separateShare >= LEAST_SEPARATE],
    ['time', spanHours >= leastHours(question, answer.collected)],
    ['onset', onsetHour === 0 || spanHours - onsetHour >= LEAST_HOURS_OF_ONSET],
    ['staircase', answer.staircase === null || goesOn(answer.staircase, spanHours - onsetHour)],
    ['cycles', !isTakenBack(answer, drift) && (drift || question.collected || !isUnderOneCycle(answer))],
  ];
  return gates.flatMap(([gate, isOpen]) => (isOpen ? [] : [gate]));
}

/** Gates that say that something else was seen, not that too little was: what was called is taken back. */
export const CONTRADICTING: readonly Gate[] = ['staircase', 'cycles'];

const LEAST_STAIRS = 8;
const LATEST_STAIR = 0.25;

/** A pool that keeps what peaks needed rises seldom, and then no more; what leaks goes on. */
const goesOn = ({ rises, sinceHours }: { rises: number; sinceHours: number }, grownHours: number): boolean =>
  rises >= LEAST_STAIRS && sinceHours <= LATEST_STAIR * grownHours;

/** Lower end of the 95 % interval of the growth. */
const lowestRate = ({ ratePerHour, rateError, degrees }: Answer): number =>
  ratePerHour - studentQuantile(0.975, degrees) * rateError;

/** Hours of a run before which growth of this series cannot be called. */
export function leastHours({ load, kind }: Question, collected: boolean): number {
  if (load === null) return LEAST_HOURS.unknownLoad;
  if (kind === 'drift') return LEAST_HOURS.drift;
  return collected ? LEAST_HOURS.collected : LEAST_HOURS.resident;
}

/** Floors of a sawtooth say nothing of growth before there are some. */
const LEAST_FALLS = 3;
/** A fall that takes back this share of what had grown since the one before is part of a cycle. */
const SHARE_TAKEN_BACK = 0.4;
/** Steps down that take back this share of all that grew leave no growth. */
const SHARE_LEFT = 0.5;
/** Two signs of one fall: as it was seen, and as a step of the model. */
const SAME_FALL_HOURS = 1.5;

/**
 * A rise that was followed by a like fall, once or twice, is a sawtooth as well as it is growth, until a whole cycle has passed
 * without a fall. After more falls the floors are known, but a model that needs steps down to rise has not seen growth.
 */
function isUnderOneCycle(answer: Answer): boolean {
  const { steps, level, ratePerHour, onsetHour, spanHours } = answer;
  const down = stepsDown(steps).filter(({ hour }) => hour > onsetHour);
  // A fall that the model of growth does without was the load's.
  const collections = answer.hasCollections ? answer.collections.filter(({ hour }) => hour > onsetHour) : [];
  const falls = merged([...collections, ...down]);
  const cycle = LEAST_HOURS.resident;
  const perHour = ratePerHour * level;
  const gaps = falls.map(({ hour }, at) => ({
    before: hour - (falls[at - 1]?.hour ?? onsetHour),
    after: (falls[at + 1]?.hour ?? spanHours) - hour,
  }));
  const substantial = falls.filter(({ size }, at) => {
    const { before = 0, after = 0 } = gaps[at] ?? {};
    return before < cycle && after < cycle && size > SHARE_TAKEN_BACK * perHour * Math.max(before, after);
  });
  return (substantial.length > 0 && substantial.length < LEAST_FALLS) || isOneEdge(answer);
}

/** A growth that began after a fall must outlast the rises between the falls before it by this factor. */
const LONGER = 1.3;

/** What began to grow after a fall may be the next rise of a sawtooth, for as long as such rises last. */
function isOneEdge({ steps, collections, onsetHour, spanHours }: Answer): boolean {
  if (onsetHour === 0) return false;
  const before = merged([...collections, ...stepsDown(steps)]).filter(({ hour }) => hour <= onsetHour);
  const last = before.at(-1);
  if (last === undefined || before.length < 2) return false;
  const longest = Math.max(...before.map(({ hour }, at) => hour - (before[at - 1]?.hour ?? 0)));
  return spanHours - last.hour < LONGER * longest;
}

/** Steps down that take back much of what the model lets grow: it has not seen growth, it needs them to rise. */
function isTakenBack(answer: Answer, drift: boolean): boolean {
  const { steps, level, grown, onsetHour } = answer;
  const down = stepsDown(steps).filter(({ hour }) => hour > onsetHour);
  // Beside collections two steps down are enough: they mend a sawtooth that the model has not got right.
  const enough = drift ? 1 : answer.hasCollections ? LEAST_FALLS - 1 : LEAST_FALLS;
  const takenBack = down.reduce((sum, { size }) => sum + size, 0) / (drift ? 1 : level);
  return down.length >= enough && takenBack > (1 - SHARE_LEFT) * grown;
}

/** A step up that a like step down takes back soon is one passing thing, and no edge of a sawtooth. */
const BUMP_HOURS = 13;
const LIKE = 0.4;

const withoutBumps = (steps: Answer['steps']): Answer['steps'] =>
  steps.filter(({ hour, size }) => {
    const isPartner = (other: { hour: number; size: number }): boolean =>
      Math.sign(other.size) === -Math.sign(size) &&
      Math.abs(other.hour - hour) <= BUMP_HOURS &&
      (size > 0 ? other.hour > hour : other.hour < hour) &&
      Math.abs(Math.abs(other.size) - Math.abs(size)) < LIKE * Math.abs(size);
    return !steps.some(isPartner);
  });

/** Steps down that no like step up belongs to, by how far they fall. */
const stepsDown = (steps: Answer['steps']): { hour: number; size: number }[] =>
  withoutBumps(steps).flatMap(({ hour, size }) => (size < 0 ? [{ hour, size: -size }] : []));

function merged(falls: readonly { hour: number; size: number }[]): { hour: number; size: number }[] {
  const kept: { hour: number; size: number }[] = [];
  for (const fall of falls.toSorted((a, b) => a.hour - b.hour)) {
    const last = kept.at(-1);
    if (last === undefined || fall.hour - last.hour > SAME_FALL_HOURS) kept.push({ ...fall });
    else last.size = Math.max(last.size, fall.size);
  }
  return kept;
}
