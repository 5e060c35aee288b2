import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../src/registry/challenge.js';
import { seeded } from './support/images.js';

describe('WWW-Authenticate', () => {
  it('is read with several challenges, quoting and escapes', () => {
    expect(parseChallenges('Bearer realm="https://a.example/t?x=1,2",service=s , scope="a,b", Basic realm="a \\"b\\""')).toEqual([
      { scheme: 'bearer', parameters: { realm: 'https://a.example/t?x=1,2', service: 's', scope: 'a,b' } },
      { scheme: 'basic', parameters: { realm: 'a "b"' } },
    ]);
    expect(parseChallenges('Negotiate, Basic realm=x')).toHaveLength(2);
    expect(parseChallenges('')).toEqual([]);
  });

  it.each([
    'realm="x"',
    'Bearer realm="x",realm="y"',
    'Bearer realm="x',
    'Bearer realm="a\nb"',
    'Bearer =x',
    `Bearer realm="${'x'.repeat(9000)}"`,
  ])('%.30j is refused', (header) => {
    expect(() => parseChallenges(header)).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL' }));
  });
});

describe('logging in', () => {
  const login = { username: 'ci', password: 'pässword:with:colons' };

  it.each([['basic'], ['bearer']] as const)('with %s and the right login works for reading and writing', async (type) => {
    const { app } = await seeded({ auth: { type, ...login } }, { credentials: async () => login });
    await app.resolve();
    await app.pushBlob(new Uint8Array([1]), 'a/b');
  });

  it('with a wrong login is ERR_AUTHENTICATION after one try', async () => {
    for (const type of ['basic', 'bearer'] as const) {
      const { app, registry } = await seeded({ auth: { type, ...login } }, { credentials: () => ({ ...login, password: 'no' }) });
      await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
      expect(registry.requests).toHaveLength(2);
    }
  });

  it('with an empty token beside an access token takes the latter', async () => {
    const { app, registry } = await seeded({ auth: { type: 'bearer' } });
    registry.faults.push(async (r, answer) => {
      if (!r.url.includes('/token')) return undefined;
      const { token } = (await (await answer()).json()) as { token: string };
      return Response.json({ token: '', access_token: token });
    });
    await app.resolve();
  });

  it('with a ready token sends it to the registry only', async () => {
    const { app, registry } = await seeded(
      { auth: { type: 'bearer', realm: 'https://elsewhere.example/token' } },
      { credentials: () => ({ token: 'memory-registry-token:repository:app:pull' }) },
    );
    await app.resolve();
    expect(registry.requests.map((r) => r.authorization)).toEqual([null, 'Bearer memory-registry-token:repository:app:pull']);
  });

  it('Docker Hub is reached at its own host and gets its login at its own token service', async () => {
    const { oci, registry } = await seeded(
      { auth: { type: 'bearer', ...login, realm: 'https://auth.docker.io/token' } },
      { credentials: (host) => (host === 'docker.io' ? login : undefined) },
    );
    const stored = [...registry.manifests.values()][0];
    if (!stored) throw new Error('nothing stored');
    const digest = registry.tags.get('app:1') ?? '';
    registry.manifests.set(`library/app@${digest}`, stored);
    const image = await oci.open(`app@${digest}`).resolve();
    expect(image.reference).toBe(`docker.io/library/app@${digest}`);
    expect(registry.requests.map((r) => new URL(r.url).host)).toEqual([
      'registry-1.docker.io',
      'auth.docker.io',
      'registry-1.docker.io',
    ]);
  });

  it.each([
    ['HTML', new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'ERR_PROTOCOL'],
    ['broken JSON', new Response('{', { headers: { 'content-type': 'application/json' } }), 'ERR_PROTOCOL'],
    ['no token', Response.json({}), 'ERR_PROTOCOL'],
    ['403', new Response(null, { status: 403 }), 'ERR_FORBIDDEN'],
  ])('a token service that answers %s', async (_, response, code) => {
    const { app, registry } = await seeded({ auth: { type: 'bearer' } });
    registry.faults.push((r) => (r.url.includes('/token') ? response : undefined));
    await expect(app.resolve()).rejects.toMatchObject({ code });
  });

  it('credentials of another shape are refused without being shown', async () => {
    const wrong = { user: 'ci', password: 'sentinel' } as unknown as { token: string };
    const { app } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => wrong });
    const error = (await app.resolve().catch((e: unknown) => e)) as Error;
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(error.message).not.toContain('sentinel');
  });
});
