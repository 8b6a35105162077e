import { EXIT, SoakdError } from '../base/errors.ts';
import { storeFileIn } from '../daemon/wire.ts';
import type { Verdict } from '../model/verdict.ts';
import type { DutyStore } from '../store/duty-store.ts';
import { openSqliteDutyStore, openSqliteStore } from '../store/sqlite/open.ts';
import type { Store } from '../store/store.ts';
import type { CommandContext } from './command.ts';

/** Reads the store of the data folder without a daemon; it may stand beside one. */
export async function withStore<T>({ clock, globals }: CommandContext, read: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore({ file: storeFileIn(globals().data), clock, readOnly: true });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

/** The same with the rows about duty beside those of runs. */
export async function withStores<T>(
  context: CommandContext,
  read: (stores: { store: Store; duty: DutyStore }) => Promise<T>,
): Promise<T> {
  return withStore(context, async (store) => {
    const { clock, globals } = context;
    const duty = await openSqliteDutyStore({ file: storeFileIn(globals().data), clock, readOnly: true });
    try {
      return await read({ store, duty });
    } finally {
      await duty.close();
    }
  });
}

/** The same, to change what is about duty: a daemon may stand beside, and reads what is there each time. */
export async function withDutyToChange<T>(
  context: CommandContext,
  change: (stores: { store: Store; duty: DutyStore }) => Promise<T>,
): Promise<T> {
  return withStore(context, async (store) => {
    const { clock, globals } = context;
    const duty = await openSqliteDutyStore({ file: storeFileIn(globals().data), clock });
    try {
      return await change({ store, duty });
    } finally {
      await duty.close();
    }
  });
}

/** The stored verdict. Throws SoakdError `run_not_found` or `verdict_pending`. */
export async function requireVerdict(store: Store, id: string): Promise<Verdict> {
  const verdict = await store.verdict(id);
  if (verdict !== null) return verdict;
  const known = (await store.run(id)) !== null;
  throw new SoakdError(known ? `run ${id} has no verdict yet` : `no run ${id} in this store`, {
    code: known ? 'verdict_pending' : 'run_not_found',
    hint: known
      ? 'it comes when the run ends; a daemon tells with `soakd status` how it stands'
      : '`soakd runs` lists what is there',
    exitCode: EXIT.badInput,
  });
}
