import type { CriterionResult, Verdict } from '../model/verdict.ts';

/** What to do about a criterion that did not pass, by its id without the level. */
const ADVICE: { prefix: string; fail: string; inconclusive: string }[] = [
  {
    prefix: 'availability',
    fail: "Find the cause of each outage in the list above, the longest first; compare its times with the target's logs.",
    inconclusive: 'Offer load for longer: up and down can only be told where requests are made.',
  },
  {
    prefix: 'mtbf',
    fail: 'Outages come too often: look for what the times of the outages have in common.',
    inconclusive: 'Soak for at least as long as the time between failures that is to be shown.',
  },
  {
    prefix: 'mttr',
    fail: 'Shorten recovery: restart policy, readiness checks, connection retry with back-off.',
    inconclusive: 'Repeat with enough time after the last outage to see it end.',
  },
  {
    prefix: 'error_rate',
    fail: 'Start with the most frequent failure named in the table; `soakd report --format json` has all counts.',
    inconclusive: 'Raise `base_rate` or soak for longer: the interval narrows with the square root of the requests.',
  },
  {
    prefix: 'error_recovery',
    fail: 'The target did not come back within two minutes: check what it waits for after its dependencies return.',
    inconclusive: 'Repeat with enough time after the last outage to see it end.',
  },
  {
    prefix: 'response_time_degradation',
    fail: 'Response times drift upwards: compare heap, connections and data size at the start and the end.',
    inconclusive: 'Raise `base_rate` or soak for longer: each reading of a P95 needs 200 requests.',
  },
  {
    prefix: 'response_time',
    fail: 'Profile the target at this level of load; compare with its CPU and its dependencies at the same hours.',
    inconclusive: 'Raise `base_rate` or soak for longer: a P95 needs 200 requests, a P99 1000.',
  },
  {
    prefix: 'throughput',
    fail: 'The target did not keep up with what was offered: check starved arrivals and time-outs first.',
    inconclusive: 'Soak for longer: the number of requests decides how close this can be called.',
  },
  {
    prefix: 'check_rate',
    fail: 'Answers came but said the wrong thing: the table under "Consistency Testing" names the check.',
    inconclusive: 'Give requests or turns an expectation (`checks`, `expect`), or soak for longer.',
  },
  {
    prefix: 'memory_leak',
    fail: 'Take two heap snapshots some hours apart under the same load and compare what was kept.',
    inconclusive:
      'Add a `process` or `prometheus` sampler if memory is not read; sample the heap after collections, or soak for longer.',
  },
  {
    prefix: 'crashes',
    fail: 'Read the exit reason of the process and the kernel log at the times of the restarts.',
    inconclusive: "Add a `process` or `cgroup` sampler, so that the target's process is watched.",
  },
];

const NOTHING_TO_HOLD_AGAINST =
  'No earlier run could be held against this one: let `soakd baseline promote` make one of its kind, of some hours, the first.';

/** It was measured, and there was nothing to hold it against. */
const lacksBaseline = ({ status, target, actual }: CriterionResult): boolean =>
  status === 'inconclusive' && target === null && actual !== null;

/** One sentence for each criterion that did not pass, without repeats, failures first. */
export function recommendations({ criteria, time, losses }: Verdict): string[] {
  const advice = (['fail', 'inconclusive'] as const).flatMap((status) =>
    criteria
      .filter((criterion) => criterion.status === status)
      .flatMap((one) =>
        lacksBaseline(one)
          ? NOTHING_TO_HOLD_AGAINST
          : (ADVICE.find(({ prefix }) => one.id.startsWith(prefix))?.[status] ?? []),
      ),
  );
  if (time.notOfferedMs > 0.01 * time.totalMs)
    advice.push('Give the load generator a machine of its own: part of the load was not offered as planned.');
  if (losses.length > 0)
    advice.push(
      "See that soakd's machine has CPU and disk to spare: some of what was to be measured was missed or not kept.",
    );
  return [...new Set(advice)];
}
