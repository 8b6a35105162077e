/** A process that starts k6 as a daemon does and then only waits to be killed: argv holds the order as JSON. */
import { systemClock } from '../../src/base/clock.ts';
import { createK6Engine } from '../../src/load/k6-engine.ts';
import { k6ForTests } from './k6.ts';

const engine = createK6Engine({ clock: systemClock, k6Path: k6ForTests(), scriptsFolder: 'k6', env: process.env });
const { row } = await engine.start(JSON.parse(process.argv[2] ?? ''), new AbortController().signal);
process.stdout.write(`${JSON.stringify(row)}\n`);
await systemClock.sleep(60_000);
