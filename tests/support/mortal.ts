/**
 * A daemon that can be killed at any step. Its ports are wrapped: once it is dead no call of it has an effect and no
 * answer ever reaches it, as if its process were gone; what it had set in motion elsewhere goes on.
 */
export class Mortal {
  #stepsLeft: number;
  readonly #diesAfterEffect: boolean;
  #dead = false;
  #steps = 0;

  /** Dies at its `diesAtStep`-th call of a wrapped port, before or after the call has its effect; never by itself when infinite. */
  constructor(diesAtStep = Number.POSITIVE_INFINITY, when: 'before' | 'after' = 'before') {
    this.#stepsLeft = diesAtStep;
    this.#diesAfterEffect = when === 'after';
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Calls of wrapped ports so far. */
  get steps(): number {
    return this.#steps;
  }

  die(): void {
    this.#dead = true;
  }

  /** The same port for this daemon only. Calls of `counted` methods are steps. */
  wrap<T extends object>(port: T, counted: readonly (keyof T & string)[] = []): T {
    const steps = new Set<string | symbol>(counted);
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value instanceof Promise ? this.answer(value) : value;
        return (...args: unknown[]): unknown => {
          if (this.#dead) return never();
          const last = steps.has(name) && this.#step();
          if (last && !this.#diesAfterEffect) {
            this.die();
            return never();
          }
          const result: unknown = Reflect.apply(value, target, args);
          if (last) {
            this.die();
            return never();
          }
          return result instanceof Promise ? this.answer(result) : result;
        };
      },
    });
  }

  /** An answer that only the living hear. */
  answer<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => {
          if (!this.#dead) resolve(value);
        },
        (thrown: unknown) => {
          if (!this.#dead) reject(thrown);
        },
      );
    });
  }

  #step(): boolean {
    this.#steps++;
    this.#stepsLeft--;
    return this.#stepsLeft === 0;
  }
}

const never = (): Promise<never> => new Promise(() => undefined);
