import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ownPid } from '../base/own-process.ts';
import type { ProcessStat } from '../base/proc.ts';
import { onlyRoot } from './find-process.ts';
import { descriptorsOf, parseProcessStatus, parseTcp, processStatus, tcpSockets } from './proc.ts';
import { treeOf } from './process-tree.ts';

const stat = (pid: number, parentPid: number): ProcessStat => ({
  pid,
  parentPid,
  state: 'S',
  processGroup: pid,
  startTicks: 100 + pid,
});

describe('/proc', () => {
  it('tells threads, anonymous memory and swap, sizes in KiB', () => {
    const text = 'Name:\tnode\nVmRSS:\t   50000 kB\nRssAnon:\t   30000 kB\nVmSwap:\t       0 kB\nThreads:\t11\n';
    expect(parseProcessStatus(text)).toEqual({ threads: 11, anonymousBytes: 30_720_000, swapBytes: 0 });
    // A kernel thread has no memory of its own.
    expect(parseProcessStatus('Name:\tkthreadd\nThreads:\t1\n')).toEqual({
      threads: 1,
      anonymousBytes: null,
      swapBytes: null,
    });
  });

  it('tells sockets with port, state and inode, those without an owner left out', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 41234 1 0000 100',
      '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 41240 1 0000 20',
      '   2: 0100007F:1F90 0100007F:C351 08 00000000:00000000 00:00000000 00000000  1000        0 41241 1 0000 20',
      '   3: 0100007F:1F90 0100007F:C352 06 00000000:00000000 03:00000F54 00000000     0        0 0 3 0000',
      '   4: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 02 0:0 00:0 0 0 0 41300 1',
      '',
    ].join('\n');
    expect(parseTcp(text)).toEqual([
      { inode: '41234', localPort: 8080, state: 'listen' },
      { inode: '41240', localPort: 8080, state: 'established' },
      { inode: '41241', localPort: 8080, state: 'close_wait' },
      { inode: '41300', localPort: 80, state: 'other' },
    ]);
  });

  it('shows a socket of our own, under the inode of our descriptor', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const sockets = await tcpSockets('self');
    const descriptors = await descriptorsOf(ownPid());
    server.close();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const listening = sockets?.filter(({ state, localPort }) => state === 'listen' && localPort === port);
    expect(listening).toHaveLength(1);
    expect(descriptors?.socketInodes).toContain(listening?.[0]?.inode);
  });

  it('says null for a process that is gone', async () => {
    const never = 2 ** 22 + 1;
    expect([await processStatus(never), await descriptorsOf(never), await tcpSockets(never)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a family of processes', () => {
  const all = [stat(1, 0), stat(10, 1), stat(11, 10), stat(12, 10), stat(13, 12), stat(20, 1)];

  it('is the process and all its descendants', () => {
    expect(treeOf(stat(10, 1), all).map(({ pid }) => pid)).toEqual([10, 11, 12, 13]);
    expect(treeOf(stat(20, 1), all).map(({ pid }) => pid)).toEqual([20]);
  });

  it('has one root; two families are no answer', () => {
    expect(onlyRoot([stat(11, 10), stat(10, 1), stat(12, 10)], 'port 80').pid).toBe(10);
    expect(() => onlyRoot([stat(10, 1), stat(20, 1)], 'port 80')).toThrow('port 80 fits 2 processes: 10, 20');
  });
});
