import { readFileSync } from 'node:fs';
import { EXIT, SoakdError } from '../base/errors.ts';
import { whyUnreadable } from '../base/file-errors.ts';
import { formatProblem } from '../config/problem.ts';
import { type DaemonConfig, readDaemonConfig } from './config.ts';

/**
 * The configuration in a file. Throws a SoakdError `config_invalid` whose details are all of its problems, each as
 * `file:line:column path: problem; hint`.
 */
export function readConfigFile(path: string): DaemonConfig {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    throw invalid(`the configuration ${path} cannot be read: ${problem}`, [], hint);
  }
  const read = readDaemonConfig(source, path);
  if (read.ok) return read.config;
  throw invalid(
    'the configuration is not valid',
    read.problems.map(formatProblem),
    'docs/operations.md describes every key',
  );
}

const invalid = (message: string, details: string[], hint: string): SoakdError =>
  new SoakdError(message, { code: 'config_invalid', details, hint, exitCode: EXIT.badInput, httpStatus: 422 });
