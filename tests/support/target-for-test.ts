import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Answer, type HttpTarget, startHttpTarget } from './http-target.ts';

/** An HTTP service that lives as long as the test that asks for it. */
export async function targetForTest(answer?: Answer): Promise<HttpTarget> {
  const target = await startHttpTarget(systemClock.now, answer);
  onTestFinished(() => target.close());
  return target;
}
