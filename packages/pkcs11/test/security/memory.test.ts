import { generateKeyPairSync } from 'node:crypto';
import { spkiOf, systemClock } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../../../testing/src/index.js';
import { pkcs11Backend } from '../../src/backend.js';
import type { Token } from '../../src/host/token-options.js';
import * as api from '../../src/index.js';
import type { PinProvider } from '../../src/pin/pin-provider.js';
import { fakeToken } from '../fake-token.js';

/** Over a token that answers with views into a pool, as a module's buffers are. */
function backend() {
  const fake = fakeToken();
  const token = Object.assign(fake, { library: {}, on: () => () => undefined, close: async () => undefined });
  return pkcs11Backend({ token: token as unknown as Token, pin: {} as PinProvider, clock: systemClock, key: undefined });
}

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  openPkcs11: async () => {
    const opened = backend();
    const info = await opened.createKey({ label: 'k', spec: 'ec-p256' });
    const listed = [];
    for await (const key of opened.listKeys()) listed.push(key);
    const operation = { kind: 'sign', key: info.ref, algorithm: 'ecdsa-sha256', input: { message: info.spki } } as const;
    return [info, listed, await opened.describeKey(info.ref), await opened.begin(operation)];
  },
  parsePkcs11Uri: () => api.parsePkcs11Uri('pkcs11:id=%01%02%03').id,
};

const withoutBytes = ['formatPkcs11Uri', 'redactPkcs11Uri'];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });

  it('a described key is a copy: who changes it changes nothing', async () => {
    const opened = backend();
    const { ref, spki } = await opened.createKey({ label: 'k', spec: 'ed25519' });
    const before = spki.slice();
    spki.fill(0);
    ref.id?.fill(0);
    expect((await opened.describeKey({ label: 'k' })).spki).toEqual(before);
    expect(spkiOf(generateKeyPairSync('ed25519').publicKey).byteLength).toBe(before.byteLength);
  });
});
