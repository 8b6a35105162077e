/** Can this workload begin? What k6 would only find out when the load is to start, found before. */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { SoakdError } from '../base/errors.ts';
import type { ScriptWorkload, Workload } from '../model/profile.ts';
import { k6Environment, referredVariables } from './workload-environment.ts';

/** A script's init code may read large files; a start does not wait for that. */
const INSPECT_LIMIT_MS = 5000;

export interface WorkloadSurroundings {
  k6Path: string;
  /** The environment that k6 inherits and that `env:NAME` refers to. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface WorkloadFinding {
  finding: string;
  /** False when the script's init code took too long to be looked at to its end. */
  complete: boolean;
}

/**
 * Says what was found. Rejects with `workload_variable_missing` that names every variable that is not set, and with
 * `script_unusable` when k6 cannot load an own script or the script does not export the function. Sends nothing: k6 has
 * no network in init code, and neither setup() nor an iteration is run.
 */
export async function checkWorkload(
  workload: Workload,
  targetUrl: string | null,
  { k6Path, env }: WorkloadSurroundings,
): Promise<WorkloadFinding> {
  const environment = k6Environment(env, workload);
  if (workload.kind === 'script') {
    // Without a target yet the script is given a name that leads nowhere (RFC 2606).
    const target = targetUrl ?? 'http://soakd.invalid';
    return inspect(workload, k6Path, {
      ...environment,
      K6_AUTO_EXTENSION_RESOLUTION: 'false',
      // A configuration of k6 in the user's home is not read by a run either.
      XDG_CONFIG_HOME: '/nonexistent',
      SOAKD_TARGET: target,
    });
  }
  const names = referredVariables(workload);
  return {
    finding: names.length === 0 ? workload.kind : `${workload.kind}, with ${names.join(', ')} from the environment`,
    complete: true,
  };
}

/** `k6 inspect` of a few lines that import the script: its init code runs as it will in each virtual user. */
function inspect(
  { file, exec }: ScriptWorkload,
  k6Path: string,
  env: Record<string, string>,
): Promise<WorkloadFinding> {
  const missing = `${file} exports no function "${exec}"`;
  const probe = `import * as script from ${JSON.stringify(pathToFileURL(file).href)};
if (typeof script[${JSON.stringify(exec)}] !== 'function') throw new Error(${JSON.stringify(NO_FUNCTION)});
export default function () {}
`;
  const args = ['inspect', '--include-system-env-vars', '--log-format=json', '-'];
  return new Promise((resolve, reject) => {
    const child = execFile(
      k6Path,
      args,
      { cwd: '/', env, timeout: INSPECT_LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 16 << 20 },
      (failed, _, said) => {
        if (failed === null) resolve({ finding: `${file} exports "${exec}"`, complete: true });
        else if (failed.killed === true) {
          resolve({ finding: `${file} was not loaded within ${INSPECT_LIMIT_MS / 1000} s`, complete: false });
        } else if (typeof failed.code !== 'number') {
          // That k6 is missing or broken is the finding of another check.
          resolve({ finding: `${file} was not looked at: k6 did not run`, complete: false });
        } else if (said.includes(NO_FUNCTION)) reject(unusable(missing, EXPORT_HINT));
        else reject(unusable(`k6 cannot load ${file}: ${firstError(said) ?? `exit code ${failed.code}`}`, LOAD_HINT));
      },
    );
    // A k6 that is missing or ends early reads no input; that is told above.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(probe);
  });
}

const NO_FUNCTION = 'soakd: the script exports no such function';
/** Which script k6 was given: our probe. */
const ABOUT_PROBE = "could not initialize '-': could not load JS test 'file:///-': ";
const EXPORT_HINT = 'name an exported function with exec: in the workload, or export this one';
const LOAD_HINT = 'try it by hand: k6 inspect --include-system-env-vars FILE';

const unusable = (message: string, hint: string): SoakdError =>
  new SoakdError(message, { code: 'script_unusable', hint, httpStatus: 409 });

/** k6 logs one JSON object a line; the message's own first line says what is wrong, the rest where. */
function firstError(said: string): string | null {
  for (const line of said.split('\n')) {
    try {
      const { level, msg } = JSON.parse(line);
      if (level === 'error' && typeof msg === 'string') return msg.replace(ABOUT_PROBE, '').split('\n')[0] ?? null;
    } catch {
      // Not one of k6's own lines.
    }
  }
  return null;
}
