import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, weeklySoak } from '../../../tests/support/api-rig.ts';
import { SimulatedStaging } from '../../../tests/support/simulated-staging.ts';
import { SoakdError } from '../../base/errors.ts';

const targetUrl = 'http://staging.example:8080';
let rig: ApiRig;

beforeEach(() => {
  const staging = new SimulatedStaging({ series: {} });
  rig = new ApiRig(staging, {
    profiles: {
      names: () => ['smoke', 'weekly'],
      read: (name) => {
        if (name === 'weekly') return { source: weeklySoak, file: '/etc/soakd/profiles/weekly.yaml' };
        throw new SoakdError('there is none', { code: 'profile_unknown', hint: 'look', httpStatus: 404 });
      },
      inlineAllowed: () => false,
    },
  });
});

afterEach(async () => {
  rig.stopping.abort();
  await rig.app.close();
});

const code = async (body: object): Promise<string> => (await rig.post('/v1/runs', body)).json().code;

describe("a daemon's own profiles", () => {
  it('are listed, and started by name', async () => {
    expect((await rig.get('/v1/profiles')).json()).toEqual({
      profiles: [{ name: 'smoke' }, { name: 'weekly' }],
      inlineAllowed: false,
    });
    const started = await rig.post('/v1/runs', { profile: 'weekly', targetUrl });
    expect(started.statusCode).toBe(201);
    expect(started.json().name).toBe('weekly');
  });

  it('are all that is started where no others are taken', async () => {
    expect(await code({ profileSource: weeklySoak, targetUrl })).toBe('inline_profile_refused');
    expect(await code({ profile: 'monthly', targetUrl })).toBe('profile_unknown');
  });

  it('are named by a name, not by a path, and not beside one of your own', async () => {
    for (const profile of ['../weekly', '/etc/passwd', 'a/b', '..', '', 'weekly\0', '.weekly'])
      expect(await code({ profile, targetUrl }), profile).toBe('request_invalid');
    expect(await code({ profile: 'weekly', profileSource: weeklySoak, targetUrl })).toBe('request_invalid');
    expect(await code({ targetUrl })).toBe('request_invalid');
  });
});
