import { isoTime } from '../base/iso-time.ts';
import { formatDuration } from '../base/quantity.ts';
import type { Alert, AlertFacts, AlertRule, AlertTransition } from '../model/alert.ts';
import { type AlertMetric, alertMetric } from '../model/alert-metrics.ts';
import type { Action, NewEvent, Run, RunEvent, RunState } from '../model/run.ts';
import type { Sample, SeriesInfo } from '../model/sample.ts';
import type { SeriesGrowth } from '../model/verdict.ts';
import type { LoadWindow } from '../model/window.ts';
import type { SketchRow, WindowRow } from '../store/store.ts';
import { Faults } from './faults.ts';
import { LatencyReadings } from './latency-readings.ts';
import { LoadReadings } from './load-readings.ts';
import { MomentReadings } from './moment-readings.ts';
import { exact, type Reading, unknown } from './reading.ts';
import { delegated, type RunTime } from './run-time.ts';
import { noDataAfterMs, SampleReadings } from './sample-readings.ts';
import { type AlertIdentity, cutOff, type Step, step } from './standing.ts';

const MINUTE_MS = 60_000;
/** What follows from the time that passes is asked on this grid of the wall clock. */
const GRID_MS = 10_000;
/** Windows come each 10 s: without one for so long nothing can be told of the load. */
const SILENT_MS = 90_000;
/** A condition lasts while it is known to; this long without a look begins its time anew. */
const GAP_MS = 60_000;
/** Events so long before an alert are told with it. */
const NEARBY_MS = 30 * MINUTE_MS;
const NEARBY_KEPT = 8;
const EXHAUSTION_EVERY_MS = MINUTE_MS;

/** How far rows were looked at: what a restarted watch goes on from. */
export interface Checkpoint {
  windowsMs: number | null;
  minutesMs: number | null;
  momentsMs: number | null;
  /** End of the newest interval, by source. */
  samplesMs: Record<string, number>;
  /** When each series last had a value. */
  lastKnownMs: Record<string, number>;
  eventId: number;
}

export const noCheckpoint: Checkpoint = {
  ...{ windowsMs: null, minutesMs: null, momentsMs: null, samplesMs: {}, lastKnownMs: {}, eventId: 0 },
};

export interface RunAlertsInput {
  run: Pick<Run, 'id' | 'name' | 'targetUrl' | 'rehearsal' | 'environment'>;
  rules: readonly AlertRule[];
  time: RunTime;
  state: RunState;
  /** Open ones, as stored. */
  open: readonly Alert[];
  checkpoint: Checkpoint;
}

/** What changed since it was asked last. */
export interface AlertChanges {
  alerts: Alert[];
  transitions: AlertTransition[];
  /** Results of faults, to be stored as events of the run. */
  events: NewEvent[];
}

interface Bound {
  rule: AlertRule;
  /** As it was given. */
  written: AlertRule;
  metric: AlertMetric;
}

/**
 * The alerts of one run: rows in, states out. Time is that of the rows, so a replay says the same, and a watch that was
 * restarted goes on where its checkpoint ends: rows up to there are context and are not asked again.
 */
export class RunAlerts {
  readonly #run: RunAlertsInput['run'];
  #time: RunTime;
  readonly #bound: Bound[];
  readonly #load: LoadReadings;
  readonly #latency: LatencyReadings;
  readonly #samples: SampleReadings;
  readonly #moments: MomentReadings;
  readonly #faults = new Faults();
  readonly #open = new Map<string, Alert>();
  readonly #identities = new Map<string, AlertIdentity>();
  readonly #checkpoint: Checkpoint;
  #changed = new Map<string, Alert>();
  #transitions: AlertTransition[] = [];
  #events: NewEvent[] = [];
  #nearby: { atMs: number; text: string }[] = [];
  #momentsMs: number;
  /** A soakd that was away knows nothing of the time between. */
  #resumedMs = Number.NEGATIVE_INFINITY;
  #exhaustionMs = Number.NEGATIVE_INFINITY;
  #lastEventId = 0;

