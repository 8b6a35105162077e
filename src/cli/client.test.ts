import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../base/clock.ts';
import { SoakdError } from '../base/errors.ts';
import { DaemonClient } from './client.ts';

/** Answers with the problem that its path names: `/409/run_over`. */
const server = createServer((request, response) => {
  const [, status, code] = (request.url ?? '').split('/');
  const problem = {
    type: 'about:blank',
    title: '',
    detail: 'no',
    hint: 'try',
    instance: '',
    status: Number(status),
    code,
  };
  response.writeHead(Number(status), { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
});
let client: DaemonClient;

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  client = new DaemonClient(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, {}, systemClock);
});
afterAll(() => server.close());

describe('an address without a scheme', () => {
  it('is answered with the one that is meant', () => {
    const hintOf = (url: string): string => {
      try {
        new DaemonClient(url, {}, systemClock);
        return '';
      } catch (thrown) {
        return thrown instanceof SoakdError ? thrown.hint : String(thrown);
      }
    };
    expect(hintOf('127.0.0.1:31750')).toBe('write http://127.0.0.1:31750');
    expect(hintOf('soak-host:8089')).toBe('write http://soak-host:8089');
    expect(hintOf('ftp://soak-host')).toBe('write for example --url http://127.0.0.1:8089');
  });
});

describe('the exit code of a command that the daemon refuses', () => {
  it.each([
    ['is 2 for what the caller got wrong', '400/request_invalid', 2],
    ['is 2 for an action that the state of the run does not allow', '409/already_paused', 2],
    ['is 2 for an action on a run that is over', '409/run_over', 2],
    ['is 2 for a key that stood for something else', '422/idempotency_key_reused', 2],
    ['is 5 while somebody else soaks the target', '409/target_busy', 5],
    ['is 5 for a run that lives elsewhere', '409/run_elsewhere', 5],
    ['is 5 while the store cannot be used', '503/store_unavailable', 5],
  ])('%s', async (_, path, exitCode) => {
    await expect(client.get(`/${path}`, z.unknown())).rejects.toMatchObject({ exitCode, hint: 'try' });
  });
});
