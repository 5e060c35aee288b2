import { hashBytes, type KeyBackend, utf8Bytes } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { preAuthEncoding, predicateTypes } from '../../src/index.js';
import { ask, digest, encoded, memoryPlugin, payload, signatureOf, signing } from './kms.js';

const refusal = async (...asking: Parameters<typeof ask>) => {
  const { answer, exitCode } = await ask(...asking);
  expect(exitCode).toBe(1);
  return String(answer.errorMessage);
};

const statementOf = (change: object) =>
  preAuthEncoding(
    'application/vnd.in-toto+json',
    utf8Bytes(
      JSON.stringify({
        _type: 'https://in-toto.io/Statement/v0.1',
        predicateType: 'https://example.com/predicate',
        subject: [{ name: 'registry.example/app', digest: { sha256: 'ab'.repeat(32) } }],
        predicate: {},
        ...change,
      }),
    ),
  );
const derInteger = [2, 1, 0];
const empty = [0x30, 0];
const foreign: Record<string, Uint8Array> = {
  'the signing input of a JWS': utf8Bytes(`${Buffer.from('{"alg":"ES256"}').toString('base64url')}.e30`),
  'a Sig_structure of COSE': Buffer.concat([
    Buffer.from([0x84, 0x6a]),
    Buffer.from('Signature1'),
    Buffer.from([0x40, 0x40, 0x40]),
  ]),
  'a role of TUF': utf8Bytes('{"_type":"targets","version":1}'),
  // version serial signature issuer validity subject spki, as RFC 5280 §4.1 has them
  'a certificate to be signed': Uint8Array.from([0x30, 13, ...derInteger, ...Array.from({ length: 5 }, () => empty).flat()]),
  'a request for a certificate': Uint8Array.from([0x30, 9, ...derInteger, ...empty, ...empty, 0xa0, 0]),
  'another structure in DER': Uint8Array.from([0x30, 3, 2, 1, 5]),
  'attributes of a CMS signature': Uint8Array.from([0x31, 5, 0x30, 3, 6, 1, 0x2a]),
  'a challenge of an approver': Uint8Array.from([0, 0, 0, 9, 0x3b, 0, 4, 0, 0, 0, 0, 1, 0]),
  'the login of an approver': utf8Bytes('2026-11-22T04:00:00Z'),
  'DSSE of another payload type': preAuthEncoding('application/json', utf8Bytes('{}')),
  'DSSE of another version': utf8Bytes('DSSEv2 28 application/vnd.in-toto+json 2 {}'),
  'DSSE with a length that is wrong': utf8Bytes('DSSEv1 28 application/vnd.in-toto+json 3 {}'),
  'a statement with a member that no reader knows': statementOf({ more: 1 }),
  'a statement whose predicate is a text': statementOf({ predicate: 'SPDXVersion: SPDX-2.3' }),
  'a payload of another type': utf8Bytes(
    `{"critical":{"identity":{"docker-reference":"x"},"image":{"docker-manifest-digest":"${digest}"},"type":"atomic container signature"},"optional":null}`,
  ),
  'a payload with a member twice': utf8Bytes('{"critical":{},"critical":{}}'),
};

describe('what a key behind cosign signs', () => {
  it.each(Object.entries(foreign))(
    '%s is refused, also where blobs are allowed, and no backend is asked (S9)',
    async (_, message) => {
      const { plugin, counted } = await memoryPlugin('ec-p256', { settings: () => ({ allowOpaque: true, allowBlind: true }) });
      expect(await refusal(plugin, 'signMessage', signing(), message)).toContain('ERR_CROSS_PROTOCOL');
      expect(await refusal(plugin, 'signMessage', signing(hashBytes('sha256', message)), message)).toContain(
        'ERR_CROSS_PROTOCOL',
      );
      expect(counted.opened).toBe(0);
    },
  );

  it('a blob is refused unless that is allowed by name', async () => {
    for (const blob of [utf8Bytes('hello\n'), new Uint8Array(), utf8Bytes('{"name":"x"}')]) {
      const { plugin, counted } = await memoryPlugin();
      expect(await refusal(plugin, 'signMessage', signing(), blob)).toMatch(/allowOpaque \(ERR_CROSS_PROTOCOL\)/);
      expect(counted.opened).toBe(0);
      const allowed = await memoryPlugin('ec-p256', { settings: () => ({ allowOpaque: true }) });
      expect(signatureOf(await ask(allowed.plugin, 'signMessage', signing(), blob)).byteLength).toBeGreaterThan(60);
    }
  });

  it('a digest without its message is refused unless that is allowed by name (S2)', async () => {
    const asked = signing(hashBytes('sha256', payload));
    for (const settings of [{}, { allowOpaque: true }]) {
      const { plugin, counted } = await memoryPlugin('ec-p256', { settings: () => settings });
      expect(await refusal(plugin, 'signMessage', asked)).toContain('ERR_BLIND_SIGNING');
      expect(counted.opened).toBe(0);
    }
    const { plugin, backend } = await memoryPlugin('ec-p256', { settings: () => ({ allowBlind: true }) });
    const { begin } = backend;
    backend.begin = async (operation) => {
      expect(operation).toMatchObject({ input: { digest: hashBytes('sha256', payload) } });
      // Keys in memory sign messages only.
      return begin.call(backend, { ...operation, input: { message: payload } } as typeof operation);
    };
    const blind = await ask(plugin, 'signMessage', asked);
    expect(blind.answer.errorMessage).toBeUndefined();
    const signature = Buffer.from(signatureOf(blind)).toString('base64');
    expect((await ask(plugin, 'verifySignature', { signature, verifyOptions: {} }, payload)).answer).toEqual({
      verifySignature: {},
    });
  });

  it('goes to the backend whole, with what its bytes say, and past the guards (S1, S2)', async () => {
    const seen: unknown[] = [];
    const { plugin, backend } = await memoryPlugin('ec-p256', {
      guards: [{ before: ({ operation, domain }) => void seen.push({ title: operation.facts?.title, domain }) }],
      claims: () => ({ pipeline: '42' }),
    });
    const { begin } = backend;
    backend.begin = async (operation, options) => {
      seen.push(operation);
      return begin.call(backend, operation, options);
    };
    await ask(plugin, 'signMessage', signing(hashBytes('sha256', payload)), payload);
    expect(seen).toEqual([
      { title: expect.stringContaining(digest), domain: 'cosign-payload' },
      expect.objectContaining({
        input: { message: payload },
        facts: expect.objectContaining({ title: expect.stringContaining(digest) }),
        claims: { pipeline: '42' },
      }),
    ]);
    const vetoing = await memoryPlugin('ec-p256', { guards: [{ before: () => Promise.reject(new Error('no')) }] });
    expect(await refusal(vetoing.plugin, 'signMessage', signing(), payload)).toContain('ERR_VETOED');
  });

  it('a key that must not sign is refused before it does', async () => {
    const { plugin, backend } = await memoryPlugin('ec-p256', { checkKey: () => Promise.reject(new Error('no')) });
    backend.begin = async () => expect.unreachable();
    expect(await refusal(plugin, 'signMessage', signing(), payload)).toBe('the plugin failed');
  });
});

