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
    const hint = URL.canParse(`http://${input}`) ? `write http://${input}` : 'write for example http://127.0.0.1:8080';
    return unreadable(`${quote(input)} is not an http or https address`, hint);
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

export const targetSchema = z.strictObject({
  url: value(checkTargetUrl, {
    type: 'string',
    description: 'base address of what is soaked; `--target` beats it',
    examples: ['http://127.0.0.1:8080'],
  }),
});
