import { describe, expect, it } from 'vitest';
import { FIRED_MS, firing, resolved } from '../../tests/support/alert.ts';
import type { AlertNews } from '../model/alert.ts';
import type { NotificationBody } from '../model/notification.ts';
import { notifySchema, resolveNotify } from './config.ts';
import { gathered } from './gather.ts';
import { messagesFor } from './messages.ts';

const config = resolveNotify(notifySchema.parse({ channels: { team: { kind: 'slack', url: 'env:SLACK' } } }));
const bodyOf = (...news: AlertNews[]): NotificationBody => {
  const [message] = messagesFor(news, config, FIRED_MS);
  if (message === undefined) throw new Error('nobody is told');
  return message.body;
};

describe('messages that go together', () => {
  it('say in their title what was cut off and not over, and that it is all a rehearsal', () => {
    const labels = { run: 'run-1', rehearsal: 'true' };
    const cutOff = { reason: 'the run is over: passed', stillHeld: true };
    const news = [resolved({ id: 'a-1', labels }), resolved({ id: 'a-2', labels, cutOff })];
    const bodies = news.flatMap((one) => messagesFor([one], config, FIRED_MS).map(({ body }) => body));
    const [first, ...others] = bodies;
    if (first === undefined) throw new Error('nothing is told');
    expect(gathered([first, ...others]).title).toMatch(/^\[REHEARSAL\] \[1 RESOLVED, 1 NO LONGER WATCHED\] /);
  });

  it('stay as they are when there is one', () => {
    const body = bodyOf(firing());
    expect(gathered([body])).toBe(body);
  });

  it('tell everything in the order in which it happened, and what fires first of all', () => {
    const warning = bodyOf(firing({ id: 'a-2' }, { name: 'HighCPU', severity: 'warning' }));
    const body = gathered([warning, bodyOf(firing()), bodyOf(resolved())]);
    expect(body).toMatchObject({
      kind: 'firing',
      severity: 'critical',
      title: '[2 FIRING, 1 RESOLVED] HighCPU, HighErrorRate',
      runId: 'run-1',
    });
    expect(body.alerts.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'HighCPU firing',
      'HighErrorRate firing',
      'HighErrorRate resolved',
    ]);
    expect(body.text).toMatch(/HighCPU[\s\S]*HighErrorRate: 3\.1 %[\s\S]*HighErrorRate: over after 5m/);
  });

  it('are about no run when they are about several', () => {
    expect(gathered([bodyOf(resolved()), bodyOf(resolved({ runId: 'run-2' }))])).toMatchObject({
      kind: 'resolved',
      runId: null,
      title: '[2 RESOLVED] HighErrorRate',
    });
  });
});
