/** What a staging has around soakd, written for a container: a weekly soak, a rule, people who are told. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SATURDAY = 6;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

export const WEEKLY = 'every Saturday';

const profile = `soak_test:
  name: ${WEEKLY}
  duration: 60s
  traffic_pattern: { base_rate: 1200, night_multiplier: 1, peak_multiplier: 1, warmup: 10s }
  workload: { kind: requests, requests: [{ name: products, path: /api/products }] }
  monitoring:
    interval: 5s
    samplers:
      - { kind: prometheus, name: shop, path: /metrics, series: { rss_bytes: process_resident_memory_bytes } }
  success_criteria:
    error_rate: "<= 1%"
    availability: off
    mtbf: off
    throughput: off
    memory_leak: off
    response_time_degradation: off
`;

const rules = `alerts:
  - name: ShopFails
    condition: error_rate > 20% for 10s
    severity: critical
    action: page
    summary: the shop fails
`;

const schedule = `profiles: profiles
timezone: UTC
entries:
  weekly: { cron: "0 22 * * sat", profile: weekly, on_conflict: skip }
`;

export interface DutySurroundings {
  targetUrl: string;
  alertmanagerUrl: string;
  nowMs: number;
}

/** Seconds from `nowMs` to the next Saturday, 22:00 UTC, less `soonerS`. */
export function secondsToSaturday(nowMs: number, soonerS: number): number {
  const midnight = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const days = (SATURDAY - new Date(midnight).getUTCDay() + 7) % 7;
  const dueMs = midnight + days * DAY_MS + 22 * 3600 * SECOND_MS;
  const nextMs = dueMs - nowMs > soonerS * SECOND_MS ? dueMs : dueMs + 7 * DAY_MS;
  return Math.floor((nextMs - nowMs) / SECOND_MS) - soonerS;
}

/** Fills the folder that is mounted over /etc/soakd. The weekly soak is due in some seconds, by the schedule's clock. */
export function writeDutyConfiguration(folder: string, { targetUrl, alertmanagerUrl, nowMs }: DutySurroundings): void {
  mkdirSync(join(folder, 'profiles'), { recursive: true });
  const files: Record<string, string> = {
    'soakd.yaml': `data: /var/lib/soakd
listen: 127.0.0.1:0
profiles: /etc/soakd/profiles
alerts: { file: alerts.yaml }
schedule: { file: schedule.yaml, target: "${targetUrl}", clock_offset: ${secondsToSaturday(nowMs, 8)}s }
notify:
  public_url: http://soakd.example
  group_interval: 1s
  channels:
    team: { kind: slack, url: env:SLACK_WEBHOOK }
    alertmanager: { kind: alertmanager, url: "${alertmanagerUrl}" }
`,
    'alerts.yaml': rules,
    'schedule.yaml': schedule,
    'profiles/weekly.yaml': profile,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
