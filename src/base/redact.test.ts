import { describe, expect, it } from 'vitest';
import { describeError } from './errors.ts';
import { quote } from './parsed.ts';
import { withoutPasswords } from './redact.ts';

describe('a password in an address', () => {
  it.each([
    ['http://ana:hunter2@shop.example/base', 'http://ana:[redacted]@shop.example/base'],
    ['redis://:hunter2@10.0.0.7:6379/0', 'redis://:[redacted]@10.0.0.7:6379/0'],
    ['mongodb://ana:hun@ter2@a:1,b:2/admin', 'mongodb://ana:[redacted]@a:1,b:2/admin'],
    ['http://ana:hunter#2?@shop.example', 'http://ana:[redacted]@shop.example'],
    ['first http://a:b@c then http://d:e@f', 'first http://a:[redacted]@c then http://d:[redacted]@f'],
  ])('is taken out of %s', (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown);
  });

  it.each([
    'http://127.0.0.1:8089/v1/runs?who=a@b',
    'http://127.0.0.1:8089?who=a@b',
    'http://[::1]:8080/',
    'at 12:30 from a:b@c',
    'postgres://ana@db',
  ])('is not seen where there is none: %s', (text) => {
    expect(withoutPasswords(text)).toBe(text);
  });

  it('is neither quoted in a problem nor told by an error or its cause', () => {
    expect(quote('ftp://ana:hunter2@shop.example')).toBe('"ftp://ana:[redacted]@shop.example"');
    const cause = new Error('connect http://ana:hunter2@shop.example');
    expect(describeError(new Error('no answer', { cause }))).toBe(
      'no answer: connect http://ana:[redacted]@shop.example',
    );
  });
});
