import { readFileSync } from 'node:fs';
import { EXIT, SoakdError } from '../base/errors.ts';
import { whyUnreadable } from '../base/file-errors.ts';
import { readYaml } from '../config/document.ts';
import { formatProblem } from '../config/problem.ts';
import { type DaemonConfig, readDaemonConfig } from './config.ts';

/**
 * The configuration in a file. Throws a SoakdError `config_invalid` whose details are all of its problems, each as
 * `file:line:column path: problem; hint`.
 */
export const readConfigFile = (path: string): DaemonConfig => readFile(path).config;

/**
 * Reads the file at the start and again at each reload. A file that held something and holds nothing is refused: it was
 * truncated, or is just being written, and channels, rules and schedule would be gone with nobody told.
 */
export function configFileReader(path: string): () => DaemonConfig {
  let held = false;
  return () => {
    const { config, isEmpty } = readFile(path);
    if (isEmpty && held)
      throw invalid(
        `the configuration ${path} holds nothing, and it held something before`,
        [],
        'write it again and reload; to go on without a configuration, restart soakd',
      );
    held = !isEmpty;
    return config;
  };
}

function readFile(path: string): { config: DaemonConfig; isEmpty: boolean } {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (cause) {
    const { problem, hint } = whyUnreadable(cause);
    throw invalid(`the configuration ${path} cannot be read: ${problem}`, [], hint);
  }
  const read = readDaemonConfig(source, path);
  if (read.ok) return { config: read.config, isEmpty: Object.keys(readYaml(source).data ?? {}).length === 0 };
  throw invalid(
    'the configuration is not valid',
    read.problems.map(formatProblem),
    'docs/operations.md describes every key',
  );
}

const invalid = (message: string, details: string[], hint: string): SoakdError =>
  new SoakdError(message, { code: 'config_invalid', details, hint, exitCode: EXIT.badInput, httpStatus: 422 });
