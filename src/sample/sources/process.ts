/** A process of this machine: CPU, memory, threads, descriptors, connections; children summed. */
import { z } from 'zod';
import { SoakdError } from '../../base/errors.ts';
import { isAlive, type ProcessStat, processStat } from '../../base/proc.ts';
import { findProcess, type ProcessQuery } from '../find-process.ts';
import { PROCESS_SERIES } from '../process-series.ts';
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
      .describe('TCP port on which the process listens; that of the target without any of the four')
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
    if (ways.length > 1) {
      context.addIssue({
        code: 'custom',
        message: `${ways.join(' and ')} exclude each other`,
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

  start(given, { clock, targetUrl }): Sampler {
    const query = queryOf(given, targetUrl);
    const reader = new ProcessTreeReader({ children: given.children, connections: true });
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
      series: PROCESS_SERIES.series,
      cheap: true,
      async read() {
        const root = await find();
        return PROCESS_SERIES.values(await reader.read(root));
      },
      identity: () => (current === null ? null : processIdentity(current)),
      startedMs: () => (current === null ? null : startedMs(current, clock)),
    };
  },
};

function queryOf(given: z.output<typeof settings>, targetUrl: string): ProcessQuery {
  if (given.pid !== undefined) return { by: 'pid', pid: given.pid };
  if (given.pid_file !== undefined) return { by: 'pid_file', path: given.pid_file };
  if (given.port !== undefined) return { by: 'port', port: given.port };
  if (given.command !== undefined) return { by: 'command', pattern: new RegExp(given.command) };
  return { by: 'port', port: portOf(targetUrl) };
}

/** The same port of another machine would be another process here. */
function portOf(targetUrl: string): number {
  const { hostname, port, protocol } = new URL(targetUrl);
  if (hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')) {
    return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  }
  throw new SoakdError(`which process is meant cannot be told from ${targetUrl}: it is not on this machine`, {
    code: 'sampler_settings',
    hint: `give one of ${WAYS.join(', ')}, or sample the target by prometheus`,
  });
}

function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text);
  } catch {
    return null;
  }
}
