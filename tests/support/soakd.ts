/** The program itself as a child process, through its launcher. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const LAUNCHER = resolve('bin/soakd');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Data. */
  out: string;
  /** Talk. */
  said: string;
}

export interface SoakdOptions {
  cwd?: string;
  /** Added to a small environment of no terminal, no daemon and UTC; undefined takes a variable out. */
  env?: Record<string, string | undefined>;
  /** Another one than the repository's own. */
  launcher?: string;
  /** Another Node than the one that runs the tests. */
  node?: string;
  /** Standard input; it is closed where there is none. */
  input?: string;
  /** In a process group of its own, as a shell starts it: `killGroup` is Ctrl-C then. */
  ownGroup?: boolean;
}

/** A soakd at work. */
export class Soakd {
  readonly #child: ChildProcess;
  #out = '';
  #said = '';
  #waiting: {
    stream: 'out' | 'said';
    pattern: RegExp;
    found: (match: RegExpExecArray) => void;
    lost: (reason: Error) => void;
  }[] = [];
  readonly ended: Promise<Ended>;

  constructor(
    args: string[],
    { cwd, env, launcher = LAUNCHER, node = process.execPath, input, ownGroup = false }: SoakdOptions = {},
  ) {
    const { PATH, HOME, SOAKD_K6, SOAKD_CACHE, XDG_CACHE_HOME } = process.env;
    this.#child = spawn(node, [launcher, ...args], {
      cwd: cwd ?? process.cwd(),
      detached: ownGroup,
      env: { PATH, HOME, SOAKD_K6, SOAKD_CACHE, XDG_CACHE_HOME, TZ: 'UTC', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.end(input);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
      this.#look();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      this.#look();
    });
    this.ended = new Promise((done, failed) => {
      this.#child.once('error', failed);
      this.#child.once('close', (code, signal) => {
        for (const { lost, pattern } of this.#waiting) {
          lost(new Error(`soakd ended with ${code ?? signal} before it said ${pattern}:\n${this.#out}\n${this.#said}`));
        }
        done({ code, signal, out: this.#out, said: this.#said });
      });
    });
  }

  /** Resolves when stdout (`out`) or stderr (`said`) holds what the pattern describes; rejects when soakd ends before. */
  until(stream: 'out' | 'said', pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found, lost) => {
      this.#waiting.push({ stream, pattern, found, lost });
      this.#look();
    });
  }

  /** Of the process that was started: the launcher's. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Tells every process of its group. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ stream, pattern, found }) => {
      const match = pattern.exec(stream === 'out' ? this.#out : this.#said);
      if (match !== null) found(match);
      return match === null;
    });
  }
}

/** Runs one command to its end. */
export const soakd = (args: string[], options?: SoakdOptions): Promise<Ended> => new Soakd(args, options).ended;
