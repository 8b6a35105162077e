/** Body of the process that measures runs, or holds two against each other, and ends. */
import { z } from 'zod';
import { answerParent } from '../base/child-task.ts';
import { systemClock } from '../base/clock.ts';
import { compareStored } from '../compare/compare-stored.ts';
import { measureStored } from '../compare/measure-run.ts';
import { openSqliteStore } from '../store/sqlite/open.ts';
import type { MeasureOrder } from './measure-apart.ts';

const orders = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('compare'), file: z.string(), before: z.string(), after: z.string() }),
  z.strictObject({ kind: z.literal('measure'), file: z.string(), runIds: z.array(z.string()) }),
]) satisfies z.ZodType<MeasureOrder>;

await answerParent(async (ordered) => {
  const order = orders.parse(ordered);
  const store = await openSqliteStore({ file: order.file, clock: systemClock, readOnly: true });
  try {
    return order.kind === 'compare'
      ? await compareStored(store, order.before, order.after)
      : await measureStored(store, order.runIds);
  } finally {
    await store.close();
  }
});
