import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, SoakdError } from '../base/errors.ts';
import { whyUnreadable } from '../base/file-errors.ts';
import { formatProblem, type ParsedProfile, type Problem, parseProfile } from '../config/profile.ts';
import { samplerSchemas } from '../sample/registry.ts';

/** Reads and checks a profile file. A file that cannot be read is a problem like any other. */
export function readProfile(file: string, cwd: string, targetUrl?: string): ParsedProfile & { source: string } {
  let source: string;
  try {
    source = readFileSync(resolve(cwd, file), 'utf8');
  } catch (thrown) {
    const problem: Problem = { file, line: 0, column: 0, path: '', ...whyUnreadable(thrown) };
    return { ok: false, problems: [problem], source: '' };
  }
  const parsed = parseProfile(source, {
    fileName: file,
    readFile: (path) => readFileSync(resolve(cwd, path), 'utf8'),
    samplerSchemas,
    systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(targetUrl === undefined ? {} : { overrides: { targetUrl } }),
  });
  return { ...parsed, source };
}

/** The error that ends a command because of a profile: every problem on its own line. */
export const badProfile = (problems: Problem[]): SoakdError =>
  new SoakdError(`the profile has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}`, {
    code: 'profile_invalid',
    details: problems.map(formatProblem),
    hint: 'docs/profile.md describes every key',
    exitCode: EXIT.badInput,
    httpStatus: 422,
  });
