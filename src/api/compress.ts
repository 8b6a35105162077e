/** Answers of the API, compressed when they are long: three days on a grid are mostly digits. */
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const gzipped = promisify(gzip);
const brotlied = promisify(brotliCompress);

/** A shorter answer fits into one packet anyhow. */
const LEAST_BYTES = 1_400;
/** As quick as gzip's usual level, and smaller. */
const BROTLI_QUALITY = 4;

export type Encoding = 'br' | 'gzip' | 'identity';

/** The best that `Accept-Encoding` allows (RFC 9110, §12.5.3); a weight of 0 forbids. */
export function encodingFor(accepted: string | undefined): Encoding {
  const allowed = new Set<string>();
  for (const part of (accepted ?? '').toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) allowed.add(name);
  }
  return allowed.has('br') ? 'br' : allowed.has('gzip') ? 'gzip' : 'identity';
}

/** The same text, smaller. Runs beside the event loop. */
export async function compressed(text: string | Buffer, encoding: Encoding, quality = BROTLI_QUALITY): Promise<Buffer> {
  if (encoding === 'identity') return Buffer.from(text);
  if (encoding === 'gzip') return gzipped(text);
  return brotlied(text, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}

/** Long texts of every route go compressed to those who take it; streams write for themselves. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < LEAST_BYTES || reply.hasHeader('content-encoding'))
      return payload;
    reply.header('vary', 'accept-encoding');
    const encoding = encodingFor(request.headers['accept-encoding']);
    if (encoding === 'identity') return payload;
    reply.header('content-encoding', encoding);
    reply.removeHeader('content-length');
    return compressed(payload, encoding);
  });
}
