import { describe, expect, it } from 'vitest';
import { actorName, wantsColour } from './io.ts';

describe('the surroundings of a command', () => {
  it('name who acts, by number where the user has no name', () => {
    const nameless = (): string => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    };
    expect(actorName(() => 'ana', 1000, 'build')).toBe('ana@build');
    expect(actorName(nameless, 10_001, 'build')).toBe('uid-10001@build');
    expect(actorName(nameless, null, 'build')).toBe('uid-unknown@build');
  });

  it('want colour on a terminal, unless somebody says otherwise', () => {
    expect(wantsColour({}, true)).toBe(true);
    expect(wantsColour({}, false)).toBe(false);
    expect(wantsColour({ TERM: 'dumb' }, true)).toBe(false);
    expect(wantsColour({ FORCE_COLOR: '1' }, false)).toBe(true);
    expect(wantsColour({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  });
});
