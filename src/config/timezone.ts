import { nearest } from '../base/nearest.ts';
import { type Parsed, parsed, quote, unreadable } from '../base/parsed.ts';

/** An IANA zone name as it is spelt in the database: `europe/berlin` gives `Europe/Berlin`. */
export function parseTimezone(input: unknown): Parsed<string> {
  if (typeof input === 'string' && /^[A-Za-z]/.test(input)) {
    try {
      // A zone that is known by an older name keeps it, so that the profile reads as it was written.
      new Intl.DateTimeFormat('en', { timeZone: input });
      return parsed(ZONES.find((zone) => zone.toLowerCase() === input.toLowerCase()) ?? input);
    } catch {
      const like = nearest(input, ZONES) ?? zoneOfCity(input);
      return unreadable(
        `${quote(input)} is no time zone`,
        like === null ? 'write an IANA name such as Europe/Berlin or UTC' : `did you mean ${like}?`,
      );
    }
  }
  return unreadable(`${quote(input)} is no time zone`, 'write an IANA name such as Europe/Berlin or UTC');
}

const ZONES: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** `Berlin` alone is a slip that is easy to help with. */
function zoneOfCity(input: string): string | null {
  const cities = new Map(ZONES.map((zone) => [zone.slice(zone.lastIndexOf('/') + 1), zone]));
  const city = nearest(input.replaceAll(' ', '_'), cities.keys());
  return city === null ? null : (cities.get(city) ?? null);
}
