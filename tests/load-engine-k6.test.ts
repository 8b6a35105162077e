import { systemClock } from '../src/base/clock.ts';
import { k6Rig } from './support/k6-rig.ts';
import { describeLoadEngine } from './support/load-engine-contract.ts';

describeLoadEngine('the real k6', async () => {
  const rig = await k6Rig();
  return {
    clock: systemClock,
    engine: () => rig.engine(),
    order: (plan) => rig.order(plan),
    pass: (ms) => systemClock.sleep(ms),
    settle: (promise) => promise,
    close: rig.close,
  };
});
