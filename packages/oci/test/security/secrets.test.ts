import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { createSentinel, expectNoSecret, type RegistryFault } from '@securosys/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOci, type OciOptions } from '../../src/index.js';
import { name, seeded } from '../support/images.js';

const password = createSentinel('password');
const bearer = createSentinel('bearer');
const secrets = { password, bearer };
const login = { username: 'ci', password };

/** What the registry does to a request that carries the login. */
const answers: Readonly<Record<string, RegistryFault>> = {
  'the login is wrong': () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }),
  'nothing is permitted': () => Response.json({ errors: [{ code: 'DENIED', message: 'no' }] }, { status: 403 }),
  'the registry fails': () => new Response('<html>oops</html>', { status: 500 }),
  'the answer is no manifest': () => new Response('{"schemaVersion":', { headers: { 'content-type': 'application/json' } }),
  'the answer quotes the login': (request) => {
    const quoted = `${request.headers.get('authorization')} ${password} ${bearer}`;
    return Response.json({ errors: [{ code: 'DENIED', message: quoted, detail: quoted }] }, { status: 403 });
  },
  'the answer is a redirect': () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } }),
  'the connection is lost': (request) => {
    throw new TypeError(`fetch failed with ${request.headers.get('authorization')}`);
  },
  'nothing is answered': () => new Promise<never>(() => undefined),
};

/** The token service gives out our sentinel as token. */
const tokenService: RegistryFault = (request) =>
  request.url.includes('/token?') ? Response.json({ token: bearer, expires_in: 300 }) : undefined;
const challenge: RegistryFault = (request) =>
  request.headers.has('authorization')
    ? undefined
    : new Response(null, {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="https://registry.example/token",service="s"' },
      });

const kinds: Readonly<Record<string, { readonly options: OciOptions; readonly faults: readonly RegistryFault[] }>> = {
  basic: { options: { credentials: () => login }, faults: [] },
  bearer: { options: { credentials: () => login }, faults: [tokenService, challenge] },
  'a token of the caller': { options: { credentials: () => ({ token: bearer }) }, faults: [challenge] },
};

describe.each(Object.entries(kinds))('with %s login a call shows no secret (S37) when', (kind, { options, faults }) => {
  it.each(Object.keys(answers))('%s', async (answer) => {
    let used = 0;
    const { error } = await expectNoSecret(secrets, async ({ logger, show }) => {
      // Short where the deadline is what is tested; elsewhere a slow machine must not meet it.
      const timeoutMs = /nothing is answered|connection is lost/.test(answer) ? 300 : 30_000;
      const setup = await seeded({ auth: { type: 'basic', ...login } }, { timeoutMs, ...options });
      show([setup.oci, setup.app]);
      const late: RegistryFault = (request, inner) => {
        if (!request.headers.has('authorization')) return undefined;
        used++;
        return answers[answer]?.(request, inner);
      };
      setup.registry.faults.push(...faults, late);
      try {
        return await setup.app.resolve(undefined, { logger });
      } finally {
        show([setup.oci, setup.app]);
      }
    });
    expect(error).toMatchObject({ name: 'SignError' });
    // The test means something only if the login was in use.
    expect(used, kind).toBeGreaterThan(0);
  });

  it('everything is well', async () => {
    await expectNoSecret(secrets, async ({ show }) => {
      const setup = await seeded(kind === 'basic' ? { auth: { type: 'basic', ...login } } : {}, options);
      setup.registry.faults.push(...faults);
      show(await setup.app.resolve());
      show(await setup.app.pushBlob(utf8Bytes('x'), 'a/b'));
      return [setup.oci, setup.app];
    });
  });
});

describe('malformed credentials and token answers are reported without their value (S38):', () => {
  const s = createSentinel('foreign');
  it.each<[string, unknown]>([
    ['a login that is text', s],
    ['a password that is a list', { username: 'ci', password: [s] }],
    ['a name with a colon', { username: `${s}:`, password: s }],
    ['a password with a lone surrogate', { username: 'ci', password: `${s}\ud800` }],
    ['a token with a line break', { token: `${s}\r\nx: y` }],
    ['a token that is an object', { token: { s } }],
  ])('%s', async (_, credentials) => {
    const { error } = await expectNoSecret({ s }, async () => {
      const { app } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => credentials as never });
      return app.resolve();
    });
    expect(error).toMatchObject({ name: 'SignError' });
  });

  it.each([
    ['cut off', `{"token":"${s}`],
    ['a bare word', s],
    ['of another type', `{"token":["${s}"]}`],
    ['with a line break', JSON.stringify({ token: `${s}\r\nx: y` })],
    ['doubled', `{"token":"${s}","token":"${s}"}`],
  ])('a token answer that is %s', async (_, body) => {
    const { error } = await expectNoSecret({ s }, async () => {
      const { app, registry } = await seeded();
      const headers = { 'content-type': 'application/json' };
      registry.faults.push((r) => (r.url.includes('/token?') ? new Response(body, { headers }) : undefined), challenge);
      return app.resolve();
    });
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it.each<[string, () => unknown]>([
    ['a reference with a login', () => createOci().open(`https://ci:${s}@registry.example/app:1`)],
    ['a reference with user info', () => createOci().open(`ci:${s}@registry.example/app:1`)],
    ['a misspelt option', () => createOci({ password: s } as OciOptions)],
    ['a host that is none', () => createOci({ allowHosts: [`ci:${s}@registry.example`] })],
  ])('%s', async (_, run) => {
    const { error } = await expectNoSecret({ s }, run);
    expect(error).toMatchObject({ name: 'SignError' });
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oci-secrets-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('of a layout hold nothing of the logins beside it', async () => {
    const { packFolder } = await import('../../src/pack.js');
    await expectNoSecret(
      secrets,
      async () => {
        const { oci, app } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login });
        const { mkdir, writeFile } = await import('node:fs/promises');
        await mkdir(join(folder, 'files'));
        await writeFile(join(folder, 'files/a'), 'a');
        await packFolder(join(folder, 'files'), join(folder, 'layout'), { tag: '1' });
        const { bytes, manifest } = await app.resolve();
        expect(app.name).toBe(name);
        return [bytes, manifest, await oci.open(`oci:${folder}/layout:1`).resolve()];
      },
      { folder },
    );
  });
});
