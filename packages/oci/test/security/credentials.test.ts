import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { utf8Bytes, utf8Text } from '@securosys/core';
import { createSentinel, expectNoSecret } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialsFromDockerConfig, type HelperRun, type RunHelper } from '../../src/credentials.js';
import { seeded } from '../support/images.js';

const posix = process.platform !== 'win32';
const password = createSentinel('docker-password');
const pack = (text: string) => Buffer.from(text).toString('base64');
const from = (config: object) => credentialsFromDockerConfig({ sources: [{ config: config as never }] });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oci-credentials-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder with the programs `docker-credential-<name>`. */
async function helpers(programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, `docker-credential-${name}`), 0o755);
  }
  return bin;
}

describe('auths', () => {
  it.each<[string, object, unknown]>([
    ['name and password, packed', { auth: pack(`ci:${password}`) }, { username: 'ci', password }],
    ['a password with colons', { auth: pack('ci:a:b') }, { username: 'ci', password: 'a:b' }],
    ['zero bytes that old versions padded with', { auth: pack('ci:x\0\0') }, { username: 'ci', password: 'x' }],
    ['name and password, plain', { username: 'ci', password }, { username: 'ci', password }],
    ['an identity token, which wins', { auth: pack('ci:x'), identitytoken: 'refresh' }, { identityToken: 'refresh' }],
    ['an empty entry beside a store', {}, undefined],
  ])('%s', async (_, entry, login) => {
    expect(await from({ auths: { 'registry.example': entry } })('registry.example')).toEqual(login);
  });

  it.each(['registry.example:5000', 'https://registry.example:5000', 'https://registry.example:5000/v1/'])(
    'are stored under %s',
    async (key) => {
      const source = from({ auths: { [key]: { auth: pack('ci:x') } } });
      expect(await source('registry.example:5000')).toEqual({ username: 'ci', password: 'x' });
    },
  );

  it.each([{ config: null }, { config: 'x' }, { config: {}, path: 'x' }, {}, { path: 7 }])(
    'of a source like %j are refused',
    (source) => {
      expect(() => credentialsFromDockerConfig({ sources: [source as never] })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
      );
    },
  );

  it.skipIf(process.platform === 'win32')('in something else than a regular file are not waited for', async () => {
    const { execFileSync } = await import('node:child_process');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [join(folder, 'pipe'), '/dev/zero', folder])
      await expect(credentialsFromDockerConfig({ sources: [{ path }] })('registry.example')).rejects.toMatchObject({
        code: 'ERR_STORE',
      });
  });

  it('of Docker Hub are stored under its old name', async () => {
    const source = from({ auths: { 'https://index.docker.io/v1/': { auth: pack('ci:x') } } });
    expect(await source('docker.io')).toEqual({ username: 'ci', password: 'x' });
    expect(await source('index.docker.io.example')).toBeUndefined();
  });

  it('CVE-2025-27403: count for exactly the host that they name', async () => {
    const source = from({ auths: { 'registry.example': { auth: pack(`ci:${password}`) } } });
    for (const host of [
      'registry.example.evil.example',
      'registry.example:443',
      'notregistry.example',
      'example',
      'REGISTRY.example',
    ])
      expect(await source(host), host).toBeUndefined();
    expect(await from(JSON.parse('{"auths":{}}'))('__proto__')).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['auth that is no Base64', { auths: { 'registry.example': { auth: `${password}!` } } }],
    ['auth without a colon', { auths: { 'registry.example': { auth: pack(password) } } }],
    ['auth that is a list', { auths: { 'registry.example': { auth: [password] } } }],
    ['a password that is a list', { auths: { 'registry.example': { username: 'a', password: [password] } } }],
    ['an identity token that is an object', { auths: { 'registry.example': { identitytoken: { password } } } }],
    ['an entry that is text', { auths: { 'registry.example': password } }],
    ['auths that are a list', { auths: [password] }],
    ['a helper that is a list', { credHelpers: { 'registry.example': [password] } }],
    ['a store that is a number', { credsStore: 5 }],
  ])('malformed are ERR_MALFORMED, and nothing of them is shown (S38): %s', async (_, config) => {
    const { error } = await expectNoSecret({ password }, async () => from(config as object)('registry.example'));
    expect(error).toMatchObject({ code: 'ERR_MALFORMED' });
  });
});

