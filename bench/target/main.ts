/**
 * A target that costs little: answers every request with 200 and two bytes, and `/served` with the number so far. Its own process, so that its CPU is not the
 * generator's. Prints its port.
 */
import { createServer } from 'node:http';

let served = 0;
const server = createServer((request, response) => {
  if (request.url === '/served') return response.end(String(served));
  served++;
  return response.end('ok');
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
process.on('disconnect', () => process.exit());
