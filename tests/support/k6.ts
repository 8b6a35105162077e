/** The real k6 for tests. */
import { existsSync } from 'node:fs';
import { k6BinaryPath } from '../../src/load/k6-binary.ts';

/** Path of the k6 that set-up builds; throws when it is not built. The test command runs set-up before. */
export function k6ForTests(): string {
  const { path } = k6BinaryPath(process.env, process.cwd());
  if (!existsSync(path)) throw new Error(`k6 with soakd's extension is not built (${path}); run "npm run setup" first`);
  return path;
}
