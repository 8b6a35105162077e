/**
 * What every answer tells browsers: take it for what it says it is, show it in no frame, run nothing of it. A page of ours
 * replaces the policy with its own (`PAGE_POLICY`), a document made of stored rows with `DOCUMENT_POLICY`. There is no CORS
 * header anywhere: pages of other origins read nothing.
 */

/** For JSON, text and streams: even if a browser took them for a page, nothing in them would load or run. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** For our own page: scripts and styles from our own files, pictures from data, requests to where it came from. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** For a report: one self-contained file, with styles of its own and text from targets and profiles; no script runs. */
export const DOCUMENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

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
