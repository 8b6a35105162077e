/** Which runs a benchmark plays: each a family, a seed and a fault's size. */
import { familiesOf, familyNamed } from './families/all.ts';
import { generate } from './generate.ts';
import type { FamilySet, Fault } from './plan.ts';
import type { Trace } from './trace.ts';

export const LEAK_PERCENT = [2, 5, 10, 30] as const;
export const DRIFT_PERCENT = [10, 20, 40] as const;
export const EVIDENCE_LEAK_PERCENT = [5, 10, 30] as const;

export interface Task {
  set: FamilySet;
  fault: Fault;
  family: string;
  seed: number;
  percent: number;
  lengthHours: number;
  evidence: boolean;
}

export interface Size {
  /** Clean runs of 72 h in each set; half as many of 24 h with evidence. */
  clean: number;
  /** Affected runs in each set, shared evenly by the four leaks and three drifts of 72 h and the three leaks of 24 h. */
  faulty: number;
  /** Another number gives other runs of the same families. */
  seed: number;
}

export function tasksOf(set: FamilySet, { clean, faulty, seed }: Size): Task[] {
  const cells = LEAK_PERCENT.length + DRIFT_PERCENT.length + EVIDENCE_LEAK_PERCENT.length;
  const each = Math.ceil(faulty / cells);
  // Seeds of the sets do not meet, though the name of the set alone already keeps the runs apart.
  let next = seed * 1_000_000 + (set === 'sealed' ? 500_000 : 0);
  const cell = (fault: Fault, count: number, percent: number, lengthHours: number, evidence: boolean): Task[] => {
    const families = familiesOf(set, fault);
    return Array.from({ length: count }, () => {
      next += 1;
      // Each cell goes on where the one before ended: small benchmarks, too, come to see every family.
      const family = families[next % families.length];
      if (family === undefined) throw new RangeError(`the ${set} set has no family with fault '${fault}'`);
      return { set, fault, family: family.name, seed: next, percent, lengthHours, evidence };
    });
  };
  return [
    ...cell('none', clean, 0, 72, false),
    ...cell('none', Math.ceil(clean / 2), 0, 24, true),
    ...LEAK_PERCENT.flatMap((percent) => cell('leak', each, percent, 72, false)),
    ...DRIFT_PERCENT.flatMap((percent) => cell('drift', each, percent, 72, false)),
    ...EVIDENCE_LEAK_PERCENT.flatMap((percent) => cell('leak', each, percent, 24, true)),
  ];
}

export function traceOf(task: Task): Trace {
  return generate(familyNamed(task.set, task.family), task);
}
