/** A soak of ten minutes of plain requests, for tests that rehearse it in seconds. */
export const SHORT_PROFILE = `
soak_test:
  name: "short"
  duration: 10m
  traffic_pattern: { base_rate: 300, warmup: 1m }
  workload:
    kind: requests
    requests:
      - { name: home, path: / }
  success_criteria: { memory_leak: off, response_time_degradation: off }
`;
