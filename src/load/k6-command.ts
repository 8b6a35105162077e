/** How k6 is called: the same for every run, hermetic, and without anything that keeps memory growing (docs/formats.md). */
import { join } from 'node:path';
import { spoolFileOf } from './engine.ts';

export interface K6Command {
  script: string;
  folder: string;
  processId: string;
}

/** Tags that the output uses. `url` and `error` are unbounded: k6 never forgets a tag set. */
const SYSTEM_TAGS = ['scenario', 'name', 'status', 'error_code', 'expected_response', 'check'];

export const k6ConfigFileOf = (folder: string): string => join(folder, 'k6.json');
export const settingsFileOf = (folder: string): string => join(folder, 'load.json');

/** The argument by which a k6 process is known to work for this start of a run. */
export const outputArgument = (folder: string, processId: string): string =>
  `soakd=${spoolFileOf(folder, processId)}?process=${processId}`;

/** Arguments of `k6`. Metric sinks keep every value unless both summary and thresholds are off (metrics/sink.go). */
export const k6Arguments = ({ script, folder, processId }: K6Command): string[] => [
  'run',
  '--quiet',
  '--no-color',
  '--no-usage-report',
  '--no-thresholds',
  '--summary-mode=disabled',
  // No REST server: nobody else may stop or steer this k6.
  '--address=',
  // An empty file instead of the one in the user's home.
  `--config=${k6ConfigFileOf(folder)}`,
  `--system-tags=${SYSTEM_TAGS.join(',')}`,
  '--out',
  outputArgument(folder, processId),
  script,
];

/** Variables of k6 and of the scripts, on top of the inherited ones. */
export const k6Variables = (folder: string, targetUrl: string): Record<string, string> => ({
  // Never fetch another build of k6 because a script imports an extension.
  K6_AUTO_EXTENSION_RESOLUTION: 'false',
  SOAKD_LOAD: settingsFileOf(folder),
  // For a user's own script.
  SOAKD_TARGET: targetUrl,
});
