/** What was found of a series, said to the engineer who reads it at night. */
import { firstFrom } from './bins.ts';
import { closedGates, type Gate, LEAST_SECOND_HALF, leastHours } from './decide.ts';
import { LEAST_HOURS } from './evaluate.ts';
import type { Answer, Question } from './question.ts';

/** Percent per 24 h with its 95 % interval. */
interface Rate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** What the sentence is about; every finding is one. */
export interface Told {
  readonly verdict: 'insufficient' | 'stable' | 'growing' | 'suspect' | 'leak' | 'drift' | 'not_separable';
  readonly growthPercentPer24h: Rate | null;
  readonly detectablePercentPer24h: number | null;
  readonly exhaustion: { readonly hour: number } | null;
  readonly answer: Answer | null;
}

/** When it was asked, and beside how many series. */
export interface Asked {
  readonly hour: number;
  readonly seriesCount: number;
}

/** How a step is named. */
const STEP = /^a step at /;

/** Twice the log odds of one clock against the other from which on it is named. */
const CLEAR_CLOCK = 6;

/** One sentence: what was seen, what was ruled out or explains it, and what is missing where something is. */
export function whyOf(told: Told, question: Question, asked: Asked): string {
  const { verdict, answer } = told;
  if (answer === null) return whyInsufficient(question, asked.hour);
  const closed = closedGates(answer, question, asked.seriesCount);
  switch (verdict) {
    case 'insufficient':
      return whyOpen(told, answer);
    case 'stable':
      return whyStable(told, answer, question, closed);
    case 'growing':
      if (answer.finding !== 'growth') return whyFilling(answer);
      return closed.includes('evidence')
        ? `${grows(told, question)}, but ${missing(answer, question, closed)}.`
        : `${grows(told, question)}${ruledOut(answer, question)}, but ${missing(answer, question, closed)}.`;
    case 'suspect':
      return `${grows(told, question)}${ruledOut(answer, question)}; it is called when the next hours say the same.`;
    case 'leak':
    case 'drift':
      return `${grows(told, question)}${since(answer, question)}${ruledOut(answer, question)}${until(told, asked)}.`;
    case 'not_separable':
      return whyNotSeparable(question);
  }
}

function whyInsufficient({ readings, kind }: Question, untilHour: number): string {
  let count = 0;
  let below = 0;
  let first = 0;
  let last = 0;
  for (const [at, hour] of readings.hours.entries()) {
    if (hour >= untilHour) break;
    const value = readings.values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    // Nothing takes no time at all.
    if (kind === 'drift' && value <= 0) {
      below++;
      continue;
    }
    if (count++ === 0) first = hour;
    last = hour;
  }
  if (count === 0) return below > 0 ? 'No sample is above 0.' : 'There is no sample.';
  const seen = count === 1 ? 'There is one sample' : `There are ${count} samples over ${hours(last - first)}`;
  return untilHour < LEAST_HOURS || last - first < LEAST_HOURS
    ? `${seen}; at least ${LEAST_HOURS} h are needed.`
    : `${seen}, too sparse or too interrupted to judge: a quarter of the time must be sampled, without warm-up and outages.`;
}

/** Explained, and not over. */
const whyFilling = ({ rival, fillingPerDay, spanHours }: Answer): string =>
  `It still rises by ${percent(100 * fillingPerDay)} a day, as ${namesOf(rival) ?? 'what fills'} would; ${hours(spanHours)} are too short to tell that from a leak.`;

/** Enough samples, and still room for a growth that matters. */
function whyOpen({ growthPercentPer24h: rate }: Told, { rival, spanHours }: Answer): string {
  const movers = namesOf(rival);
  const seen = movers === null ? 'Nothing else is needed to explain it' : `What moves it may be ${movers}`;
  if (rate === null) return `${seen}; ${hours(spanHours)} do not tell growth from it.`;
  return `${seen}, but after ${hours(spanHours)} anything from ${rounded(rate.low)} to ${percent(rate.high)} a day is possible beside it.`;
}

function whyStable(told: Told, answer: Answer, question: Question, closed: readonly Gate[]): string {
  const seeable = wouldBeSeen(told);
  if (answer.finding === 'constant') {
    const span = hours(answer.spanHours);
    return isUnmoved(question, answer)
      ? `It stayed the same for ${span}.`
      : `Its level stayed the same for ${span}, but for passing moves.`;
  }
  if (told.growthPercentPer24h === null)
    return 'Nothing is left to explain beside the load, but that moves along with time, so that growth cannot be told from it.';
  if (answer.finding === 'nothing') {
    const movers = namesOf(known(question, answer.rival));
    const rate = told.growthPercentPer24h;
    const seen = rate !== null && rate.high < 0 ? `It falls by ${percent(-rate.estimate)} a day` : 'Nothing grows';
    return `${seen}${movers === null ? '' : `, and what moves it is ${movers}`}${seeable}.`;
  }
  if (answer.finding === 'explained') {
    const movers = namesOf(known(question, answer.rival));
    return movers === null
      ? `What rises is no more than its usual ups and downs${seeable}.`
      : `What rises is explained by ${movers} at least as well as by growth${seeable}.`;
  }
  if (closed.includes('lasting') && answer.secondHalf.share >= LEAST_SECOND_HALF.share)
    return `${wouldFit(told)}, but its second half alone does not show it yet${seeable}.`;
  if (closed.includes('lasting')) return `It rose, but no longer does: later hours added little or nothing${seeable}.`;
  if (closed.includes('staircase') && answer.staircase !== null)
    return `It rose ${answer.staircase.rises} times and never fell, as a pool does that keeps what a peak needed${seeable}.`;
  if (closed.includes('size'))
    return `${grows(told, question)}, which is less than what it moves by for other reasons${seeable}.`;
  return `${wouldFit(told)}, but chance or another cause does nearly as well${seeable}.`;
}

