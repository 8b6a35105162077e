import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { isLoopbackHost } from '../api/access.ts';
import { createApi } from '../api/api.ts';
import { readPage } from '../api/page.ts';
import { describeError, SoakdError } from '../base/errors.ts';
import { systemCode } from '../base/file-errors.ts';
import { request } from '../base/http-request.ts';
import { watchSelf } from '../base/self-usage.ts';
import { type UndoFailure, UndoStack } from '../base/undo.ts';
import { ChannelTrouble } from '../duty/deliver/channel-trouble.ts';
import { tellSummaries } from '../duty/summary/tell-summaries.ts';
import type { RunStatus } from '../model/status.ts';
import { messagesFor } from '../notify/messages.ts';
import { samplerPlugins, samplerSchemas } from '../sample/registry.ts';
import { samplerHosts } from '../sample/start-sampler.ts';
import type { RunControl } from '../soak/control.ts';
import { isPruned } from '../store/pruned.ts';
import { openPruner } from '../store/sqlite/pruner.ts';
import { Alerting } from './alerting.ts';
import { Beating } from './beating.ts';
import { type DaemonConfig, isLocalOnly, type ListenAddress } from './config.ts';
import { configSecrets, namedVariables } from './config-secrets.ts';
import type { Fence } from './fence.ts';
import { fencedControl, requireInsideFence } from './fenced-control.ts';
import { lockFolder } from './folder-lock.ts';
import { holderName } from './holder.ts';
import { keepManagerTold } from './keep-manager-told.ts';
import { keepRetention } from './keep-retention.ts';
import type { Redactor } from './log.ts';
import { compareApart } from './measure-apart.ts';
import { networksOutside } from './networks-outside.ts';
import { Notifying } from './notifying.ts';
import { liveProfileFiles, profileFiles } from './profile-files.ts';
import { profileShelf } from './profile-shelf.ts';
import { type Reloaded, Reloads } from './reload.ts';
import { renderOneApart } from './render-apart.ts';
import { readReportFile } from './report-files.ts';
import { headersOf, readDaemonSchedule, Scheduling } from './scheduling.ts';
import { serviceManager, withoutServiceManager } from './service-manager.ts';
import { withoutTokens } from './token.ts';
import { TokenBook } from './token-book.ts';
import { ailments } from './vital-signs.ts';
import { WatchedLoops } from './watched-loops.ts';
import { makeDataFolder, runFolderIn, type Surroundings, wire } from './wire.ts';

export interface Daemon {
  /** Where it can be asked. */
  url: string;
  /** Reads the configuration again, and the files that it names. Rejects when there is a mistake: nothing has changed then. */
  reload(): Promise<Reloaded>;
  /** Stops serving and leaves every run: k6 goes on, the next daemon resumes. Idempotent; tells what could not be undone. */
  stop(): Promise<UndoFailure[]>;
}

export interface DaemonSurroundings extends Surroundings {
  log: Logger;
  /** Reads the configuration again; without it there is no file, and a reload reads what the daemon began with. */
  readConfig?: () => DaemonConfig;
  /** Where secrets are learnt that the log must not tell. */
  redactor: Redactor;
}

/**
 * Locks the data folder, opens the store, takes over what was running, and serves. Rejects with a SoakdError, and with
 * everything undone, when one of these cannot be.
 */
export async function startDaemon(config: DaemonConfig, surroundings: DaemonSurroundings): Promise<Daemon> {
  const undo = new UndoStack(surroundings.clock);
  try {
    return await start(config, surroundings, undo);
  } catch (thrown) {
    for (const { name, reason } of await undo.unwind()) surroundings.log.error({ reason }, `could not ${name}`);
    throw thrown;
  }
}

