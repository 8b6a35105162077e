import { visible } from '../base/visible.ts';

/** Something wrong with a file that a person wrote. */
export interface Problem {
  file: string;
  /** From 1; 0 when the problem is not in a file (an option of the command line). */
  line: number;
  column: number;
  /** `soak_test.traffic_pattern.base_rate`; empty when the text is not even YAML. */
  path: string;
  problem: string;
  hint: string;
}

/** `file:line:column path: problem; hint` */
export function formatProblem({ file, line, column, path, problem, hint }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  return visible(`${place}${path === '' ? '' : ` ${path}`}: ${problem}; ${hint}`);
}