describe('files', () => {
  it('are asked in order, and one that is not there holds nothing', async () => {
    const notation = join(folder, 'notation.json');
    const docker = join(folder, 'docker.json');
    await writeFile(
      docker,
      JSON.stringify({ auths: { 'a.example': { auth: pack('docker:x') }, 'b.example': { auth: pack('docker:x') } } }),
    );
    const sources = [{ path: notation }, { path: docker }];
    const source = credentialsFromDockerConfig({ sources });
    expect(await source('a.example')).toMatchObject({ username: 'docker' });
    await writeFile(
      notation,
      JSON.stringify({ insecureRegistries: ['c.example'], auths: { 'a.example': { auth: pack('notation:x') } } }),
    );
    expect(await source('a.example')).toMatchObject({ username: 'notation' });
    expect(await source('b.example')).toMatchObject({ username: 'docker' });
  });

  it('default to config.json in DOCKER_CONFIG, or in .docker at home', async () => {
    for (const [name, environment] of [
      ['own', { DOCKER_CONFIG: join(folder, 'own') }],
      ['home/.docker', { HOME: join(folder, 'home') }],
    ] as const) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'config.json'), JSON.stringify({ auths: { 'a.example': { auth: pack(`${name}:x`) } } }));
      expect(await credentialsFromDockerConfig({ environment })('a.example')).toMatchObject({ username: name });
    }
  });

  it('that are no JSON are ERR_MALFORMED without their text', async () => {
    const path = join(folder, 'broken.json');
    await writeFile(path, `{"auths":{"a.example":{"auth":"${password}`);
    const { error } = await expectNoSecret({ password }, async () =>
      credentialsFromDockerConfig({ sources: [{ path }] })('a.example'),
    );
    expect(error).toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('over a mebibyte are ERR_LIMIT', async () => {
    const path = join(folder, 'large.json');
    await writeFile(path, ' '.repeat(1024 * 1024 + 1));
    await expect(credentialsFromDockerConfig({ sources: [{ path }] })('a.example')).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });
});

