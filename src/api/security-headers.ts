/**
 * What every answer tells browsers: take it for what it says it is, show it in no frame, run nothing of it. Our page
 * replaces the policy by `PAGE_POLICY`, the HTML report by one with the digests of its styles (src/report/html/html.ts). There is no CORS
 * header anywhere: pages of other origins read nothing.
 */

/** For JSON, text and streams: even if a browser took them for a page, nothing in them would load or run. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** For our own page: no script, style, image or connection but our own; nobody may frame it or send its forms anywhere. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': DATA_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  // Answers change by the second, and some are for holders of a token only.
  'cache-control': 'no-store',
};
