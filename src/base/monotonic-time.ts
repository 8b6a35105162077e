/** CLOCK_MONOTONIC in whole microseconds, as the service manager compares it (sd_notify(3), MONOTONIC_USEC). */
export const monotonicMicros = (): bigint => process.hrtime.bigint() / 1000n;
