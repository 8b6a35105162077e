/** Lets everything that waits for the event loop have its turn: for work that is long and can pause. */
export const giveOthersATurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
