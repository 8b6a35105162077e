/** The entry that runs a user's own k6 script, untouched, under soakd's arrivals. */
import { pathToFileURL } from 'node:url';
import type { ScriptWorkload } from '../model/profile.ts';

/** Options of the script that would plan load of their own, keep memory growing, or end the run early. */
const REPLACED_OPTIONS = [
  'scenarios',
  'vus',
  'duration',
  'iterations',
  'stages',
  'rps',
  'paused',
  'thresholds',
  'executionSegment',
  'executionSegmentSequence',
  'systemTags',
  'linger',
];

/**
 * JavaScript for k6. `setup` and `teardown` exist in the wrapper whether or not the script has them; `handleSummary` is
 * left out because the summary is off. A scenario of the script that runs the same function gives its `env`, `tags` and
 * browser `options`. Files that the script opens are found beside the script, as ever.
 */
export function ownScriptEntry({ file, exec }: ScriptWorkload, scriptsFolder: string): string {
  const text = (value: unknown): string => JSON.stringify(value);
  return `// Written by soakd for each start; runs the script below as it is.
import * as script from ${text(pathToFileURL(file).href)};
import { track } from 'k6/x/soakd';
import { arrivals } from ${text(pathToFileURL(`${scriptsFolder}/settings.ts`).href)};

const iterate = script[${text(exec)}];
if (typeof iterate !== 'function') throw new Error(${text(`${file} exports no function "${exec}"`)});

const own = { ...script.options };
const like = Object.values(own.scenarios ?? {}).find((scenario) => (scenario.exec ?? 'default') === ${text(exec)}) ?? {};
for (const name of ${text(REPLACED_OPTIONS)}) delete own[name];

export const options = { ...own, ...arrivals({ env: like.env, tags: like.tags, options: like.options }) };

export function setup() {
  return script.setup?.();
}

export default function (data) {
  track();
  return iterate(data);
}

export function teardown(data) {
  return script.teardown?.(data);
}
`;
}
