import { createSecretKey, randomBytes } from 'node:crypto';
import { createSealer, hexBytes, type KeyBackend, systemClock, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CKA, CKK, CKO } from '../../src/cryptoki/attributes.js';
import { mechanismFlags } from '../../src/cryptoki/flags.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import type { Token } from '../../src/host/token-options.js';
import { capabilitiesOf } from '../../src/operations/capabilities.js';
import { describeSymmetric, openWith, sealWith } from '../../src/operations/symmetric.js';
import type { UseContext } from '../../src/operations/use-context.js';
import { open, plainPin } from '../host/real.js';
import { addonPath } from '../native.js';
import { createNssDatabase, type NssDatabase, nssModule, nssNeeded } from '../nss.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';
import { stubToken } from './stub-token.js';

const value = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0')).join('');
const label = `known to both ${randomBytes(4).toString('hex')}`;
const aad = utf8Bytes('what it is for');

/** An AES key with a value that OpenSSL knows, too. */
async function put(token: Token): Promise<void> {
  await token.createObject([
    { type: CKA.CLASS, value: CKO.SECRET_KEY },
    { type: CKA.KEY_TYPE, value: CKK.AES },
    { type: CKA.TOKEN, value: true },
    { type: CKA.PRIVATE, value: true },
    { type: CKA.SENSITIVE, value: true },
    { type: CKA.EXTRACTABLE, value: false },
    { type: CKA.ENCRYPT, value: true },
    { type: CKA.DECRYPT, value: true },
    { type: CKA.LABEL, value: utf8Bytes(label) },
    { type: CKA.ID, value: randomBytes(20) },
    { type: CKA.VALUE, value: hexBytes(value) },
  ]);
}

const contextOf = (token: Token): UseContext => ({
  token,
  capabilities: capabilitiesOf(token),
  pin: plainPin('unused'),
  clock: systemClock,
});

/** The token and OpenSSL, with one key. */
function sameKeyClaims(tokenOf: () => Token): void {
  const software = createMemoryBackend();
  const { ref } = software.addSymmetricKey({ label, secretKey: createSecretKey(hexBytes(value)) });
  const bySoftware = createSealer(software, ref);
  const plaintext = Uint8Array.from(randomBytes(32));

  it('a key has the check value that OpenSSL computes for it', async () => {
    const info = await describeSymmetric(contextOf(tokenOf()), { label }, {});
    expect(info).toMatchObject({
      spec: 'aes-256',
      usages: expect.arrayContaining(['encrypt', 'decrypt']),
      ref: { label, checkSha256: ref.checkSha256 },
    });
    expect(ref.checkSha256).toBe('c0c11ef635e181a6959c11997f043980ffce36184cc4e2ccd417b8a2c77b9568');
  });

  it('what it seals OpenSSL opens, and what OpenSSL seals it opens', async () => {
    const context = contextOf(tokenOf());
    const operation = { key: { label }, algorithm: 'aes-gcm' } as const;
    const sealed = await sealWith(context, { kind: 'seal', ...operation, plaintext, aad }, {});
    expect(await bySoftware.open({ algorithm: 'aes-gcm', sealed, aad })).toEqual(plaintext);
    const other = await bySoftware.seal({ algorithm: 'aes-gcm', plaintext, aad });
    expect(await openWith(context, { kind: 'open', ...operation, sealed: other, aad }, {})).toEqual(plaintext);
    const bare = await bySoftware.seal({ algorithm: 'aes-gcm', plaintext });
    expect(await openWith(context, { kind: 'open', ...operation, sealed: bare }, {})).toEqual(plaintext);
    await expect(openWith(context, { kind: 'open', ...operation, sealed: other }, {})).rejects.toMatchObject({
      code: 'ERR_REQUEST_FAILED',
    });
  });
}

describe.skipIf(!softhsmModule || !addonPath)(`AES-GCM on SoftHSM2 ${softhsmNeeded}`, () => {
  let token: Token;
  beforeAll(async () => {
    token = await open(softhsm(), tokens.main.label, tokens.main.pin);
    await put(token);
  });
  afterAll(() => token?.close());
  sameKeyClaims(() => token);
});

describe.skipIf(!nssModule || !addonPath)(`AES-GCM on the softoken of NSS ${nssNeeded}`, () => {
  let database: NssDatabase;
  let token: Token;
  beforeAll(async () => {
    database = createNssDatabase();
    token = await open(database.module, database.label, database.pin, { libraryParameters: database.parameters });
    await put(token);
  });
  afterAll(async () => {
    await token?.close({ finalize: true });
    database?.remove();
  });
  sameKeyClaims(() => token);
});

describe('a token', () => {
  it('without AES-GCM is told by name, before a key is used', async () => {
    const { context, token, asked } = stubToken(
      undefined,
      new Map([[CKM.AES_ECB, { minKeySize: 16, maxKeySize: 32, flags: mechanismFlags.ENCRYPT }]]),
    );
    const find: Token['find'] = async () => [
      {
        handle: { bytes: new Uint8Array(8), epoch: 1 },
        attributes: new Map([
          [CKA.KEY_TYPE, Uint8Array.of(CKK.AES, 0, 0, 0, 0, 0, 0, 0)],
          [CKA.ENCRYPT, Uint8Array.of(1)],
        ]),
      },
    ];
    const without = { ...context, token: { ...token, find } };
    const operation = { kind: 'seal', key: { label }, algorithm: 'aes-gcm', plaintext: new Uint8Array(32) } as const;
    await expect(sealWith(without, operation, {})).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
      message: expect.stringContaining('CKM_AES_GCM'),
    });
    expect(asked).toEqual([]);
  });

  it('that answers with another initialisation vector than it was given is found before anything is given out', async () => {
    const software = createMemoryBackend();
    const { ref } = software.addSymmetricKey({ label });
    const own: KeyBackend = {
      ...software,
      async begin(operation, options) {
        const begun = await software.begin(operation, options);
        return operation.kind === 'seal' && 'done' in begun
          ? { done: Uint8Array.of(...randomBytes(12), ...begun.done.subarray(12)) }
          : begun;
      },
    };
    const sealing = createSealer(own, ref).seal({ algorithm: 'aes-gcm', plaintext: new Uint8Array(32) });
    await expect(sealing).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });
});
