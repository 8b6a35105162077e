import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { quote } from '../base/parsed.ts';
import { LABEL_NAME } from '../model/labels.ts';
import type { Profile } from '../model/profile.ts';
import { calibrationSchema, resolveCalibration } from './calibration.ts';
import { criteriaSchema, resolveCriteria } from './criteria.ts';
import { readYaml, type YamlDocument } from './document.ts';
import { excludeSchema, exclusionSchema, resolveExclude } from './exclude.ts';
import { type Finding, findingsOf, valueAt } from './issues.ts';
import { monitoringSchema, resolveMonitoring, type SamplerSchemas } from './monitoring.ts';
import type { Problem } from './problem.ts';
import { secretWarnings } from './profile-secrets.ts';
import { Defaults, type DefaultValue, type DocumentPath, type ResolveContext } from './resolve.ts';
import { checkTargetUrl, targetSchema } from './target.ts';
import { curveSchema, readCurve, resolveTraffic, trafficSchema } from './traffic.ts';
import { resolveUsers, usersSchema } from './users.ts';
import { duration, nonEmptyText, textValue, value } from './value.ts';
import { checkScriptFile, resolveWorkload, workloadSchema } from './workload.ts';

export { formatProblem, type Problem } from './problem.ts';
export type { DefaultValue } from './resolve.ts';

export type ParsedProfile =
  | { ok: true; profile: Profile; defaults: DefaultValue[]; warnings: Problem[] }
  | { ok: false; problems: Problem[] };

export interface ParseProfileOptions {
  /** Shown in problems; files that the profile names are relative to its folder. */
  fileName: string;
  /** Content of a file named in the profile, by absolute path; throws when it cannot be read. */
  readFile(path: string): string;
  /** Where a relative `fileName` begins; the working folder unless told. */
  baseFolder?: string;
  /** Problems tell what stands in files that the profile names; true unless told. */
  quoteFiles?: boolean;
  /** Settings of each kind of sampler; without it they are passed on unchecked. */
  samplerSchemas?: SamplerSchemas;
  /** IANA zone of the machine, for profiles that name none; UTC when not given. */
  systemTimezone?: string;
  overrides?: { targetUrl?: string };
}

const DAY_MS = 86_400_000;

const sections = (samplerSchemas: SamplerSchemas | null) => ({
  name: nonEmptyText('name of the soak, in reports'),
  duration: duration('how long the load runs, warm-up included', { minMs: 1000, maxMs: 60 * DAY_MS, example: '72h' }),
  target: targetSchema.optional(),
  traffic_pattern: trafficSchema.describe('how much load at which hour'),
  calibration: calibrationSchema.describe('stretches at one fixed rate, for the sake of the measurement').optional(),
  user_simulation: usersSchema.describe('who the users are').optional(),
  workload: workloadSchema.describe('what is sent').optional(),
  monitoring: monitoringSchema(samplerSchemas).describe('what is sampled').optional(),
  success_criteria: criteriaSchema.describe('what must hold; `off` switches a default off').optional(),
  stop_early: z
    .enum(['certain', 'off'], { error: 'is neither certain nor off' })
    .describe('`certain` ends the run when its rest can change nothing')
    .optional(),
  exclude: excludeSchema.describe('hours that are loaded but not judged').optional(),
  environment: nonEmptyText('where it runs, for the report: staging').optional(),
  labels: z
    .record(z.string().regex(LABEL_NAME), value(textValue, { type: ['string', 'number', 'boolean'] }))
    .describe('free keys and values, kept with the run')
    .optional(),
});

/** The schema of a whole document. */
export const profileSchema = (samplerSchemas: SamplerSchemas | null) =>
  z.strictObject({ soak_test: z.strictObject(sections(samplerSchemas)) });

/**
 * Reads a profile: YAML, checked, every default filled in. All problems are found at once; each says
 * where it stands and what to write instead.
 */
export function parseProfile(source: string, options: ParseProfileOptions): ParsedProfile {
  const document = readYaml(source);
  const reader = new ProfileReader(document, options);
  const profile = reader.read();
  const problems = reader.problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  if (profile === null || problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    profile,
    defaults: reader.defaults.list,
    warnings: [...reader.warnings, ...secretWarnings(source, options.fileName)],
  };
}

/** One reading: collects problems, warnings and defaults on its way through the sections. */
class ProfileReader {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly defaults = new Defaults();
  readonly #document: YamlDocument;
  readonly #options: ParseProfileOptions;

  constructor(document: YamlDocument, options: ParseProfileOptions) {
    this.#document = document;
    this.#options = options;
  }

