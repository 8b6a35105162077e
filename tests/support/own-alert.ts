import type { Alert } from '../../src/model/alert.ts';

/** An alert about soakd itself that fires since `atMs`. */
export const ownAlert = (name: string, atMs: number): Alert => ({
  id: `${name}-1`,
  key: name,
  runId: null,
  rule: {
    name,
    origin: 'soakd',
    condition: {
      ...{ metric: 'did_not_start', comparison: '==', threshold: 1, unit: 'flag', forMs: 0 },
      ...{ overMs: null, clearThreshold: null, minCount: null, text: 'did_not_start == 1' },
    },
    severity: 'critical',
    action: 'page',
    labels: {},
    summary: null,
    runbookUrl: null,
    inhibits: [],
  },
  labels: { alertname: name, severity: 'critical' },
  state: 'firing',
  pendingMs: atMs,
  firingMs: atMs,
  resolvedMs: null,
  evaluatedMs: atMs,
  value: 1,
  worst: 1,
  evidence: 'the start of weekly was due',
  inhibitedBy: null,
  silencedBy: null,
  acknowledged: null,
  toldCount: 0,
  toldMs: null,
  facts: null,
});