  constructor({ run, rules, time, state, open, checkpoint }: RunAlertsInput) {
    this.#run = run;
    this.#time = time;
    this.#checkpoint = { ...checkpoint, samplesMs: { ...checkpoint.samplesMs } };
    this.#momentsMs = checkpoint.momentsMs ?? Math.floor(time.startMs / GRID_MS) * GRID_MS;
    this.#bound = rules.flatMap((rule) => {
      const metric = alertMetric(rule.condition.metric);
      return metric === null || metric.lane === 'own'
        ? []
        : [{ rule: tellable(rule, metric, time), written: rule, metric }];
    });
    const keepMs = lookBackMs(rules);
    // Delegated, because an action of the operator makes another plan.
    const live = delegated(() => this.#time);
    this.#load = new LoadReadings(live, keepMs);
    this.#latency = new LatencyReadings(live, keepMs);
    this.#samples = new SampleReadings(live, keepMs, new Map(Object.entries(checkpoint.lastKnownMs)));
    this.#moments = new MomentReadings(live, state);
    for (const alert of open) {
      const bound = this.#bound.find(({ rule }) => rule.name === alert.rule.name);
      // A rule that was changed holds for the alerts that it has raised; one that was taken away ends them.
      if (bound === undefined) this.#keep(cutOff(alert, alert.evaluatedMs, 'its rule is no longer there'));
      else this.#open.set(slotOf(bound.rule.name, alert.labels.series ?? null), { ...alert, rule: bound.rule });
    }
  }

  /** Rules that ask for a shorter time than samples tell, as they hold for this run. */
  get stretched(): AlertRule[] {
    return this.#bound.flatMap(({ rule, written }) => (rule === written ? [] : [rule]));
  }

  /** The plan after an action of the operator. */
  setTime(time: RunTime): void {
    this.#time = time;
  }

  /** Alerts of this run that fired before, for the results of faults. */
  recallFired(alerts: readonly Alert[]): void {
    for (const { rule, firingMs } of alerts) if (firingMs !== null) this.#faults.fired(rule.name, firingMs);
  }

  addSeries(series: readonly SeriesInfo[]): void {
    this.#samples.addSeries(series);
    this.#moments.addSeries(series);
  }

  /** A window as k6 wrote it. */
  addWindow(window: LoadWindow): void {
    if (!this.#load.add(window)) return;
    this.#latency.add(window, this.#load.newestIsJudged);
    this.#askLoad(window);
  }

  /** A window as stored; durations of its minute come by `addStoredDurations`, before the windows. */
  addStoredWindow(window: WindowRow): void {
    if (!this.#load.add(window)) return;
    this.#latency.addCounters(window, this.#load.newestIsJudged);
    this.#askLoad(window);
  }

  addStoredDurations(row: SketchRow): void {
    this.#latency.addStored(row);
  }

  /**
   * In order of time. All of an interval come together: first each is known, then each is asked, for one may be told by
   * another (memory in percent of a limit), and the checkpoint of a source passes its interval as a whole.
   */
  addSamples(samples: readonly Sample[]): void {
    for (const together of Map.groupBy(samples, ({ atMs }) => atMs).values()) this.#addInterval(together);
  }

  #addInterval(samples: readonly Sample[]): void {
    const fresh = samples.filter((sample) => this.#samples.add(sample));
    for (const sample of fresh) {
      const endMs = this.#samples.endOf(sample);
      if (endMs <= (this.#checkpoint.samplesMs[sourceOf(sample)] ?? Number.NEGATIVE_INFINITY)) continue;
      for (const { rule, metric } of this.#of('samples')) {
        const reading = this.#samples.read(metric, rule.condition, sample.series);
        if (reading !== null) this.#ask(rule, reading, noDataAfterMs(this.#time.sampleIntervalMs));
      }
    }
    for (const sample of samples) {
      const endMs = this.#samples.endOf(sample);
      const source = sourceOf(sample);
      this.#checkpoint.samplesMs[source] = Math.max(endMs, this.#checkpoint.samplesMs[source] ?? endMs);
    }
  }

  /** In order of their ids. */
  addEvent(event: RunEvent): void {
    if (event.id <= this.#lastEventId) return;
    this.#lastEventId = event.id;
    const isNew = event.id > this.#checkpoint.eventId;
    if (isNew && event.kind === 'soakd_resumed') this.resume(event.atMs);
    else if (isNew) this.advance(event.atMs);
    this.#moments.addEvent(event);
    this.#faults.addEvent(event);
    if (event.kind.endsWith('_restarted') && typeof event.data.source === 'string')
      this.#samples.restart(event.data.source, event.atMs);
    if (event.kind !== 'fault_alerts') this.#note(event.atMs, event.message);
    if (!isNew) return;
    this.#checkpoint.eventId = event.id;
    if (event.atMs >= this.#momentsMs) this.#askMoments(event.atMs);
    if (event.kind === 'trend_changed') this.#askTrends(event.atMs);
  }

  /** What an operator did, for the facts of alerts. */
  addAction({ atMs, who, kind, text }: Action): void {
    this.#note(atMs, text === kind || text === '' ? `${kind} by ${who}` : `${kind} by ${who}: ${text}`);
  }

  setState(state: RunState, atMs: number): void {
    this.advance(atMs);
    this.#moments.setState(state);
    this.#askMoments(Math.max(atMs, this.#momentsMs));
  }

  /** When limits are reached, as detection says it now; asked once a minute. */
  addGrowth(growth: readonly SeriesGrowth[], atMs: number): void {
    if (atMs - this.#exhaustionMs < EXHAUSTION_EVERY_MS) return;
    this.#exhaustionMs = atMs;
    for (const { rule, metric } of this.#of('trends')) {
      if (metric.name !== 'exhaustion') continue;
      for (const { series, exhaustion } of growth) {
        const isOpen = this.#open.has(slotOf(rule.name, series));
        if (exhaustion === null && !isOpen) continue;
        const hours =
          exhaustion === null ? Number.POSITIVE_INFINITY : Math.max(0, (exhaustion.atMs - atMs) / 3_600_000);
        const text =
          exhaustion === null
            ? `${series} does not grow towards its limit any more`
            : untilText(series, exhaustion, atMs);
        this.#ask(rule, exact(atMs, series, hours, text), Number.POSITIVE_INFINITY);
      }
    }
  }

  /** Time passes: what follows from that alone. Called with the clock of a live run, by windows and events in a replay. */
  advance(toMs: number): void {
    while (this.#momentsMs + GRID_MS <= toMs) {
      this.#momentsMs += GRID_MS;
      this.#askMoments(this.#momentsMs);
    }
    this.#events.push(...this.#faults.results(this.#momentsMs, false));
  }

  /** A soakd that was away is back: of the time between nothing is known, when it was long. */
  resume(atMs: number): void {
    if (atMs - this.#momentsMs <= GAP_MS) return;
    this.#momentsMs = Math.floor(atMs / GRID_MS) * GRID_MS;
    this.#resumedMs = Math.max(this.#resumedMs, atMs);
  }

  /** The run is over: whatever is open ends with it. */
  finish(atMs: number, reason: string): void {
    this.advance(atMs);
    this.#events.push(...this.#faults.results(atMs, true));
    for (const [slot, alert] of this.#open) {
      this.#keep(cutOff(alert, Math.max(atMs, alert.evaluatedMs), reason));
      this.#open.delete(slot);
    }
  }

  /** Open ones, in order of their beginning. */
  get open(): Alert[] {
    return [...this.#open.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The injected fault that was expected to raise an alert. */
  faultBehind({ rule, firingMs, pendingMs, evaluatedMs }: Alert): string | null {
    return this.#faults.expecting(rule.name, firingMs ?? pendingMs ?? evaluatedMs);
  }

  /** What was decided outside of the rules: told, silenced, acknowledged. */
  put(alert: Alert): void {
    const slot = slotOf(alert.rule.name, alert.labels.series ?? null);
    if (this.#open.get(slot)?.id === alert.id) this.#open.set(slot, alert);
  }

  /** What changed since this was asked last. */
  take(): AlertChanges {
    const changes = { alerts: [...this.#changed.values()], transitions: this.#transitions, events: this.#events };
    this.#changed = new Map();
    this.#transitions = [];
    this.#events = [];
    return changes;
  }

  checkpoint(): Checkpoint {
    return {
      ...this.#checkpoint,
      samplesMs: { ...this.#checkpoint.samplesMs },
      momentsMs: this.#momentsMs,
      lastKnownMs: Object.fromEntries(this.#samples.lastKnownMs),
    };
  }

  #of(lane: AlertMetric['lane']): Bound[] {
    return this.#bound.filter(({ metric }) => metric.lane === lane);
  }

  #askLoad({ startMs, endMs }: Pick<LoadWindow, 'startMs' | 'endMs'>): void {
    const { windowsMs, minutesMs } = this.#checkpoint;
    const isNew = windowsMs === null || endMs > windowsMs;
    if (isNew) this.advance(startMs);
    const ends = this.#latency.completed(endMs);
    for (const atMs of ends) {
      if (minutesMs !== null && atMs <= minutesMs) continue;
      this.#checkpoint.minutesMs = atMs;
      for (const { rule, metric } of this.#of('minutes'))
        this.#ask(rule, this.#latency.read(metric, rule.condition, atMs), 3 * MINUTE_MS);
    }
    if (!isNew) return;
    this.#checkpoint.windowsMs = endMs;
    for (const { rule, metric } of this.#of('windows')) {
      const reading = this.#load.read(metric, rule.condition);
      if (reading !== null) this.#ask(rule, reading, GAP_MS);
    }
  }

  #askMoments(atMs: number): void {
    const newestMs = Math.max(this.#load.newestEndMs ?? Number.NEGATIVE_INFINITY, this.#resumedMs);
    const windowEndMs = newestMs === Number.NEGATIVE_INFINITY ? null : newestMs;
    for (const { rule, metric } of this.#of('moments'))
      for (const reading of this.#moments.read(metric, atMs, windowEndMs, rule.condition))
        this.#ask(rule, reading, GAP_MS);
    this.#askTrends(atMs);
    const silence = SILENCE === null ? undefined : this.#moments.read(SILENCE, atMs, windowEndMs)[0];
    if (silence?.told !== 'known' || (silence.value ?? 0) < SILENT_MS) return;
    for (const { rule, metric } of this.#bound) {
      if (metric.lane !== 'windows' && metric.lane !== 'minutes') continue;
      const open = this.#open.get(slotOf(rule.name, null));
      if (open !== undefined && open.state !== 'no_data')
        this.#ask(rule, unknown(atMs, null, silence.evidence), GAP_MS);
    }
  }

  /** What detection said holds until it says something else: it lasts, and a rule that came later asks it too. */
  #askTrends(atMs: number): void {
    const rules = this.#of('trends').filter(({ metric }) => metric.name === 'trend');
    if (rules.length === 0) return;
    const readings = this.#moments.trends(atMs);
    for (const { rule } of rules) for (const reading of readings) this.#ask(rule, reading, Number.POSITIVE_INFINITY);
  }

  #ask(rule: AlertRule, reading: Reading, gapMs: number): void {
    const slot = slotOf(rule.name, reading.instance);
    const before = this.#open.get(slot) ?? null;
    if (before === null && reading.told === 'not_judged') return;
    const { alert, transitions } = step(rule, this.#identity(rule, reading.instance), before, reading, gapMs);
    if (alert === null || alert === before) return;
    const fires = transitions.some(({ to }) => to === 'firing') && before?.firingMs !== alert.firingMs;
    if (fires) this.#faults.fired(rule.name, reading.atMs);
    const told = fires ? { ...alert, facts: this.#facts(reading.atMs) } : alert;
    if (told.state === 'resolved') this.#open.delete(slot);
    else this.#open.set(slot, told);
    this.#keep({ alert: told, transitions });
  }

  #keep({ alert, transitions }: Step): void {
    if (alert !== null) this.#changed.set(alert.id, this.#asExpected(alert));
    this.#transitions.push(...transitions);
  }

  /** What fired and is over within one look is told afterwards, when its run may be over as well: not what a fault raised. */
  #asExpected(alert: Alert): Alert {
    if (alert.state !== 'resolved' || alert.firingMs === null || alert.toldCount > 0) return alert;
    const fault = this.faultBehind(alert);
    return fault === null ? alert : { ...alert, inhibitedBy: `fault:${fault}` };
  }

  #identity(rule: AlertRule, instance: string | null): AlertIdentity {
    const slot = slotOf(rule.name, instance);
    const known = this.#identities.get(slot);
    if (known !== undefined) return known;
    const { id, name, targetUrl, rehearsal, environment } = this.#run;
    const labels = {
      ...rule.labels,
      ...{ alertname: rule.name, severity: rule.severity, run: id, profile: name, target: targetUrl },
      ...(instance === null ? {} : { series: instance }),
      ...(environment === null ? {} : { environment }),
      ...(rehearsal ? { rehearsal: 'true' } : {}),
    };
    const identity = { runId: id, labels };
    this.#identities.set(slot, identity);
    return identity;
  }

  #facts(atMs: number): AlertFacts {
    return {
      hourOfRun: this.#time.hourOfRun(atMs),
      plannedPerMinute: this.#time.plannedPerMinute(atMs),
      servedPerMinute: this.#load.servedPerMinute(),
      nearby: this.#nearby.filter((one) => one.atMs >= atMs - NEARBY_MS && one.atMs <= atMs).slice(-NEARBY_KEPT),
    };
  }

  #note(atMs: number, text: string): void {
    this.#nearby = [...this.#nearby.filter((one) => one.atMs >= atMs - 2 * NEARBY_MS), { atMs, text }]
      .toSorted((a, b) => a.atMs - b.atMs)
      .slice(-4 * NEARBY_KEPT);
  }
}

/** Samples tell no time shorter than between two of them: what must hold for less must hold for one interval. */
function tellable(rule: AlertRule, { lane }: AlertMetric, { sampleIntervalMs }: RunTime): AlertRule {
  const { forMs, text } = rule.condition;
  if (lane !== 'samples' || forMs === 0 || forMs >= sampleIntervalMs) return rule;
  const held = `${text} (held for ${formatDuration(sampleIntervalMs)}: samples come no sooner)`;
  return { ...rule, condition: { ...rule.condition, forMs: sampleIntervalMs, text: held } };
}

const sourceOf = ({ series }: Sample): string => series.split('.')[0] ?? series;

const SILENCE = alertMetric('load_silence');

const slotOf = (rule: string, instance: string | null): string => `${rule}\n${instance ?? ''}`;

/** The longest time that a rule looks back; growth of memory keeps its own. */
export const lookBackMs = (rules: readonly AlertRule[]): number =>
  rules.reduce(
    (most, { condition }) => Math.max(most, condition.overMs ?? alertMetric(condition.metric)?.overMs ?? 0),
    10 * MINUTE_MS,
  );

const untilText = (
  series: string,
  { atMs, lowMs, highMs }: NonNullable<SeriesGrowth['exhaustion']>,
  nowMs: number,
): string => {
  const hours = (ms: number): string => `${((ms - nowMs) / 3_600_000).toFixed(1)} h`;
  const latest = highMs === null ? 'or never' : `to ${hours(highMs)}`;
  return `${series} reaches its limit in ${hours(atMs)} (${hours(lowMs)} ${latest}), at ${isoTime(atMs)}`;
};
