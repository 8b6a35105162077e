import { describe, expect, it } from 'vitest';
import { describeError } from '../base/errors.ts';
import { samplerPlugins } from './registry.ts';
import { samplerHosts } from './start-sampler.ts';

const ENVIRONMENT: Record<string, string> = {
  'env:FULL': 'redis://ana:hunter2@cache.example:6379/0',
  'env:SHORT': 'cache.example:6379',
  'env:SLASHES': '//cache.example:6379',
  'env:PORT': '6379',
  'env:SOCKET': '/run/redis.sock',
  'env:SENTINELS': 'redis://:hunter2@127.0.0.1?name=main&sentinels=169.254.169.254',
  'env:BROKEN': 'redis://ana:hunter2@[::1',
  'env:MONGO': 'mongodb://ana:hunter2@a.example:27017,[fd00::7]:27018/admin',
  'env:NO_MONGO': 'ana:hunter2',
};

const hostsOf = (kind: string, settings: Record<string, unknown>): Promise<string[]> =>
  samplerHosts({ kind, name: 'one', settings }, samplerPlugins, {
    targetUrl: 'http://shop.example:8080/base',
    secret: (value) => ENVIRONMENT[value] ?? value,
  });

describe('the machines that a sampler asks', () => {
  it.each([
    ['process', { port: 8080 }, []],
    ['cgroup', { pid: 1 }, []],
    ['http', {}, ['shop.example']],
    ['http', { url: 'https://status.example/health' }, ['status.example']],
    ['prometheus', { series: { heap_bytes: 'heap' } }, ['shop.example']],
    ['prometheus', { url: 'http://10.0.0.7:9100/metrics', series: { heap_bytes: 'heap' } }, ['10.0.0.7']],
    ['prometheus_query', { url: 'http://prometheus.example:9090', queries: { up: 'up' } }, ['prometheus.example']],
    ['redis', { url: 'redis://127.0.0.1:6379' }, ['127.0.0.1']],
    ['redis', { url: 'rediss://[fd00::7]:6380' }, ['fd00::7']],
    // The client takes the host from the query where there is no other.
    ['redis', { url: 'redis://?host=169.254.169.254' }, ['169.254.169.254']],
    ['redis', { url: 'redis://10.0.0.7/0?host=169.254.169.254' }, ['10.0.0.7']],
    ['redis', { url: 'env:FULL' }, ['cache.example']],
    ['redis', { url: 'env:SHORT' }, ['cache.example']],
    ['redis', { url: 'env:SLASHES' }, ['cache.example']],
    ['redis', { url: 'env:PORT' }, ['localhost']],
    ['redis', { url: 'env:SOCKET' }, []],
    ['mongodb', { url: 'mongodb://127.0.0.1:27017' }, ['127.0.0.1']],
    ['mongodb', { url: 'mongodb://127.0.0.1/?proxyHost=proxy.example' }, ['proxy.example', '127.0.0.1']],
    ['mongodb', { url: 'env:MONGO' }, ['a.example', 'fd00::7']],
  ])('are known for %s with %j', async (kind, settings, hosts) => {
    expect(await hostsOf(kind, settings)).toEqual(hosts);
  });

  it.each([
    ['redis', 'env:BROKEN'],
    ['redis', 'env:SENTINELS'],
    ['mongodb', 'env:NO_MONGO'],
  ])('cannot be told from an address that is none, which is not quoted: %s', async (kind, url) => {
    const thrown: unknown = await hostsOf(kind, { url }).catch((reason: unknown) => reason);
    expect(thrown).toMatchObject({ code: 'sampler_settings', httpStatus: 422 });
    expect(describeError(thrown)).not.toContain('hunter2');
  });
});
