import { isoTime } from '../base/iso-time.ts';
import type { CriterionResult, Verdict } from '../model/verdict.ts';
import { formatInterval, formatValue } from '../verdict/quantity.ts';
import type { RunRows } from '../verdict/rows.ts';

interface Case {
  name: string;
  result: 'passed' | 'failure' | 'error' | 'skipped';
  message: string;
  detail: string;
}

/**
 * The report for pipelines: one test case a criterion and one for the run itself, in the dialect that Jenkins, GitLab
 * and GitHub's actions read (llg.cubic.org/docs/junit). A criterion that failed is a `failure`; one that could not be judged is
 * an `error`, because CI systems show `skipped` as harmless; one that does not apply is `skipped`.
 */
export function renderJunit(rows: RunRows, verdict: Verdict): string {
  const { run } = rows;
  const cases = [runCase(verdict), ...verdict.criteria.map(criterionCase)];
  const count = (result: Case['result']): number => cases.filter((one) => one.result === result).length;
  const seconds = (verdict.time.totalMs / 1000).toFixed(3);
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds}"`;
  const property = (name: string, value: string): string =>
    `      <property name="${escapeXml(name)}" value="${escapeXml(value)}"/>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="soakd" ${totals}>`,
    `  <testsuite name="${escapeXml(run.name)}" ${totals} timestamp="${isoTime(run.startMs).slice(0, 19)}">`,
    '    <properties>',
    property('run', run.id),
    property('target', run.targetUrl),
    property('outcome', verdict.outcome),
    property('rehearsal', String(run.rehearsal)),
    property('headline', verdict.headline),
    '    </properties>',
    ...cases.flatMap((one) => caseLines(one, run.name)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines({ name, result, message, detail }: Case, suite: string): string[] {
  const open = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}"`;
  if (result === 'passed')
    return [`${open}>`, `      <system-out>${escapeXml(detail)}</system-out>`, '    </testcase>'];
  if (result === 'skipped') return [`${open}>`, `      <skipped message="${escapeXml(message)}"/>`, '    </testcase>'];
  const type = result === 'error' ? 'inconclusive' : 'failed';
  return [
    `${open}>`,
    `      <${result} message="${escapeXml(message)}" type="${type}">${escapeXml(detail)}</${result}>`,
    '    </testcase>',
  ];
}

/** Whether the run as a whole can be relied on: an abort or too little offered load is no criterion's own matter. */
function runCase({ outcome, headline, criteria, reasons }: Verdict): Case {
  const told = new Set(criteria.flatMap(({ name, why }) => [why, `${name}: ${why}`]));
  const own = reasons.filter((reason) => !told.has(reason));
  const sound = outcome !== 'aborted' && own.length === 0;
  return {
    name: 'the run itself',
    result: sound ? 'passed' : 'error',
    message: own[0] ?? headline,
    detail: [headline, ...own].join('\n'),
  };
}

function criterionCase(criterion: CriterionResult): Case {
  const { name, id, targetText, actual, unit, interval, evidence, status, why } = criterion;
  const results = { pass: 'passed', fail: 'failure', inconclusive: 'error', not_applicable: 'skipped' } as const;
  return {
    name: `${name} ${targetText}`,
    result: results[status],
    message: why,
    detail: [
      `criterion: ${id}`,
      `target: ${targetText}`,
      `actual: ${formatValue(actual, unit)}`,
      `95 % interval: ${formatInterval(interval, unit)}`,
      `evidence: ${evidence}`,
      `why: ${why}`,
    ].join('\n'),
  };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for XML 1.0: markup escaped; line breaks kept in attributes; characters that XML cannot hold become U+FFFD. */
export const escapeXml = (value: string): string =>
  value
    .toWellFormed()
    // The characters outside of `Char` in XML 1.0, section 2.2.
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');
