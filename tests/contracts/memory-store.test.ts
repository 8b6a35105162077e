import { MemoryStore } from '../support/memory-store.ts';
import { describeStore } from './store.ts';

describeStore('the memory of simulated soaks', async () => {
  const store = new MemoryStore();
  return { open: async () => store, dispose: async () => undefined };
});
