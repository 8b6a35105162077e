/**
 * 99.5 % quantile of the standard normal distribution. A verdict looks once and takes 95 %; an alert looks every ten seconds,
 * so it asks for more.
 */
const Z = 2.575_829_303_548_901;

/**
 * 99 % interval of a share by Wilson's score method (E. B. Wilson, JASA 22, 1927). Both sides in [0, 1]; `trials` must be
 * positive.
 */
export function shareInterval(count: number, trials: number): { low: number; high: number } {
  const share = count / trials;
  const spread = (Z * Z) / trials;
  const centre = share + spread / 2;
  const half = Z * Math.sqrt((share * (1 - share)) / trials + spread / (4 * trials));
  return {
    low: count === 0 ? 0 : Math.max(0, (centre - half) / (1 + spread)),
    high: count === trials ? 1 : Math.min(1, (centre + half) / (1 + spread)),
  };
}
