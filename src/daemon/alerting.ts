import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type AlertRules, readAlertRules } from '../alert/rules-file.ts';
import { EXIT, SoakdError } from '../base/errors.ts';
import { formatProblem } from '../config/problem.ts';
import { AlertWatch, type AlertWatchPorts } from '../duty/alert-watch.ts';
import type { DaemonConfig } from './config.ts';
import type { Reloadable } from './reload.ts';

type Asked = Pick<DaemonConfig, 'alertsFile'>;

/** The rules that soakd comes with. */
export const shippedRulesFile = (root: string): string => join(root, 'config', 'alerts.yaml');

/** The rules of a file. Throws a SoakdError `alerts_invalid` with every problem as `file:line:column path: problem; hint`. */
export function loadAlertRules(file: string): AlertRules {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SoakdError(`the alert rules ${file} cannot be read`, {
      code: 'alerts_unreadable',
      hint: '`alerts: { file: … }` in the configuration names the file; relative to the configuration',
      exitCode: EXIT.badInput,
      cause,
    });
  }
  const read = readAlertRules(source, file);
  if (read.ok) return read.value;
  throw new SoakdError(`the alert rules ${file} cannot be used`, {
    code: 'alerts_invalid',
    details: read.problems.map(formatProblem),
    hint: `\`soakd alerts check ${file}\` checks them`,
    exitCode: EXIT.badInput,
  });
}

/** The watch over runs, with the rules that the configuration names now: a reload takes others for live runs too. */
export class Alerting implements Reloadable {
  readonly name = 'alerts';
  readonly watch: AlertWatch;
  readonly #root: string;
  #rules: AlertRules;

  /** Throws a SoakdError for rules that cannot be used. */
  constructor(config: Asked, root: string, ports: Omit<AlertWatchPorts, 'rules'>) {
    this.#root = root;
    this.#rules = this.#read(config);
    this.watch = new AlertWatch({ ...ports, rules: () => this.#rules });
  }

  get rules(): AlertRules {
    return this.#rules;
  }

  async prepare(config: Asked): Promise<(() => Promise<void>) | null> {
    const rules = this.#read(config);
    if (isDeepStrictEqual(rules, this.#rules)) return null;
    return async () => {
      this.#rules = rules;
      await this.watch.takeRules();
    };
  }

  #read({ alertsFile }: Asked): AlertRules {
    return loadAlertRules(alertsFile ?? shippedRulesFile(this.#root));
  }
}
