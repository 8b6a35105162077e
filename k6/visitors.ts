/**
 * Who comes: new, returning and power users in the profile's shares. A virtual user plays one visitor after the other.
 * New users have no cookies, a session and a connection of their own; returning and power users come back to theirs.
 */
import http from 'k6/http';
import type { UserKind } from '../src/model/profile.ts';
import { chooser } from './chooser.ts';
import { connectionAge } from './connection-age.ts';
import { settings } from './settings.ts';

/** Visits for which a user comes back to one session: a session that lived for 72 hours would grow like a leak. */
const VISITS_PER_SESSION: Record<UserKind, number> = { new: 1, returning: 10, power: 50 };

const KINDS: UserKind[] = ['new', 'returning', 'power'];

const chooseKind = chooser(
  'visitors',
  KINDS.map((kind) => ({ value: kind, weight: settings.kinds[kind] })),
);

export interface Visitor {
  kind: UserKind;
  session: string;
  /** The server gave the session a name of its own. */
  rename(session: string): void;
  /** Headers that age the connection: `Connection: close` on a request makes the next one open another. */
  connection(options: { last: boolean }): Record<string, string>;
}

interface Session {
  id: string;
  visitsLeft: number;
}

let visits = 0;
let next: UserKind | null = null;
const age = connectionAge(Math.random);
const sessions: Partial<Record<UserKind, Session>> = {};

/** The next visitor of this virtual user. */
export function arrive(): Visitor {
  const kind = next ?? chooseKind();
  // Drawn one ahead: the connection is closed by the last request before a new user, not by the first after.
  next = chooseKind();
  visits++;
  if (kind === 'new') http.cookieJar().clear(settings.targetUrl);

  const session = sessionOf(kind);
  return {
    kind,
    session: session.id,
    rename: (id) => {
      session.id = id;
    },
    connection: ({ last }) => (age.closes(Date.now(), last && next === 'new') ? { Connection: 'close' } : {}),
  };
}

function sessionOf(kind: UserKind): Session {
  const kept = sessions[kind];
  if (kept !== undefined && kept.visitsLeft > 0) {
    kept.visitsLeft--;
    return kept;
  }
  const session = { id: `${settings.processId}-${__VU}-${visits}`, visitsLeft: VISITS_PER_SESSION[kind] - 1 };
  sessions[kind] = session;
  return session;
}

/** Seconds until the next turn, uniform between the profile's two for this kind of user. */
export function thinkTimeSeconds(kind: UserKind): number {
  const { minMs, maxMs } = settings.thinkTime[kind];
  return (minMs + Math.random() * (maxMs - minMs)) / 1000;
}
