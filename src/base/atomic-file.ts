/** Files that are either the old or the new version, never a mixture, whenever the power goes. */
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes to a temporary file beside `path`, syncs it, renames it over `path`, and syncs the folder. Mode 0600. */
export async function writeFileAtomic(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
