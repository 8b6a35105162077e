/** Ctrl-C; told to end; the terminal is gone. */
export type Interrupt = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** What a command sees of the world: streams, terminal, environment. Only main.ts touches `process`. */
export interface Io {
  /** Data, for programs and files. */
  out(text: string): void;
  /** Talk, for people. */
  say(text: string): void;
  /** All of standard input. */
  readIn(): Promise<Buffer>;
  /** True when `say` goes to a terminal: a progress line may be rewritten. */
  sayIsTerminal: boolean;
  outIsTerminal: boolean;
  columns: number;
  /** Colour on the stream of `out`. */
  colour: boolean;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Registers for Ctrl-C, SIGTERM and SIGHUP; returns how to unregister. */
  onInterrupt(listener: (signal: Interrupt) => void): () => void;
  /** Started so that it outlives its terminal. */
  keepsOnHangup: boolean;
  /** `user@host`, for audit rows. */
  who: string;
  /** Folder of the checkout, package or image; name of the host; our pid. */
  system: { root: string; host: string; pid: number };
}

/** Colour unless NO_COLOR is set (no-color.org) or the stream is no terminal; FORCE_COLOR overrules the latter. */
export function wantsColour(env: Io['env'], isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0') return true;
  return isTerminal && env.TERM !== 'dumb';
}

/** `user@host`. In a container the user may have a number and no name; then `username` throws (getpwuid(3)). */
export function actorName(username: () => string, uid: number | null, host: string): string {
  try {
    return `${username()}@${host}`;
  } catch {
    return `uid-${uid ?? 'unknown'}@${host}`;
  }
}
