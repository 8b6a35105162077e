import { describe, expect, it } from 'vitest';
import type { Calibration } from '../model/profile.ts';
import { parseCalibrationRate } from './calibration.ts';
import { formatProblem, parseProfile } from './profile.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

function read(duration: string, section: string, more = ''): { calibration: Calibration | null; defaults: string[] } {
  const source = `soak_test: { name: Soak, duration: ${duration}, traffic_pattern: { base_rate: 30${more} }${section} }`;
  const result = parseProfile(source, {
    fileName: 'soak.yaml',
    readFile: () => '00:00,20\n12:00,60\n',
    overrides: { targetUrl: 'http://127.0.0.1:8080' },
  });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  const defaults = result.defaults.filter(({ path }) => path.startsWith('calibration'));
  return { calibration: result.profile.calibration, defaults: defaults.map(({ path, value }) => `${path} ${value}`) };
}

const BY_DEFAULT: Calibration = { everyMs: 3 * HOUR_MS, lengthMs: 10 * MINUTE_MS, requestsPerMinute: 30 };

describe('calibration windows that the profile does not speak of', () => {
  it.each(['4h', '24h', '47h59m'])('are there in a run of %s, and named as a default', (duration) => {
    expect(read(duration, '')).toEqual({
      calibration: BY_DEFAULT,
      defaults: ['calibration every 3h, 10m at the base rate (runs under 48h)'],
    });
  });

  it.each(['48h', '72h'])('are not there in a run of %s, which has a second day', (duration) => {
    expect(read(duration, '')).toEqual({ calibration: null, defaults: ['calibration off (on in runs under 48h)'] });
  });

  it('are not there where only one would fit, for it would compare with nothing', () => {
    const off = { calibration: null, defaults: ['calibration off (the run is too short for two windows)'] };
    expect(read('10m', '')).toEqual(off);
    expect(read('4h', '', ', warmup: 51m')).toEqual(off);
    expect(read('4h', '', ', warmup: 50m').calibration).toEqual(BY_DEFAULT);
  });

  it('are at the mean of a recorded curve that has no base rate', () => {
    const source = `soak_test: { name: Soak, duration: 24h, traffic_pattern: { curve: { file: day.csv } } }`;
    const result = parseProfile(source, { fileName: 'soak.yaml', readFile: () => '00:00,20\n12:00,60\n' });
    expect(result).toMatchObject({ ok: true, profile: { calibration: { requestsPerMinute: 40 } } });
  });
});

describe('calibration windows that the profile speaks of', () => {
  it.each(['off', 'false'])('are switched off by %s', (word) => {
    expect(read('24h', `, calibration: ${word}`)).toEqual({ calibration: null, defaults: [] });
  });

  it.each(['on', 'true', '{}'])('are switched on by %s, with every default named', (word) => {
    expect(read('72h', `, calibration: ${word}`)).toEqual({
      calibration: BY_DEFAULT,
      defaults: ['calibration.every 3h', 'calibration.length 10m', 'calibration.rate base'],
    });
  });

  it('are as it says', () => {
    expect(read('72h', ', calibration: { every: 6h, length: 15m, rate: 2/s }')).toEqual({
      calibration: { everyMs: 6 * HOUR_MS, lengthMs: 15 * MINUTE_MS, requestsPerMinute: 120 },
      defaults: [],
    });
    expect(read('72h', ', calibration: { every: 6h }').calibration).toEqual({ ...BY_DEFAULT, everyMs: 6 * HOUR_MS });
    expect(read('72h', ', calibration: { rate: 1.5x }').calibration).toEqual({ ...BY_DEFAULT, requestsPerMinute: 45 });
  });
});

describe('the rate of calibration windows', () => {
  it.each([
    ['base', { timesBase: 1 }],
    ['0.5x', { timesBase: 0.5 }],
    ['2 ×', { timesBase: 2 }],
    [45, { perMinute: 45 }],
    ['45', null],
    ['2/s', { perMinute: 120 }],
    ['1800/h', { perMinute: 30 }],
    ['fast', null],
    ['x', null],
    ['0x', null],
    ['1001x', null],
    [0, null],
    [-1, null],
    [true, null],
  ])('%s', (text, wanted) => {
    const result = parseCalibrationRate(text);
    expect(result.ok ? result.value : null).toEqual(wanted);
    if (!result.ok) expect(result.hint).toContain('base');
  });
});
