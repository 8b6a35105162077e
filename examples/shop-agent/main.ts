/** Starts the example shop: `npm run shop -- --leak-bytes 50000`. See README.md beside this file. */
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { createShop } from './server.ts';
import { fallbackSessions } from './sessions/fallback.ts';
import { memorySessions } from './sessions/memory.ts';
import { mongodbSessions } from './sessions/mongodb.ts';
import { redisSessions } from './sessions/redis.ts';
import { ALL_OFF, switchesSchema } from './switches.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    host: { type: 'string', default: '127.0.0.1' },
    'pid-file': { type: 'string' },
    version: { type: 'string', default: '1.0.0' },
    'redis-url': { type: 'string' },
    'mongodb-url': { type: 'string' },
    'leak-bytes': { type: 'string', default: '0' },
    'drift-ms-per-1000': { type: 'string', default: '0' },
    'delay-ms': { type: 'string', default: '0' },
    'error-rate': { type: 'string', default: '0' },
    'crash-after': { type: 'string', default: '0' },
    stall: { type: 'boolean', default: false },
  },
});

const switches = switchesSchema.parse({
  ...ALL_OFF,
  leak_bytes: Number(values['leak-bytes']),
  drift_ms_per_1000: Number(values['drift-ms-per-1000']),
  delay_ms: Number(values['delay-ms']),
  error_rate: Number(values['error-rate']),
  crash_after: Number(values['crash-after']),
  stall: values.stall,
});

const stores = [
  ...(values['redis-url'] ? [redisSessions(values['redis-url'])] : []),
  ...(values['mongodb-url'] ? [mongodbSessions(values['mongodb-url'])] : []),
];
const sessions = stores.length === 0 ? memorySessions() : fallbackSessions(stores, () => undefined);

const shop = createShop({
  sessions,
  switches,
  version: values.version,
  crash: () => process.kill(process.pid, 'SIGKILL'),
});
shop.listen(Number(values.port), values.host, () => {
  const { port } = shop.address() as AddressInfo;
  if (values['pid-file']) writeFileSync(values['pid-file'], `${process.pid}\n`);
  console.log(`shop-agent listens on http://${values.host}:${port}`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    shop.closeAllConnections();
    shop.close(() => void sessions.close());
  });
}
