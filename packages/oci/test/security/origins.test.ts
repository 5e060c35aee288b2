import { utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { digestOf, mediaTypes } from '../../src/index.js';
import { collect, describe256, imageManifest, jsonBytes, name, seeded } from '../support/images.js';

/** Threat model S25: where a hostile registry may point, and whether anything at all may be sent there. */
const targets = [
  ['another host', 'https://elsewhere.example', true],
  ['another port', 'https://registry.example:8443', true],
  ['plain http', 'http://registry.example', false],
  ['a loopback address', 'https://127.0.0.1', false],
  ['the metadata service', 'http://169.254.169.254', false],
  ['a private address', 'https://10.1.2.3', false],
  ['a mapped IPv6 address', 'https://[::ffff:169.254.169.254]', false],
  ['a local IPv6 address', 'https://[fe80::1]', false],
  ['a decimal address', 'https://2852039166', false],
  ['an octal address', 'https://0177.0.0.1', false],
  ['a name of this machine', 'https://localhost', false],
  ['a single label', 'https://metadata', false],
  ['another scheme', 'ftp://elsewhere.example', false],
] as const;

const login = { username: 'ci', password: 'sentinel-password' };
const auths = [
  ['basic', { type: 'basic', ...login }],
  ['bearer', { type: 'bearer', ...login }],
] as const;

type Setup = Awaited<ReturnType<typeof seeded>>;
const blob = utf8Bytes('content');

/** What the registry does, and the call that meets it. */
const vectors: readonly (readonly [string, (setup: Setup, target: string) => Promise<unknown>])[] = [
  [
    'Location of an upload',
    ({ app, registry }, target) => {
      registry.faults.push(async (r, answer) => {
        if (r.method !== 'POST' || (await answer()).status === 401) return undefined;
        return new Response(null, { status: 202, headers: { location: `${target}/upload` } });
      });
      return app.pushBlob(blob, 'a/b');
    },
  ],
  [
    'Link of a listing',
    ({ app, registry, subject }, target) => {
      registry.faults.push(async (r, answer) => {
        const response = await answer();
        if (!r.url.includes('/referrers/') || response.status !== 200) return undefined;
        const headers = {
          'content-type': mediaTypes.imageIndex,
          link: `<${target}/v2/app/referrers/${subject.digest}?p=2>; rel="next"`,
        };
        return new Response(await response.arrayBuffer(), { headers });
      });
      return collect(app.referrers(subject));
    },
  ],
  ...[301, 302, 303, 307, 308].flatMap((status) => {
    const redirect = (setup: Setup, target: string, part: RegExp) =>
      setup.registry.faults.push(async (r, answer) => {
        if (!part.test(`${r.method} ${r.url}`) || (await answer()).status === 401) return undefined;
        return new Response(null, { status, headers: { location: `${target}/x` } });
      });
    return [
      [
        `${status} of a blob`,
        (setup: Setup, target: string) => {
          redirect(setup, target, /^GET https:\/\/registry\.example\/.*\/blobs\//);
          return setup.app.fetchBlob(describe256(blob, 'a/b'), { maxBytes: 100 });
        },
      ],
      [
        `${status} of a manifest`,
        (setup: Setup, target: string) => {
          redirect(setup, target, /^GET https:\/\/registry\.example\/.*\/manifests\//);
          return setup.app.resolve();
        },
      ],
      [
        `${status} of a push`,
        (setup: Setup, target: string) => {
          redirect(setup, target, /^PUT /);
          return setup.app.pushManifest(imageManifest('two'), mediaTypes.imageManifest);
        },
      ],
      [
        `${status} of an upload`,
        (setup: Setup, target: string) => {
          redirect(setup, target, /^POST /);
          return setup.app.pushBlob(blob, 'a/b');
        },
      ],
      [
        `${status} of the token service`,
        (setup: Setup, target: string) => {
          redirect(setup, target, /\/token\?/);
          return setup.app.resolve();
        },
      ],
    ] as const;
  }),
];

function checkRecord(setup: Setup, mayArrive: boolean) {
  const foreign = setup.registry.requests.filter((r) => new URL(r.url).origin !== 'https://registry.example');
  expect(foreign.filter((r) => r.authorization !== null)).toEqual([]);
  if (!mayArrive) expect(foreign).toEqual([]);
}

describe.each(auths)('a registry with %s login', (_, auth) => {
  describe.each(vectors)('%s', (_vector, run) => {
    it.each(targets)('to %s carries no secret there', async (_target, target, mayArrive) => {
      const setup = await seeded({ auth }, { credentials: () => login });
      const outcome = await run(setup, target).then(
        () => 'done',
        (error: unknown) => error,
      );
      if (outcome !== 'done') expect(outcome).toMatchObject({ name: 'SignError' });
      checkRecord(setup, mayArrive);
      // The test means something only if the login was in use.
      expect(setup.registry.requests.some((r) => r.authorization !== null)).toBe(true);
    });
  });
});

describe('realm of a token service', () => {
  it.each(targets)('on %s gets no login', async (_, target) => {
    const setup = await seeded({ auth: { type: 'bearer', ...login, realm: `${target}/token` } }, { credentials: () => login });
    await expect(setup.app.resolve()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    checkRecord(setup, false);
  });

  it.each(targets)('on %s is asked anonymously only if it is https and public', async (_, target, mayArrive) => {
    const setup = await seeded({ auth: { type: 'bearer', realm: `${target}/token` } });
    const run = setup.app.resolve();
    if (mayArrive) await run;
    else await expect(run).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(setup.registry.requests.some((r) => r.url.includes('/token'))).toBe(mayArrive);
  });

  it('on an allow-listed host gets the login', async () => {
    const realm = 'https://auth.example/token';
    const setup = await seeded(
      { auth: { type: 'bearer', ...login, realm } },
      { credentials: () => login, allowHosts: ['auth.example'] },
    );
    await setup.app.resolve();
    expect(setup.registry.requests.find((r) => r.url.startsWith(realm))?.authorization).toMatch(/^Basic /);
  });

  it('on a parent domain gets the login, on a sibling not', async () => {
    for (const [realm, sent] of [
      ['https://example.org/jwt', true],
      ['https://auth.example.org/jwt', false],
      ['https://notexample.org/jwt', false],
    ] as const) {
      const setup = await seeded({ auth: { type: 'bearer', ...login, realm } }, { credentials: () => login });
      setup.registry.faults.push((r) => (r.url.startsWith(realm) ? Response.json({ token: 't' }) : undefined));
      await setup.oci
        .open('registry.example.org/app:1')
        .resolve()
        .catch(() => undefined);
      expect(setup.registry.requests.some((r) => r.url.startsWith(realm))).toBe(sent);
    }
  });

  it('with user info is refused', async () => {
    const setup = await seeded({ auth: { type: 'bearer', realm: 'https://registry.example@elsewhere.example/token' } });
    await expect(setup.app.resolve()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('cannot widen the scope: tokens are asked for the repository in use', async () => {
    const setup = await seeded({ auth: { type: 'bearer', ...login } }, { credentials: () => login });
    const header = 'Bearer realm="https://registry.example/token",service="s",scope="repository:secret/other:pull,push,delete"';
    setup.registry.faults.push((r) =>
      r.headers.has('authorization') ? undefined : new Response(null, { status: 401, headers: { 'www-authenticate': header } }),
    );
    await setup.app.resolve();
    const asked = setup.registry.requests
      .filter((r) => r.url.includes('/token'))
      .map((r) => new URL(r.url).searchParams.get('scope'));
    expect(asked).toEqual(['repository:app:pull']);
  });

  it('gives tokens that are kept per scope and used again', async () => {
    const setup = await seeded({ auth: { type: 'bearer', ...login } }, { credentials: () => login });
    await setup.app.resolve();
    await setup.app.resolve();
    await setup.app.pushManifest(imageManifest('two'), mediaTypes.imageManifest);
    const scopes = setup.registry.requests
      .filter((r) => r.url.includes('/token'))
      .map((r) => new URL(r.url).searchParams.get('scope'));
    expect(scopes).toEqual(['repository:app:pull', 'repository:app:pull,push']);
  });

  it('gives tokens of which the oldest are forgotten, however many repositories are asked for', async () => {
    const { oci, registry } = await seeded({ auth: { type: 'bearer' } });
    const asked = async (i: number) => {
      const before = registry.requests.length;
      await oci
        .open(`registry.example/r${i}:1`)
        .resolve()
        .catch(() => undefined);
      return registry.requests.slice(before).some((r) => r.url.includes('/token'));
    };
    for (let i = 0; i < 260; i++) await asked(i);
    expect([await asked(259), await asked(5), await asked(0)]).toEqual([false, false, true]);
  });

  it('with a token that would break out of the header shows nothing of it', async () => {
    const setup = await seeded({ auth: { type: 'bearer' } });
    setup.registry.faults.push((r) => (r.url.includes('/token') ? Response.json({ token: 'sentinel\r\nx: y' }) : undefined));
    const error = (await setup.app.resolve().catch((e: unknown) => e)) as Error;
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL' });
    expect(error.message).not.toContain('sentinel');
  });
});

describe('descriptor urls', () => {
  it('are never fetched', async () => {
    const { app, registry } = await seeded();
    const foreign = { ...describe256(blob, 'a/b'), urls: ['https://elsewhere.example/blob'] };
    const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageManifest, config: foreign, layers: [foreign] });
    registry.manifests.set(`app@${digestOf(bytes)}`, { mediaType: mediaTypes.imageManifest, bytes });
    const { manifest } = await app.resolve(digestOf(bytes));
    if (manifest.kind !== 'manifest') throw new Error('a manifest was expected');
    expect('urls' in manifest.config).toBe(false);
    await expect(app.fetchBlob(manifest.config, { maxBytes: 100 })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    checkRecord({ registry } as Setup, false);
  });
});

describe('a registry named by a reference', () => {
  it.each([
    '127.0.0.1:5000',
    '10.0.0.1',
    'localhost:5000',
    '[::1]:5000',
    '[::ffff:7f00:1]',
    '169.254.169.254',
    'metadata.google.internal',
    'printer.local',
    'intranet:5000',
    'a.lan',
    'b.home.arpa:443',
  ])('%s is refused until an option names it', async (host) => {
    const { oci } = await seeded();
    expect(() => oci.open(`${host}/app:1`)).toThrow(expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' }));
    for (const options of [{ allowHosts: [host] }, { allowPrivate: true }, { plainHttp: [host] }]) {
      const allowed = await seeded({}, options);
      expect((await allowed.oci.open(`${host}/app:1`).resolve()).reference).toContain(`${host}/app@`);
      expect(new URL(allowed.registry.requests[0]?.url ?? '').protocol).toBe('plainHttp' in options ? 'http:' : 'https:');
    }
  });

  it.each([
    ['127.0.0.1:5000', true],
    ['localhost:5000', true],
    ['registry.example', false],
    ['10.0.0.1:5000', false],
  ])('over http, %s gets a login: %s (S40)', async (host, sent) => {
    const setup = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login, plainHttp: [host] });
    const run = setup.oci.open(`${host}/app:1`).resolve();
    if (sent) await run;
    else await expect(run).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(setup.registry.requests.some((r) => r.authorization !== null)).toBe(sent);
  });

  it('asks for its own login only, by its exact name', async () => {
    const asked: string[] = [];
    const credentials = (host: string) => {
      asked.push(host);
      return undefined;
    };
    const setup = await seeded({ auth: { type: 'basic', ...login } }, { credentials });
    await expect(setup.app.resolve()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    expect(asked).toEqual(['registry.example']);
  });

  it('redirects reads to storage: followed without the login, content checked', async () => {
    const setup = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login });
    setup.registry.faults.push(async (r, answer) => {
      if (r.url.startsWith('https://storage.example/')) return new Response(blob);
      if (!r.url.includes('/blobs/') || (await answer()).status === 401) return undefined;
      return new Response(null, { status: 307, headers: { location: 'https://storage.example/blob?signed=1' } });
    });
    expect(await setup.app.fetchBlob(describe256(blob, 'a/b'), { maxBytes: 100 })).toEqual(blob);
    checkRecord(setup, true);
  });

  it('never shows a login in errors or when inspected', async () => {
    const { inspect } = await import('node:util');
    const setup = await seeded({ auth: { type: 'basic', username: 'ci', password: 'other' } }, { credentials: () => login });
    const error = await setup.app.resolve().catch((e: unknown) => e);
    const shown =
      inspect([error, setup.app, setup.oci], { depth: 20, showHidden: true }) + JSON.stringify([error, setup.app, setup.oci]);
    for (const secret of [login.password, Buffer.from(`ci:${login.password}`).toString('base64')])
      expect(shown).not.toContain(secret);
    expect(setup.app.name).toBe(name);
  });
});
