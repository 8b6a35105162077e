import type { Database } from 'better-sqlite3';
import { storeError } from './errors.ts';

/** How the stores of one file read and write: whatever goes wrong has one of the store's codes. */
export class Transactions {
  readonly #db: Database;
  readonly #file: string;

  constructor(db: Database, file: string) {
    this.#db = db;
    this.#file = file;
  }

  /** IMMEDIATE: a transaction that reads first and writes later could find its snapshot outdated, and fail at once. */
  async write<T>(work: () => T): Promise<T> {
    try {
      return this.#db.transaction(work).immediate();
    } catch (thrown) {
      throw storeError(this.#file, thrown);
    }
  }

  async read<T>(work: () => T): Promise<T> {
    try {
      return work();
    } catch (thrown) {
      throw storeError(this.#file, thrown);
    }
  }
}