describe('public keys that were seen before', () => {
  const other = async () => (await memoryPlugin()).spki;

  it('spare the backend where the key is pinned, and only there', async () => {
    const { plugin, spki, counted } = await memoryPlugin();
    const spkiSha256 = Buffer.from(hashBytes('sha256', spki)).toString('hex');
    const put: Uint8Array[] = [];
    const publicKeys = { get: async () => put[0], put: async (_: unknown, bytes: Uint8Array) => void put.push(bytes) };
    const pinned = { ...plugin, publicKeys, keyRef: () => ({ label: 'release', spkiSha256 }) };
    const first = await ask(pinned, 'publicKey');
    expect(await ask(pinned, 'publicKey')).toEqual(first);
    expect({ put, opened: counted.opened }).toEqual({ put: [spki], opened: 1 });
    await ask({ ...plugin, publicKeys }, 'publicKey');
    expect(counted.opened).toBe(2);
  });

  it('a poisoned cache cannot change what cosign public-key shows, nor what it verifies with (S29)', async () => {
    const poison = await other();
    const { plugin, spki } = await memoryPlugin();
    const honest = await ask(plugin, 'publicKey');
    const publicKeys = { get: async () => poison, put: async () => undefined };
    for (const spkiSha256 of [undefined, Buffer.from(hashBytes('sha256', spki)).toString('hex')]) {
      const ref = { label: 'release', ...(spkiSha256 !== undefined && { spkiSha256 }) };
      expect(await ask({ ...plugin, publicKeys, keyRef: () => ref }, 'publicKey')).toEqual(honest);
    }
  });

  it('a key that is another one than its pin is refused everywhere (S7)', async () => {
    const { plugin } = await memoryPlugin();
    const changed = { ...plugin, keyRef: () => ({ label: 'release', spkiSha256: 'ab'.repeat(32) }) };
    expect(await refusal(changed, 'publicKey')).toContain('ERR_KEY_CHANGED');
    expect(await refusal(changed, 'signMessage', signing(), payload)).toContain('ERR_KEY_CHANGED');
  });
});

describe("cosign's deadline", () => {
  const clock = createTestClock('2026-01-31T12:00:00Z');
  const at = (ctxDeadline: string) => ({ init: { ctxDeadline }, ...signing() });

  it('that is over, or almost, lets no key sign', async () => {
    const { plugin, counted } = await memoryPlugin('ec-p256', { clock });
    for (const deadline of ['2026-01-31T11:59:59Z', '2026-01-31T12:00:00.2Z', '2026-01-31T14:00:00.100000000+02:00'])
      expect(await refusal(plugin, 'signMessage', at(deadline), payload)).toMatch(/ERR_TIMEOUT.*raise --timeout/);
    expect(counted.opened).toBe(0);
    expect((await ask(plugin, 'signMessage', at('2026-01-31T12:03:00.500000000Z'), payload)).exitCode).toBe(0);
  });

  it('is kept by an answer that says so when a backend hangs', async () => {
    const { plugin } = await memoryPlugin('ec-p256', {
      clock,
      open: () => new Promise<KeyBackend>(() => undefined),
    });
    expect(await refusal(plugin, 'signMessage', at('2026-01-31T12:00:00.300000000Z'), encoded)).toContain('ERR_TIMEOUT');
  });
});

it('statements of attestations are signed whatever their predicate, but for that of --type custom nobody can come back', async () => {
  const { plugin } = await memoryPlugin();
  const custom = statementOf({
    predicateType: predicateTypes.custom,
    predicate: { Data: 'x', Timestamp: '2026-01-01T00:00:00Z' },
  });
  for (const message of [statementOf({}), custom])
    expect((await ask(plugin, 'signMessage', signing(), message)).exitCode).toBe(0);
});
