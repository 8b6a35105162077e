/** What `promise` gives, or null when `signal` aborts first; the promise itself goes on. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) {
    // Somebody must hear of its failure.
    promise.catch(() => undefined);
    return null;
  }
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  const abandon = (): void => resolve(null);
  signal.addEventListener('abort', abandon, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
