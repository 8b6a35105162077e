import { z } from 'zod';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';
import { value } from './value.ts';

/** The base address of what is soaked, without a slash at its end. */
export function checkTargetUrl(input: unknown): Parsed<string> {
  if (typeof input !== 'string' || !URL.canParse(input)) {
    const hint =
      typeof input === 'string' && /^[\w.-]+(:\d+)?(\/|$)/.test(input)
        ? `write http://${input}`
        : 'write for example http://127.0.0.1:8080';
    return unreadable(`${quote(input)} is not an address`, hint);
  }
  const url = new URL(input);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return unreadable(`${quote(input)} is not an http or https address`, hintForScheme(input));
  }
  if (url.username !== '' || url.password !== '') {
    return unreadable(
      'the address carries a user or password, which would be stored',
      'use a header with env:NAME instead',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    return unreadable(`${quote(input)} carries a query or fragment`, 'write only scheme, host, port and base path');
  }
  return parsed(`${url.origin}${url.pathname.replace(/\/+$/, '')}`);
}

/** `ftp://shop` names another protocol; `localhost:8080` only looks as if it did (a host before a port parses as a scheme). */
function hintForScheme(input: string): string {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(input) ?? [];
  const alike =
    scheme === undefined ? `http://${input}` : `${scheme.toLowerCase() === 'wss' ? 'https' : 'http'}://${rest}`;
  const isHost = URL.canParse(alike) && new URL(alike).username === '' && !rest.startsWith('/');
  if (!isHost) return 'write for example http://127.0.0.1:8080';
  return scheme === undefined ? `write ${alike}` : `soakd speaks HTTP only: if the service does too, write ${alike}`;
}

export const targetSchema = z.strictObject({
  url: value(checkTargetUrl, {
    type: 'string',
    description: 'base address of what is soaked; `--target` beats it',
    examples: ['http://127.0.0.1:8080'],
  }),
});

/** One target, however it is written: scheme, host in lower case (`localhost` is 127.0.0.1), port. */
export function canonicalTarget(targetUrl: string): string {
  const url = new URL(targetUrl);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname;
  return `${url.protocol}//${host}:${port}`;
}