  read(): Profile | null {
    const { syntax, broken, data } = this.#document;
    for (const { line, column, problem, hint } of syntax) {
      this.problems.push({ file: this.#options.fileName, line, column, path: '', problem, hint });
    }
    if (data === null || data === undefined) {
      if (syntax.length === 0)
        this.#add({ path: [], atKey: false, problem: 'the document is empty', hint: 'begin with soak_test:' });
      return null;
    }
    const schemas = this.#options.samplerSchemas ?? null;
    const whole = profileSchema(schemas);
    const checked = whole.safeParse(data);
    const findings = checked.success ? [] : findingsOf(checked.error.issues, whole, data);
    for (const finding of findings) if (!broken || this.#isTrue(finding)) this.#add(finding);
    // What half a document means would only be guessed.
    if (broken) return null;
    return this.#resolve(valueAt(data, ['soak_test']), sections(schemas));
  }

  /** Of a broken document only that is told which rests on parts that were read as they were meant. */
  #isTrue({ needs }: Finding): boolean {
    return needs !== undefined && this.#document.isSound(needs);
  }

  /** Each section that is right by itself is resolved, so that its deeper problems are found too. */
  #resolve(data: unknown, shape: ReturnType<typeof sections>): Profile | null {
    const part = <T extends z.ZodType>(path: DocumentPath, schema: T, absent: unknown): z.output<T> | null => {
      const given = valueAt(data, path);
      const result = schema.safeParse(given === undefined ? absent : given);
      return result.success ? result.data : null;
    };
    const name = part(['name'], shape.name, undefined);
    const durationMs = part(['duration'], shape.duration, undefined);
    const target = part(['target'], shape.target, undefined);
    const targetUrl = this.#targetUrl(target?.url ?? null);
    const context = this.#context(targetUrl, durationMs ?? DAY_MS);

    const trafficInput = part(['traffic_pattern'], shape.traffic_pattern, undefined);
    const curveInput = part(['traffic_pattern', 'curve'], curveSchema, undefined);
    const curve = curveInput === null ? null : readCurve(curveInput, context);
    const traffic = trafficInput === null ? null : resolveTraffic(trafficInput, curve, context);
    const usersInput = part(['user_simulation'], shape.user_simulation.unwrap(), {});
    checkScriptFile(valueAt(data, ['workload']), context);
    const workloadInput = part(['workload'], shape.workload, undefined);
    const users = usersInput === null ? null : resolveUsers(usersInput, workloadInput?.kind ?? 'chat', context);
    const workload = workloadInput === null ? null : resolveWorkload(workloadInput, users, context);
    const monitoringInput = part(['monitoring'], shape.monitoring.unwrap(), {});
    const monitoring = monitoringInput === null ? null : resolveMonitoring(monitoringInput, context);
    const calibrationInput = part(['calibration'], shape.calibration.unwrap(), undefined);
    const calibration =
      traffic === null ? null : resolveCalibration(calibrationInput, traffic, monitoring?.intervalMs ?? 0, context);
    const criteriaInput = part(['success_criteria'], shape.success_criteria.unwrap(), {});
    const judged = criteriaInput === null ? null : resolveCriteria(criteriaInput, context);
    const stopEarly = part(['stop_early'], shape.stop_early, undefined);
    const excludeInput = part(['exclude'], shape.exclude.unwrap(), []);
    const exclude = excludeInput === null ? null : resolveExclude(excludeInput);
    const labels = part(['labels'], shape.labels.unwrap(), {});

    if (durationMs !== null && traffic !== null && traffic.warmupMs >= durationMs) {
      context.problem(
        ['traffic_pattern', 'warmup'],
        'the warm-up takes the whole run',
        'make it shorter than duration',
      );
    }
    this.#checkExclusions(valueAt(data, ['exclude']), durationMs, context);
    if (name === null || durationMs === null || traffic === null || users === null || workload === null) return null;
    if (monitoring === null || judged === null || exclude === null || labels === null) return null;
    return {
      name,
      durationMs,
      targetUrl,
      traffic,
      calibration,
      users,
      workload,
      monitoring,
      ...(stopEarly === 'certain' ? { stopEarly } : {}),
      criteria: judged.criteria,
      ...(judged.againstBaseline.length > 0 ? { againstBaseline: judged.againstBaseline } : {}),
      criteriaOff: judged.off,
      exclude,
      environment: part(['environment'], shape.environment, undefined) ?? null,
      labels,
    };
  }

  /** Entry by entry: one that is wrong must not hide what another says. */
  #checkExclusions(entries: unknown, durationMs: number | null, context: ResolveContext): void {
    if (!Array.isArray(entries) || durationMs === null) return;
    entries.forEach((entry: unknown, index) => {
      const { success, data } = exclusionSchema.safeParse(entry);
      if (!success || data.run === undefined || data.run.fromMs < durationMs) return;
      context.problem(
        ['exclude', index, 'run'],
        'begins after the end of the run',
        'count from the start; see duration',
      );
    });
  }

  /** What the command line says beats the profile. */
  #targetUrl(fromProfile: string | null): string | null {
    const override = this.#options.overrides?.targetUrl;
    if (override === undefined) return fromProfile;
    const checked = checkTargetUrl(override);
    if (checked.ok) return checked.value;
    const { problem, hint } = checked;
    this.problems.push({ file: '--target', line: 0, column: 0, path: '', problem, hint });
    return null;
  }

  #context(targetUrl: string | null, durationMs: number): ResolveContext {
    const { fileName, baseFolder = '.', quoteFiles = true } = this.#options;
    const absolutePath = (file: string): string => resolve(baseFolder, dirname(fileName), file);
    return {
      systemTimezone: this.#options.systemTimezone ?? 'UTC',
      targetUrl,
      durationMs,
      absolutePath,
      readFile: (file) => this.#options.readFile(absolutePath(file)),
      quoteFiles,
      problem: (path, problem, hint) => this.#add({ path: ['soak_test', ...path], atKey: false, problem, hint }),
      warn: (path, problem, hint) => {
        this.warnings.push(this.#placed({ path: ['soak_test', ...path], atKey: false, problem, hint }));
      },
      fallback: this.defaults.fallback,
    };
  }

  #add(finding: Finding): void {
    this.problems.push(this.#placed(finding));
  }

  #placed({ path, atKey, problem, hint }: Finding): Problem {
    const { line, column } = this.#document.locate(path, atKey);
    return { file: this.#options.fileName, line, column, path: pathText(path), problem, hint };
  }
}

/** `soak_test.traffic_pattern.peak_hours[3]` */
function pathText(path: DocumentPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const key = /^[A-Za-z_][\w-]*$/.test(step) ? step : quote(step);
    return text === '' ? key : `${text}.${key}`;
  }, '');
}
