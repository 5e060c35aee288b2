import { createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { createOci } from '../../src/index.js';
import { seeded } from '../support/images.js';

const login = { username: 'ci', password: 'registry-password' };
const hosts = [
  ['127.0.0.1:5000', true],
  ['127.1.2.3', true],
  ['[::1]:5000', true],
  ['localhost:5000', true],
  ['registry.example', false],
  ['registry.example:5000', false],
  ['localhost.example', false],
  ['10.0.0.1:5000', false],
  ['[::ffff:808:808]', false],
] as const;
const logins = [
  ['a basic login', { type: 'basic', ...login }, login],
  ['a bearer login', { type: 'bearer', ...login }, login],
  ['a token of the caller', { type: 'bearer', ...login }, { token: 'registry-token' }],
] as const;
const cells = hosts.flatMap(([host, local]) =>
  (['http', 'https'] as const).flatMap((scheme) =>
    logins.map(([name, auth, given]) => ({ scheme, host, name, auth, given, sent: scheme === 'https' || local })),
  ),
);

describe('scheme × host × login (S40)', () => {
  it.each(cells)('$scheme to $host carries $name: $sent', async ({ scheme, host, auth, given, sent }) => {
    const allow = scheme === 'http' ? { plainHttp: [host] } : { allowHosts: [host] };
    const { oci, registry } = await seeded({ auth }, { credentials: () => given, ...allow });
    const outcome = await oci
      .open(`${host}/app:1`)
      .resolve()
      .then(
        () => 'resolved',
        (error: unknown) => error,
      );
    expect(new URL(registry.requests[0]?.url ?? '').protocol).toBe(`${scheme}:`);
    expect(registry.requests.some(({ authorization }) => authorization !== null)).toBe(sent);
    if (!sent) expect(outcome).toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });

  it.each(hosts)('plain http to %s needs its own option', async (host) => {
    for (const options of [
      { allowHosts: [host] },
      { allowPrivate: true },
      { plainHttp: ['other.example'], allowHosts: [host] },
    ]) {
      const { oci, registry } = await seeded({}, options);
      await oci.open(`${host}/app:1`).resolve();
      expect(registry.requests.map(({ url }) => new URL(url).protocol)).toEqual(['https:']);
    }
  });
});

describe('a host that is named with the default port', () => {
  // Nobody listens there: what counts is that a connection is tried.
  it.each([
    ['127.0.0.1:443', { allowHosts: ['127.0.0.1:443'] }],
    ['127.0.0.1', { allowHosts: ['127.0.0.1:443'] }],
    ['127.0.0.1:80', { plainHttp: ['127.0.0.1:80'] }],
  ])('%s is reached with %j', async (host, options) => {
    const oci = createOci({ ...options, random: () => 0, clock: createTestClock() });
    await expect(oci.open(`${host}/app:1`).resolve()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    await oci.close();
  });

  it('with port 80 is not spoken to over http without it', async () => {
    const { oci, registry } = await seeded({}, { plainHttp: ['registry.example:80'] });
    await oci.open('registry.example/app:1').resolve();
    expect(registry.requests.map(({ url }) => new URL(url).protocol)).toEqual(['https:']);
    expect(() => createOci({ plainHttp: ['localhost:80'] }).open('localhost/app:1')).toThrow(
      expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' }),
    );
  });
});
