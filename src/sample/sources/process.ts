/** A process of this machine: CPU, memory, threads, descriptors, connections; children summed. */
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { isAlive, type ProcessStat, processStat } from '../../base/proc.ts';
import { findProcess, type ProcessQuery } from '../find-process.ts';
import { PROCESS_SERIES, processValues } from '../process-series.ts';
import { ProcessTreeReader, processIdentity, startedMs } from '../process-tree.ts';
import type { Sampler, SamplerPlugin } from '../sampler.ts';

const WAYS = ['pid', 'pid_file', 'port', 'command'] as const;

const settings = z
  .strictObject({
    pid: z
      .int()
      .min(1, 'is below 1')
      .describe('process id; a restart gives it another one, so prefer a way below')
      .optional(),
    pid_file: z.string().min(1, 'is empty').describe('file that the service writes its process id to').optional(),
    port: z
      .int()
      .min(1, 'is below 1')
      .max(65_535, 'is above 65535')
      .describe('TCP port on which the process listens')
      .optional(),
    command: z
      .string()
      .min(1, 'is empty')
      .describe('regular expression that fits the command line of one process')
      .optional(),
    children: z.boolean().describe('sum the process and all its descendants').default(true),
  })
  .superRefine((given, context) => {
    const ways = WAYS.filter((way) => given[way] !== undefined);
    if (ways.length !== 1) {
      context.addIssue({
        code: 'custom',
        message: ways.length === 0 ? 'does not say which process' : `${ways.join(' and ')} exclude each other`,
        params: { hint: `give one of ${WAYS.join(', ')}` },
      });
    }
    if (given.command !== undefined && patternOf(given.command) === null) {
      context.addIssue({
        code: 'custom',
        path: ['command'],
        message: `"${given.command}" is not a regular expression`,
        params: { hint: 'put a backslash before ( [ + * ? that are meant literally' },
      });
    }
  });

export const processSource: SamplerPlugin<typeof settings> = {
  kind: 'process',
  settings,

  start(given, { clock }): Sampler {
    const query = queryOf(given);
    const reader = new ProcessTreeReader(given.children);
    let current: ProcessStat | null = null;

    const find = async (): Promise<ProcessStat> => {
      const known = current;
      if (known !== null) {
        const now = processStat(known.pid);
        if (now !== null && isAlive(now) && now.startTicks === known.startTicks) return now;
        if (query.by === 'pid') {
          throw new SoakdError(`process ${known.pid} has ended`, {
            code: 'process_not_found',
            hint: 'find the process by port or command: a restart gives it another pid',
          });
        }
      }
      current = await findProcess(query);
      return current;
    };

    return {
      series: PROCESS_SERIES,
      cheap: true,
      async read() {
        const root = await find();
        return processValues(await reader.read(root));
      },
      identity: () => (current === null ? null : processIdentity(current)),
      startedMs: () => (current === null ? null : startedMs(current, clock)),
    };
  },
};

function queryOf(given: z.output<typeof settings>): ProcessQuery {
  if (given.pid !== undefined) return { by: 'pid', pid: given.pid };
  if (given.pid_file !== undefined) return { by: 'pid_file', path: given.pid_file };
  if (given.port !== undefined) return { by: 'port', port: given.port };
  return { by: 'command', pattern: new RegExp(given.command ?? '') };
}

function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}
