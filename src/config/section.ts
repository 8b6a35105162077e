import { z } from 'zod';

/** Reports something about several keys: where it shows best, what is wrong, what to write instead. */
export type Report = (path: (string | number)[], problem: string, hint: string) => void;

/**
 * A strict mapping with rules across its keys. zod skips such rules when any key is wrong; here they run all
 * the same: `right` holds the keys that are right by themselves, `given` tells of a key whether it is written at all.
 */
export function section<Shape extends z.ZodRawShape>(
  shape: Shape,
  rules: (right: Partial<z.output<z.ZodObject<Shape>>>, given: (key: keyof Shape) => boolean, report: Report) => void,
) {
  return z.strictObject(shape).superRefine(
    (content, context) => {
      const notEvenAMapping = context.issues.some(
        ({ code, path = [] }) => code === 'invalid_type' && path.length === 0,
      );
      if (notEvenAMapping) return;
      const wrong = new Set(context.issues.map(({ path }) => path?.[0]));
      const right = Object.fromEntries(Object.entries(content).filter(([key]) => !wrong.has(key)));
      rules(
        right as Partial<z.output<z.ZodObject<Shape>>>,
        (key) => wrong.has(String(key)) || right[String(key)] !== undefined,
        (path, message, hint) =>
          context.addIssue({ code: 'custom', path, message, params: { hint, above: path.length } }),
      );
    },
    { when: () => true },
  );
}
