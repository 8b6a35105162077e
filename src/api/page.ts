/**
 * The dashboard's files. They are read once, from an explicit list: a path in a request is looked up among names and never
 * reaches the file system. All but the page itself lie under a name made of their content, so that browsers keep them for good.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compressed, type Encoding, encodingFor } from './compress.ts';
import { PAGE_FILES, type PageFileName } from './page-files.ts';
import { PAGE_POLICY } from './security-headers.ts';

const MEDIA_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Done once a file: may take its time. */
const BROTLI_QUALITY = 10;

export interface PageFile {
  /** Where it is asked for: `/`, `/assets/3f9a…/main.js`. */
  path: string;
  mediaType: string;
  etag: string;
  immutable: boolean;
  bytes(encoding: Encoding): Promise<Buffer>;
}

/** Reads the dashboard below `root`, the folder of the checkout, package or image. Throws what the file system says when a file is missing. */
export function readPage(root: string): PageFile[] {
  const { resolve } = createRequire(import.meta.url);
  const sources = PAGE_FILES.map((one) => ({
    name: one.name,
    // A package lies where Node finds it: beside soakd when soakd itself is a dependency.
    content: readFileSync('file' in one ? join(root, one.file) : resolve(one.packaged)),
  }));
  const version = digest(...sources.map(({ content }) => content)).slice(0, 16);
  const assets = sources.filter(({ name }) => name !== 'index.html');
  const preloads = assets
    .filter(({ name }) => name.endsWith('.js'))
    .map(({ name }) => `<link rel="modulepreload" href="/assets/${version}/${name}">`)
    .join('\n    ');
  return sources.map(({ name, content }) => {
    if (name !== 'index.html') return pageFile(`/assets/${version}/${name}`, name, content, true);
    // Modules are asked for at once, not one import after another.
    const html = content
      .toString('utf8')
      .replaceAll('/assets/', `/assets/${version}/`)
      .replace('<!-- modules -->', preloads);
    return pageFile('/', name, Buffer.from(html), false);
  });
}

function pageFile(path: string, name: PageFileName, content: Buffer, immutable: boolean): PageFile {
  const known = new Map<Encoding, Promise<Buffer>>();
  return {
    path,
    immutable,
    mediaType: MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    etag: `"${digest(content).slice(0, 20)}"`,
    bytes(encoding) {
      const bytes = known.get(encoding) ?? compressed(content, encoding, BROTLI_QUALITY);
      known.set(encoding, bytes);
      return bytes;
    },
  };
}

const digest = (...contents: Buffer[]): string => {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex');
};

/** Serves the page to everybody: it holds nothing but itself, and asks the API, which asks for the token. */
export function servePage(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    app.get(file.path, (request, reply) => send(file, request, reply));
    app.head(file.path, (request, reply) => send(file, request, reply));
  }
}

async function send(file: PageFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const encoding = encodingFor(request.headers['accept-encoding']);
  // Another encoding is another representation (RFC 9110, §8.8.3).
  const etag = encoding === 'identity' ? file.etag : file.etag.replace(/"$/, `-${encoding}"`);
  reply.headers({
    'content-security-policy': PAGE_POLICY,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag,
  });
  const known = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag)) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(file.mediaType).send(await file.bytes(encoding));
}
