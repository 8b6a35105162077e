import type { NewEvent, RunEvent } from '../model/run.ts';

/** Alerts come after their cause: what a fault was expected to raise may be raised so long after its end. */
const AFTERWARDS_MS = 10 * 60_000;

interface Fault {
  name: string;
  fromMs: number;
  /** null: it has not ended. */
  untilMs: number | null;
  expects: readonly string[];
  raised: Set<string>;
}

/**
 * Injected faults, as events of the run tell them: `fault_injected` with `name` and `expects` (names of alert rules), and
 * `fault_ended` with `name`. What was expected is silent; that at least one of it was raised is a result.
 */
export class Faults {
  #open: Fault[] = [];

  addEvent({ kind, atMs, data }: RunEvent): void {
    const { name, expects } = data;
    if (typeof name !== 'string') return;
    if (kind === 'fault_injected') {
      const rules = Array.isArray(expects) ? expects.filter((one): one is string => typeof one === 'string') : [];
      this.#open.push({ name, fromMs: atMs, untilMs: null, expects: rules, raised: new Set() });
    }
    if (kind === 'fault_ended') {
      const fault = this.#open.find((one) => one.name === name && one.untilMs === null);
      if (fault !== undefined) fault.untilMs = atMs;
    }
    // Told by a soakd that was here before.
    if (kind === 'fault_alerts')
      this.#open = this.#open.filter((one) => one.name !== name || one.fromMs !== data.fromMs);
  }

  /** The fault that was expected to raise this rule at this instant; null: none was. */
  expecting(rule: string, atMs: number): string | null {
    return this.#at(atMs).find(({ expects }) => expects.includes(rule))?.name ?? null;
  }

  /** A rule fires. */
  fired(rule: string, atMs: number): void {
    for (const fault of this.#at(atMs)) if (fault.expects.includes(rule)) fault.raised.add(rule);
  }

  /** Faults whose time is over: the result, one event each. `final`: the run is over, there is nothing to wait for. */
  results(atMs: number, final: boolean): NewEvent[] {
    const over = this.#open.filter(
      ({ untilMs, expects }) => expects.length > 0 && (final || (untilMs !== null && atMs >= untilMs + AFTERWARDS_MS)),
    );
    this.#open = this.#open.filter((one) => !over.includes(one));
    return over.map(({ name, fromMs, expects, raised }) => ({
      atMs,
      kind: 'fault_alerts',
      severity: raised.size > 0 ? ('info' as const) : ('warning' as const),
      message:
        raised.size > 0
          ? `${name} raised ${[...raised].join(', ')}, as expected`
          : `${name} was expected to raise ${expects.join(' or ')}, and nothing was raised`,
      data: { name, fromMs, expects, raised: [...raised], met: raised.size > 0 },
    }));
  }

  #at(atMs: number): Fault[] {
    return this.#open.filter(
      ({ fromMs, untilMs }) => fromMs <= atMs && (untilMs === null || atMs < untilMs + AFTERWARDS_MS),
    );
  }
}
