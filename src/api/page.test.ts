import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ApiRig } from '../../tests/support/api-rig.ts';
import { SimulatedStaging } from '../../tests/support/simulated-staging.ts';
import { encodingFor } from './compress.ts';
import { readPage } from './page.ts';
import { PAGE_FILES } from './page-files.ts';

const root = new URL('../..', import.meta.url).pathname;

describe('the files of the dashboard', () => {
  const { app } = new ApiRig(new SimulatedStaging());
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ method: 'GET', url, headers });

  it('are those that lie in web/, no more and no less', () => {
    const listed = PAGE_FILES.flatMap((one) => ('file' in one ? [one.file] : [])).toSorted();
    const found = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(js|css|svg|html)$/.test(file))
      .map((file) => join('web', file));
    expect(listed).toEqual(found.toSorted());
  });

  it('come under names of their content, for good; the page itself is asked for anew', async () => {
    const page = await get('/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['cache-control']).toBe('no-cache');
    const asset = /\/assets\/[0-9a-f]{16}\/main\.js/.exec(page.payload)?.[0] ?? '';
    const script = await get(asset);
    expect(script.headers['cache-control']).toContain('immutable');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    // All modules are asked for at once.
    expect(page.payload.match(/modulepreload/g)).toHaveLength(
      PAGE_FILES.filter(({ name }) => name.endsWith('.js')).length,
    );
  });

  it('are not sent again to who has them', async () => {
    const first = await get('/', { 'accept-encoding': 'br' });
    const again = await get('/', { 'accept-encoding': 'br', 'if-none-match': String(first.headers.etag) });
    expect(again.statusCode).toBe(304);
    expect(again.payload).toBe('');
    // Another encoding is another representation.
    const plain = await get('/', { 'if-none-match': String(first.headers.etag) });
    expect(plain.statusCode).toBe(200);
  });

  it('come compressed to those who take it', async () => {
    const plain = await get('/');
    const brotli = await get('/', { 'accept-encoding': 'gzip, br' });
    const zipped = await get('/', { 'accept-encoding': 'gzip, br;q=0' });
    expect([brotli.headers['content-encoding'], zipped.headers['content-encoding']]).toEqual(['br', 'gzip']);
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(plain.payload);
    expect(gunzipSync(zipped.rawPayload).toString()).toBe(plain.payload);
  });

  it('carry a policy that lets nothing run but themselves', async () => {
    const policy = String((await get('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect((await get('/')).payload).not.toMatch(/<script(?![^>]*src=)|\sstyle=|\son\w+=/);
  });

  it.each([
    '/assets/../package.json',
    '/assets/%2e%2e/package.json',
    '/web/main.js',
    '/assets/main.js',
    '/..%2fpackage.json',
  ])('are not found by a path: %s', async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  });

  it('say which one is missing', () => {
    expect(() => readPage(join(root, 'docs'))).toThrow(/web\/index\.html/);
  });
});

describe('the choice of an encoding', () => {
  it.each([
    [undefined, 'identity'],
    ['gzip, deflate, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'identity'],
  ])('of %j is %s', (accepted, encoding) => {
    expect(encodingFor(accepted)).toBe(encoding);
  });
});