/** Did no reading ever differ from another? */
function isUnmoved({ readings }: Question, { spanHours }: Answer): boolean {
  const until = firstFrom(readings.hours, spanHours);
  const values = readings.values.subarray(0, until).filter(Number.isFinite);
  return values.every((value) => value === values[0]);
}

function whyNotSeparable({ load, kind }: Question): string {
  const rises = kind === 'drift' ? 'Responses become slower' : 'It rises';
  return load === null
    ? `${rises}, but only between restarts that come too often to tell growth from starting up.`
    : `${rises}, but so does the load, and the two cannot be told apart; stretches at one fixed load would settle it.`;
}

function grows({ growthPercentPer24h: rate }: Told, { kind }: Question): string {
  const what = kind === 'drift' ? 'Responses become slower' : 'It grows';
  if (rate === null) return what;
  return `${what} by ${percent(rate.estimate)} a day (${rounded(rate.low)} to ${percent(rate.high)})`;
}

const wouldFit = ({ growthPercentPer24h: rate }: Told): string =>
  rate === null
    ? 'Growth would fit it'
    : `Growth of ${percent(rate.estimate)} a day (${rounded(rate.low)} to ${percent(rate.high)}) would fit it`;

/** What may move a series of its kind, and how the detectors name each. */
const MOVERS = [
  { name: 'load', label: /\bload\b/ },
  { name: 'warm-up', label: /^a warm-up/ },
  { name: 'filling cache', label: /^a cache/ },
  { name: 'collection', label: /^collections/ },
  { name: 'step', label: STEP },
];
const OF_MEMORY: readonly string[] = ['filling cache', 'collection'];

/** What stands beside the growth, and what does not explain it: never the same. */
function ruledOut({ beside }: Answer, { kind, load }: Question): string {
  const names = namesOf(beside);
  const others = MOVERS.filter(
    ({ name, label }) =>
      !(name === 'load' && load === null) &&
      !(kind === 'drift' && OF_MEMORY.includes(name)) &&
      !beside.some((one) => label.test(one)),
  ).map(({ name }) => name);
  const last = others.at(-1);
  const listed = others.length < 2 ? last : `${others.slice(0, -1).join(', ')} or ${last}`;
  const rest = listed === undefined ? 'which does not explain it' : `and no ${listed} explains it`;
  return `${names === null ? '' : `, beside ${names}`}, ${rest}`;
}

function since({ onsetHour, clock, clockEvidence }: Answer, { load }: Question): string {
  const pace = load !== null && clock === 'requests' && clockEvidence >= CLEAR_CLOCK ? ' with every request' : '';
  return `${pace}${onsetHour > 0 ? ` since about hour ${Math.round(onsetHour)}` : ' from the start'}`;
}

/** Nothing that far off is said of a target. */
const TEN_YEARS_HOURS = 87_660;

const until = ({ exhaustion }: Told, { hour }: Asked): string =>
  exhaustion === null || exhaustion.hour - hour > TEN_YEARS_HOURS
    ? ''
    : `; at this rate its limit is reached in ${hours(exhaustion.hour - hour)}`;

/** Gates that more hours open. */
function missing(answer: Answer, question: Question, closed: readonly Gate[]): string {
  const reasons: string[] = [];
  if (closed.includes('time')) {
    const needed = `${hours(answer.spanHours)} are too short to call it: ${hours(leastHours(question, answer.collected))} are needed`;
    reasons.push(question.load === null ? `${needed} where the load is not known` : needed);
  }
  if (closed.includes('onset')) reasons.push(`it began only ${hours(answer.spanHours - answer.onsetHour)} ago`);
  if (closed.includes('cycles')) reasons.push('it rose and fell like this before, so that another fall may be due');
  if (closed.includes('evidence')) {
    const movers = namesOf(answer.rival);
    reasons.push(movers === null ? 'chance does nearly as well' : `${movers} would do nearly as well`);
  } else if (closed.includes('interval')) reasons.push('how fast is still open');
  return reasons.length === 0 ? 'it is too early to call it' : reasons.join(', and ');
}

/** Of what is not more itself: what was seen and passed over has its reason in the same sentence. */
function wouldBeSeen({ detectablePercentPer24h: least, growthPercentPer24h: rate }: Told): string {
  return least !== null && least > 0 && Number.isFinite(least) && (rate === null || rate.estimate < least)
    ? `; growth of ${percent(least)} a day or more would have been seen`
    : '';
}

const known = ({ load }: Question, rivals: readonly string[]): string[] => [
  ...(load === null ? [] : ['the load']),
  ...rivals,
];

const MOST_NAMED = 3;

/** `a warm-up, 3 steps and the time of day`; null for none. */
function namesOf(labels: readonly string[]): string | null {
  const steps = labels.filter((label) => STEP.test(label));
  const others = labels.filter((label) => !STEP.test(label));
  const names = [...new Set([...others, ...(steps.length > 1 ? [`${steps.length} steps`] : steps)])].map((name) =>
    name.replace(/\.0\b/, ''),
  );
  const named = names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED - 1), 'other things'] : names;
  return named.length < 2 ? (named[0] ?? null) : `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`;
}

/** Two digits: nobody knows a rate of growth better. */
const rounded = (value: number): string => String(Number(value.toPrecision(2)));

const percent = (value: number): string => `${rounded(value)} %`;

/** `40 min`, `3.5 h`, `14 h`, `6 days`. */
function hours(value: number): string {
  if (value < 1) return `${Math.round(value * 60)} min`;
  if (value < 10) return `${Number(value.toFixed(1))} h`;
  return value < 100 ? `${Math.round(value)} h` : `${Math.round(value / 24)} days`;
}
