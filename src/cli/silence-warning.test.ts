import { describe, expect, it } from 'vitest';
import { silenceWarning } from './silence-warning.ts';

const alert = (state: 'firing' | 'resolved', labels: Record<string, string>) => ({ state, labels });

describe('somebody who silences', () => {
  it('is warned of a label that no alert has, with the one that was meant', () => {
    const alerts = [alert('firing', { alertname: 'HighCPU', team: 'shop' })];
    expect(silenceWarning({ alertnam: 'HighCPU' }, alerts)).toBe(
      'it fits no open alert, and no alert so far has the label alertnam (did you mean alertname?)',
    );
    expect(silenceWarning({ zzzzzzzz: 'x', alertname: 'HighCPU' }, alerts)).toContain('has the label zzzzzzzz');
  });

  it('is not warned of what fits, nor of alerts that are still to come', () => {
    const alerts = [alert('firing', { alertname: 'HighCPU', team: 'shop' }), alert('resolved', { shard: '1' })];
    expect(silenceWarning({ team: 'sh*' }, alerts)).toBeNull();
    expect(silenceWarning({ alertname: 'HighMemory' }, alerts)).toBeNull();
    expect(silenceWarning({ shard: '2' }, alerts)).toBeNull();
    expect(silenceWarning({ entry: 'weekly' }, [])).toBeNull();
  });
});
