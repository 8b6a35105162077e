/** Every family of the benchmark. A new one is an entry in one of these lists. */
import type { Family, FamilySet, Fault } from '../plan.ts';
import { fillingSealed } from './clean-sealed-filling.ts';
import { incidentsSealed } from './clean-sealed-incidents.ts';
import { cleanTuning } from './clean-tuning.ts';
import { drifts } from './drifting.ts';
import { leakingSealed } from './leaking-sealed.ts';
import { leakingTuning } from './leaking-tuning.ts';

export const families: readonly Family[] = [
  ...cleanTuning,
  ...fillingSealed,
  ...incidentsSealed,
  ...leakingTuning,
  ...leakingSealed,
  ...drifts,
];

export function familiesOf(set: FamilySet, fault: Fault): Family[] {
  return families.filter((family) => family.set === set && family.fault === fault);
}

export function familyNamed(set: FamilySet, name: string): Family {
  const family = families.find((one) => one.set === set && one.name === name);
  if (family === undefined) throw new RangeError(`there is no family '${name}' in the ${set} set`);
  return family;
}