async function start(config: DaemonConfig, surroundings: DaemonSurroundings, undo: UndoStack): Promise<Daemon> {
  const { clock, log, redactor, version, dataFolder } = surroundings;
  const manager = serviceManager(surroundings.env, { pid: surroundings.pid, log });
  const reloads = new Reloads(config, {
    read: surroundings.readConfig ?? (() => config),
    log,
    ...(manager === null ? {} : { around: { begins: () => manager.reloading(), over: () => manager.ready() } }),
  });
  const tokens = new TokenBook(surroundings.env, redactor, config);
  // Neither k6 nor a sampler has any use for the daemon's own tokens. What k6 may not connect to changes with the fence.
  const env: Record<string, string | undefined> = withinFence(
    withoutServiceManager(withoutTokens(surroundings.env)),
    config.fence,
  );
  // Nor for what reaches people: a profile could name such a variable and have it sent to its target.
  const hide = (part: unknown): void => {
    for (const name of namedVariables(part)) {
      redactor.learn(surroundings.env[name]);
      delete env[name];
    }
  };
  const profilesOf = (now: DaemonConfig) => ({
    readFile: profileFiles(now.profileFolder, isLocalOnly(now), now.shelfFolder).read,
    samplerSchemas,
    systemTimezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const schedule = readDaemonSchedule(config, profilesOf);
  hide([config.notify, config.heartbeat, headersOf(schedule)]);
  reloads.add({
    name: 'notify',
    async prepare(next) {
      const found = namedVariables([next.notify, next.heartbeat]).filter((name) => env[name] !== undefined);
      return found.length === 0 ? null : async () => hide([next.notify, next.heartbeat]);
    },
  });
  reloads.add(tokens);
  reloads.add({
    name: 'log_level',
    prepare: async ({ logLevel }) =>
      logLevel === log.level
        ? null
        : async () => {
            log.level = logLevel;
          },
  });
  reloads.add({
    name: 'fence',
    async prepare({ fence }) {
      const { K6_BLACKLIST_IPS: forbidden } = withinFence(surroundings.env, fence);
      return forbidden === env.K6_BLACKLIST_IPS
        ? null
        : async () => {
            env.K6_BLACKLIST_IPS = forbidden;
          };
    },
  });

  makeDataFolder(dataFolder);
  undo.push('unlock the data folder', lockFolder(dataFolder, holderName(surroundings.host, surroundings.pid)));
  let scheduling: Scheduling | null = null;
  const files = liveProfileFiles(() => {
    const { profileFolder, shelfFolder } = reloads.config;
    return profileFiles(profileFolder, isLocalOnly(reloads.config), shelfFolder, scheduling?.profileFolder ?? null);
  });
  const shelf = profileShelf(() => reloads.config.shelfFolder);
  const house = await wire({ ...surroundings, env, profileFiles: files }, undo);
  const { soaks, store, readProfile } = house;
  const secret = configSecrets(surroundings.env, (found) => redactor.learn(found));
  const { random } = house.context;
  // Either needs the other: alerts are told by channels, and a channel that fails is an alert.
  let trouble: ChannelTrouble | null = null;
  const notifying = new Notifying(
    config,
    {
      ...{ duty: house.duty, clock, log, random, host: surroundings.host },
      onHealth: (health) => trouble?.hear(health),
      onChannels: async (names) => trouble?.keep(names),
    },
    secret,
  );
  undo.push('end the delivery of notifications', () => notifying.stop());
  undo.push(
    'leave the outbox alone',
    house.onEnqueued(() => notifying.delivery.ring()),
  );
  let toldBy = config.notify;
  const alerting = new Alerting(config, surroundings.root, {
    ...{ control: soaks, store, duty: house.duty, clock, log, random: house.context.random },
    messagesFor: (news, nowMs) => messagesFor(news, toldBy, nowMs),
    storeHealth: () => store.health(),
  });
  // What ends with its rule is told to those who were told that it began: by the channels of before.
  reloads.add(alerting);
  reloads.add({
    name: 'notify',
    async prepare({ notify }) {
      const take = async (): Promise<void> => {
        toldBy = notify;
      };
      return isDeepStrictEqual(notify, toldBy) ? null : take;
    },
  });
  reloads.add(notifying);
  trouble = new ChannelTrouble(alerting.watch, clock, (thrown) =>
    log.error({ reason: describeError(thrown) }, 'trouble with a channel could not be noted'),
  );
  await trouble.keep(Object.keys(config.notify.channels));
  for (const run of await store.runs({ unfinishedOnly: true })) redactor.learnFrom(run.profileSource, env);
  const taken = await soaks.recover({ mode: 'carry_on' });
  log.info({ runs: taken.map(({ id }) => id) }, 'unfinished runs are carried on');

  const stopping = new AbortController();
  const runFolder = (runId: string): string => runFolderIn(dataFolder, runId);
  const loops = new WatchedLoops(stopping.signal);
  const inBackground = (name: string, loop: (signal: AbortSignal) => Promise<void>): void =>
    loops.start(name, loop, (thrown) => log.error({ reason: describeError(thrown) }, `nobody looks after: ${name}`));
  inBackground('alerts', (signal) => alerting.watch.run(signal));
  inBackground('orphaned runs', (signal) => soaks.keepRecovering(signal));
  inBackground('what is no longer kept', (signal) =>
    keepRetention(
      {
        ...{ store, duty: house.duty, clock, log, runFolder },
        retention: () => reloads.config.retention,
        openPruner: () => openPruner({ file: house.storeFile, clock }),
      },
      signal,
    ),
  );
  inBackground('summaries', (signal) =>
    tellSummaries(
      {
        ...{ store, duty: house.duty, clock, random: house.context.random, log, control: soaks },
        notify: () => reloads.config.notify,
        summary: (runId) => renderOneApart(house.storeFile, runId, 'summary'),
      },
      signal,
    ),
  );
  undo.push('end what runs in the background', () => loops.over());
  undo.push('tell the background to end', () => stopping.abort());

  const { holder, settings } = house.context;
  const live = (): RunStatus[] => soaks.live().flatMap((id) => soaks.status(id) ?? []);
  const endedLoops = (): string[] => [...loops.ended(), ...notifying.delivery.ended()];
  const vital = { clock, store, holder, leaseMs: settings.leaseMs, tryStore: () => store.tryWrite(), live, endedLoops };
  const beating = new Beating(
    config,
    {
      ...{ clock, log },
      // A full store is nothing that a restart cures, but somebody must hear of it.
      ailments: async () => [...(await ailments(vital)), ...[store.health().problem].filter((one) => one !== null)],
    },
    secret,
  );
  reloads.add(beating);

  const self = watchSelf();
  undo.push('stop watching the event loop', self.stop);
  const fenced = fencedControl(soaks, {
    ...{ fence: () => reloads.config.fence, readProfile, store, clock },
    samplerHosts: (spec, targetUrl) => samplerHosts(spec, samplerPlugins, { targetUrl, secret: house.context.secret }),
  });
  const control: RunControl = {
    ...fenced,
    start: (request) => {
      redactor.learnFrom(request.profileSource, env);
      return fenced.start(request);
    },
  };
  const schedules = await Scheduling.start(
    schedule,
    {
      ...{ clock, log, control, store, duty: house.duty, random: house.context.random, alerts: alerting.watch },
      requireInsideFence: (targetUrl) => requireInsideFence(targetUrl, { fence: () => reloads.config.fence }),
      secret,
      request,
      hide,
    },
    profilesOf,
  );
  scheduling = schedules;
  undo.push('leave the schedule', () => schedules.stop());
  reloads.add(schedules);
  const app = createApi({
    control,
    store,
    duty: house.duty,
    delivery: {
      health: () => notifying.delivery.health(),
      test: (channel) => notifying.delivery.test(channel),
      heartbeat: () => beating.heartbeat.health(),
    },
    alerts: alerting.watch,
    schedule: schedules.scheduler,
    profiles: { ...shelf, inlineAllowed: () => reloads.config.inlineProfiles ?? isLocalOnly(reloads.config) },
    clock,
    log,
    version,
    access: () => ({
      tokens: tokens.held,
      loopback: isLoopbackHost(config.listen.host),
      allowedHosts: reloads.config.allowedHosts,
    }),
    report: async (runId, format) =>
      isPruned(await store.events(runId))
        ? readReportFile(runFolder(runId), format)
        : await renderOneApart(house.storeFile, runId, format),
    compare: (before, after) => compareApart(house.storeFile, before, after),
    storeHealth: () => store.health(),
    tryStore: () => store.tryWrite(),
    selfUsage: self.read,
    reload: () => reloads.reload(),
    page: readPage(surroundings.root),
    stopping: stopping.signal,
  });
  undo.push('stop serving', () => app.close());
  const url = await listen(app, config.listen);
  const { length } = tokens.held;
  log.info({ url, dataFolder, tokens: length, fence: config.fence }, 'soakd serves');

  const { host } = config.listen;
  if (manager !== null) {
    inBackground('the service manager', (signal) => keepManagerTold(manager, { ...vital, live, log }, signal));
  }
  inBackground('the heartbeat', (signal) => beating.heartbeat.run(signal));
  if (length === 0) log.info({ host }, 'no token is set: whoever can reach this address may start and stop soaks');
  return {
    url,
    reload: () => reloads.reload(),
    async stop() {
      log.info({ live: soaks.live() }, 'soakd stops; live runs are left to the next one');
      await manager?.stopping();
      // Streams end first, else the server would wait for them.
      stopping.abort();
      const failures = await undo.unwind();
      for (const { name, reason } of failures) log.error({ reason }, `could not ${name}`);
      return failures;
    },
  };
}

/** Tells k6 to connect to nothing outside, where that can be told: own scripts, redirects and names that move. */
function withinFence(env: Surroundings['env'], { targets }: Fence): Surroundings['env'] {
  const outside = networksOutside(targets);
  if (outside === null) return env;
  const forbidden = [...(env.K6_BLACKLIST_IPS?.split(',') ?? []), ...outside].filter((network) => network !== '');
  return { ...env, K6_BLACKLIST_IPS: forbidden.join(',') };
}

async function listen(app: ReturnType<typeof createApi>, { host, port }: ListenAddress): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    const taken = systemCode(cause) === 'EADDRINUSE';
    throw new SoakdError(taken ? `${host}:${port} is taken by another program` : `cannot listen on ${host}:${port}`, {
      code: 'listen_failed',
      hint: `${taken ? 'is it another soakd? ' : ''}listen: in the configuration names another address`,
      // The system's words say no more than ours.
      ...(taken ? {} : { cause }),
    });
  }
}