describe.skipIf(!posix)('credential helpers (S27)', () => {
  const recorded = async (config: object, host: string, output: string, status = 0, PATH?: string) => {
    const runs: HelperRun[] = [];
    const run: RunHelper = async (one) => {
      runs.push(one);
      return { status, output: utf8Bytes(output) };
    };
    const bin = PATH ?? (await helpers({ desktop: '', own: '' }));
    const environment = {
      PATH: bin,
      HOME: '/home/ci',
      TSB_TOKEN: password,
      NODE_OPTIONS: '--inspect',
      DOCKER_AUTH_CONFIG: password,
    };
    const source = credentialsFromDockerConfig({ sources: [{ config: config as never }], environment, run });
    return { login: await source(host), runs, bin };
  };
  const answer = JSON.stringify({ ServerURL: 'x', Username: 'ci', Secret: password });

  it('get the host on their input, one argument, and nothing of our environment', async () => {
    const { login, runs, bin } = await recorded({ credsStore: 'desktop' }, 'registry.example:5000', answer);
    expect(login).toEqual({ username: 'ci', password });
    expect(runs).toHaveLength(1);
    expect(runs[0]).toMatchObject({
      path: join(bin, 'docker-credential-desktop'),
      environment: { PATH: bin, HOME: '/home/ci' },
      timeoutMs: 30_000,
    });
    expect(utf8Text(runs[0]?.input ?? new Uint8Array(), 'input')).toBe('registry.example:5000');
  });

  it('of a registry go before the common store, and theirs is the only word', async () => {
    const config = {
      credsStore: 'desktop',
      credHelpers: { 'registry.example': 'own' },
      auths: { 'registry.example': { auth: pack('a:b') } },
    };
    const { runs, bin, login } = await recorded(config, 'registry.example', 'credentials not found in native keychain', 1);
    expect(runs.map(({ path }) => path)).toEqual([join(bin, 'docker-credential-own')]);
    expect(login).toBeUndefined();
  });

  it('that know nothing leave the word to auths', async () => {
    const config = { credsStore: 'desktop', auths: { 'registry.example': { auth: pack('a:b') } } };
    const { login } = await recorded(config, 'registry.example', 'credentials not found in native keychain', 1);
    expect(login).toEqual({ username: 'a', password: 'b' });
  });

  it('are asked for Docker Hub by its old name', async () => {
    const { runs } = await recorded({ credsStore: 'desktop' }, 'docker.io', answer);
    expect(utf8Text(runs[0]?.input ?? new Uint8Array(), 'input')).toBe('https://index.docker.io/v1/');
  });

  it('may give an identity token', async () => {
    const { login } = await recorded(
      { credsStore: 'desktop' },
      'a.example',
      JSON.stringify({ Username: '<token>', Secret: 'refresh' }),
    );
    expect(login).toEqual({ identityToken: 'refresh' });
  });

  it.each(['../x', 'a;b', 'a b', 'a/b', '', 'a\nb', '$(id)', 'x'.repeat(65)])('the name %j starts nothing', async (name) => {
    const config = { credHelpers: { 'registry.example': name } };
    await expect(recorded(config, 'registry.example', answer)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it.each(['a.example\nhost=b', 'a.example\0', 'a b', '\u001b[2J', 'ä.example', ''])(
    'CVE-2024-53263: the host %j reaches no helper',
    async (host) => {
      await expect(recorded({ credsStore: 'desktop' }, host, answer)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    },
  );

  it('are not taken from the working directory or a relative entry of PATH', async () => {
    const bin = await helpers({ desktop: '' });
    const before = process.cwd();
    process.chdir(bin);
    try {
      for (const PATH of ['', '.', `.${delimiter}`, './', 'bin'])
        await expect(recorded({ credsStore: 'desktop' }, 'a.example', answer, 0, PATH || delimiter)).rejects.toMatchObject({
          code: 'ERR_NOT_FOUND',
        });
    } finally {
      process.chdir(before);
    }
  });

  it.each([
    ['no JSON', password],
    ['a list', `["${password}"]`],
    ['no secret', `{"Username":"${password}"}`],
    ['a secret that is a list', `{"Username":"a","Secret":["${password}"]}`],
  ])('that answer %s are ERR_PROTOCOL without their words', async (_, output) => {
    const { error } = await expectNoSecret({ output: password }, () => recorded({ credsStore: 'desktop' }, 'a.example', output));
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('that fail are ERR_AUTHENTICATION without their words', async () => {
    const { error } = await expectNoSecret({ password }, () =>
      recorded({ credsStore: 'desktop' }, 'a.example', `boom ${password}`, 2),
    );
    expect(error).toMatchObject({ code: 'ERR_AUTHENTICATION' });
  });

  describe('as real programs', () => {
    const real = async (script: string, timeoutMs = 5000) => {
      const bin = await helpers({ real: script });
      const environment = { PATH: `${bin}:/usr/bin:/bin`, TSB_TOKEN: password, HOME: folder };
      return credentialsFromDockerConfig({ sources: [{ config: { credsStore: 'real' } }], environment, timeoutMs })(
        'registry.example',
      );
    };

    it('see the host, `get`, and a small environment', async () => {
      const record = join(folder, 'record');
      const script = `{ cat; echo; echo "$@"; env; } > '${record}'; echo '{"Username":"ci","Secret":"s"}'`;
      expect(await real(script)).toEqual({ username: 'ci', password: 's' });
      const seen = await readFile(record, 'utf8');
      expect(seen.startsWith('registry.example\nget\n')).toBe(true);
      expect(seen).not.toContain(password);
      expect(seen).not.toMatch(/^NODE_|^npm_/m);
    });

    it('that never end are killed', async () => {
      await expect(real('sleep 60', 100)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    });

    it('may be given all the time there is', async () => {
      expect(await real(`echo '{"Username":"ci","Secret":"s"}'`, Number.POSITIVE_INFINITY)).toMatchObject({ username: 'ci' });
    });

    it('that write without end are stopped', async () => {
      await expect(
        real('while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done'),
      ).rejects.toMatchObject({
        code: 'ERR_LIMIT',
      });
    });

    it('that read nothing are no error by themselves', async () => {
      expect(await real(`exec <&-; echo '{"Username":"ci","Secret":"s"}'`)).toEqual({ username: 'ci', password: 's' });
    });
  });
});

describe('an identity token', () => {
  const realm = 'https://registry.example/token';
  const challenge = { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="s"` } };
  const setup = async (url = realm) => {
    const bodies: string[] = [];
    const made = await seeded({}, { credentials: () => ({ identityToken: password }) });
    made.registry.faults.push(async (request) => {
      if (request.url.startsWith(url)) {
        bodies.push(`${request.method} ${await request.text()}`);
        return Response.json({ access_token: 'short', expires_in: 300 });
      }
      if (request.headers.has('authorization')) return undefined;
      return new Response(null, { ...challenge, headers: { 'www-authenticate': `Bearer realm="${url}",service="s"` } });
    });
    return { ...made, bodies };
  };

  it('is exchanged at the token service of the registry', async () => {
    const { app, bodies, registry } = await setup();
    await app.resolve();
    expect(bodies).toHaveLength(1);
    const [method, form] = (bodies[0] ?? '').split(' ');
    expect(method).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(form))).toMatchObject({
      grant_type: 'refresh_token',
      service: 's',
      scope: 'repository:app:pull',
      refresh_token: password,
    });
    expect(registry.requests.at(-1)?.authorization).toBe('Bearer short');
  });

  it('goes to no other host (S25)', async () => {
    const { app, bodies } = await setup('https://elsewhere.example/token');
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(bodies).toEqual([]);
  });
});
