import assert from 'node:assert/strict';
import { constants, publicEncrypt } from 'node:crypto';
import {
  type DecryptOperation,
  type EncryptionAlgorithm,
  encryptionAlgorithms,
  encryptionFacts,
  equalBytes,
  type KeyBackend,
  type KeyRef,
  ownBytes,
  publicKeyFromSpki,
  SignError,
} from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import { expectCode, failureOf, freshMessage, signOperation } from './expectations.js';
import type { Claim, ConformanceDecryptionKey, KeyBackendFixture } from './fixture.js';

const secretBytes = 32;
const algorithmsOf = ({ unsupported = [] }: ConformanceDecryptionKey): EncryptionAlgorithm[] =>
  encryptionAlgorithms.filter((algorithm) => !unsupported.includes(algorithm));
/** What the claims about everything but algorithms are tested with. */
const usualOf = (key: ConformanceDecryptionKey): EncryptionAlgorithm =>
  algorithmsOf(key).find((algorithm) => algorithm === 'rsa-oaep-sha256') ?? algorithmsOf(key)[0] ?? 'rsa-oaep-sha256';
const labelled = ({ ref }: ConformanceDecryptionKey) => ref.label ?? ref.spkiSha256 ?? 'a key';

/** Encrypts with the public half alone, as somebody else does who sends something to the owner of a key. */
async function encrypterFor(backend: KeyBackend, ref: KeyRef, algorithm: EncryptionAlgorithm) {
  const key = publicKeyFromSpki((await backend.describeKey(ref)).spki);
  const { padding, hash } = encryptionFacts(algorithm);
  const how =
    padding === 'oaep' && hash
      ? { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }
      : { padding: constants.RSA_PKCS1_PADDING };
  return (plaintext: Uint8Array) => ownBytes(publicEncrypt({ key, ...how }, plaintext));
}

const encryptedFor = async (backend: KeyBackend, ref: KeyRef, algorithm: EncryptionAlgorithm, plaintext: Uint8Array) =>
  (await encrypterFor(backend, ref, algorithm))(plaintext);

/** A ciphertext that begins with a zero, as one in 256 does. */
async function encryptedWithZero(backend: KeyBackend, ref: KeyRef, algorithm: EncryptionAlgorithm): Promise<Uint8Array> {
  const encrypt = await encrypterFor(backend, ref, algorithm);
  const plaintext = freshMessage(secretBytes);
  for (;;) {
    const ciphertext = encrypt(plaintext);
    if (ciphertext[0] === 0) return ciphertext;
  }
}

const decryptOperation = (key: KeyRef, algorithm: EncryptionAlgorithm, ciphertext: Uint8Array): DecryptOperation =>
  Object.freeze({ kind: 'decrypt', key: Object.freeze({ ...key }), algorithm, ciphertext });

async function decryptedAtOnce(backend: KeyBackend, operation: DecryptOperation): Promise<Uint8Array> {
  const begun = await backend.begin(operation);
  if ('done' in begun) return begun.done;
  await backend.cancel?.(begun.pending);
  assert.fail('a key that needs no approval should decrypt at once, not with a pending request');
}

const keysOf = ({ decryption = [] }: KeyBackendFixture) => decryption;

/** What a backend does with keys that decrypt. */
export const decryptionClaims: readonly Claim[] = [
  {
    name: 'a key that decrypts says so, and one that does not say that it signs does not sign (S4)',
    async check(fixture) {
      assert.ok(keysOf(fixture).length > 0, 'the fixture should have a key that decrypts');
      const { backend } = fixture;
      for (const key of keysOf(fixture)) {
        const { usages } = await backend.describeKey(key.ref);
        assert.ok(usages.includes('decrypt'), `usages of ${labelled(key)} should include decrypt`);
        if (usages.includes('sign')) continue;
        const operation = signOperation(key.ref, 'rsa-pss-sha256', { message: freshMessage() });
        await expectCode('a signature with it', ['ERR_KEY_NOT_USABLE'], () => backend.begin(operation));
      }
    },
  },
  {
    name: 'what others encrypted to its public half it decrypts, with every algorithm, in memory of its own',
    async check(fixture) {
      const { backend } = fixture;
      for (const key of keysOf(fixture))
        for (const algorithm of algorithmsOf(key))
          for (const plaintext of [freshMessage(1), freshMessage(secretBytes)]) {
            const ciphertext = await encryptedFor(backend, key.ref, algorithm, plaintext);
            const found = await decryptedAtOnce(backend, decryptOperation(key.ref, algorithm, ciphertext));
            assert.ok(found instanceof Uint8Array, 'a plaintext should be a Uint8Array');
            assert.ok(equalBytes(found, plaintext), `${algorithm}: the plaintext should be what was encrypted`);
            expectOwnMemory(found);
          }
    },
  },
  {
    name: 'what it encrypts is as long as the modulus, never twice the same, and decrypts; or it does not encrypt',
    async check(fixture) {
      const { backend } = fixture;
      for (const key of keysOf(fixture)) {
        const { ref } = key;
        const algorithm = usualOf(key);
        const plaintext = freshMessage(secretBytes);
        const seen: Uint8Array[] = [];
        for (let i = 0; i < 2; i++) {
          const begun = await backend.begin({ kind: 'encrypt', key: ref, algorithm, plaintext }).catch((error: unknown) => {
            if (SignError.is(error, 'ERR_CAPABILITY_MISSING')) return undefined;
            throw error;
          });
          if (!begun) return;
          assert.ok('done' in begun, 'encrypting should ask nobody');
          seen.push(begun.done);
          const found = await decryptedAtOnce(backend, decryptOperation(ref, algorithm, begun.done));
          assert.ok(equalBytes(found, plaintext), 'what was encrypted should decrypt');
        }
        const bits = publicKeyFromSpki((await backend.describeKey(ref)).spki).asymmetricKeyDetails?.modulusLength ?? 0;
        assert.deepEqual(
          seen.map(({ byteLength }) => byteLength * 8),
          [bits, bits],
          'a ciphertext should be as long as the modulus',
        );
        assert.ok(!equalBytes(seen[0] as Uint8Array, seen[1] as Uint8Array), 'two ciphertexts of one plaintext should differ');
      }
    },
  },
  {
    name: 'damaged ciphertexts are refused, all in the same words (S16)',
    async check(fixture) {
      const { backend } = fixture;
      for (const key of keysOf(fixture)) {
        const { ref } = key;
        const algorithm = usualOf(key);
        const ciphertext = await encryptedFor(backend, ref, algorithm, freshMessage(secretBytes));
        const said = new Set<string>();
        for (const place of [1, ciphertext.byteLength >> 1, ciphertext.byteLength - 1]) {
          const damaged = ownBytes(ciphertext);
          damaged[place] = (damaged[place] as number) ^ 0x40;
          const error = await failureOf('a damaged ciphertext', () => backend.begin(decryptOperation(ref, algorithm, damaged)));
          assert.ok(SignError.is(error), `a damaged ciphertext should be a SignError, not ${error}`);
          said.add(`${error.code}: ${error.message}`);
        }
        assert.deepEqual([...said].slice(1), [], 'every damage should be told in the same words');
        // Without its zero it is the same number, and no ciphertext of this key (RFC 8017 §7.1.2).
        const short = (await encryptedWithZero(backend, ref, algorithm)).subarray(1);
        const error = await failureOf('a short ciphertext', () => backend.begin(decryptOperation(ref, algorithm, short)));
        assert.ok(SignError.is(error), `a short ciphertext should be a SignError, not ${error}`);
      }
    },
  },
  {
    name: 'a decryption that it cannot do is refused: another algorithm, another key, a key that signs',
    async check(fixture) {
      const { backend, keys } = fixture;
      for (const key of keysOf(fixture)) {
        const usual = usualOf(key);
        const ciphertext = await encryptedFor(backend, key.ref, usual, freshMessage(secretBytes));
        const unheardOf = 'unheard-of' as EncryptionAlgorithm;
        for (const algorithm of [...(key.unsupported ?? []), unheardOf])
          await expectCode(algorithm, ['ERR_ALGORITHM_UNSUPPORTED'], () =>
            backend.begin(decryptOperation(key.ref, algorithm, ciphertext)),
          );
        const pinned = { ...key.ref, spkiSha256: 'f'.repeat(64) };
        await expectCode('with another pin', ['ERR_KEY_CHANGED', 'ERR_KEY_NOT_FOUND'], () =>
          backend.begin(decryptOperation(pinned, usual, ciphertext)),
        );
        for (const { ref, spec } of keys) {
          if ((await backend.describeKey(ref)).usages.includes('decrypt')) continue;
          await expectCode(`with ${spec}, which signs`, ['ERR_KEY_NOT_USABLE', 'ERR_ALGORITHM_UNSUPPORTED'], () =>
            backend.begin(decryptOperation(ref, usual, ciphertext)),
          );
        }
      }
    },
  },
  {
    name: 'a ciphertext that it is given stays as it was, and an aborted decryption rejects with the reason of its signal',
    async check(fixture) {
      const { backend } = fixture;
      for (const key of keysOf(fixture)) {
        const { ref } = key;
        const usual = usualOf(key);
        const ciphertext = await encryptedFor(backend, ref, usual, freshMessage(secretBytes));
        const before = ownBytes(ciphertext);
        await decryptedAtOnce(backend, decryptOperation(ref, usual, ciphertext));
        assert.ok(equalBytes(ciphertext, before), 'the ciphertext should not be written to');
        const reason = new Error('the caller went away');
        const options = { signal: AbortSignal.abort(reason) };
        const operation = decryptOperation(ref, usual, ciphertext);
        assert.equal(await failureOf('begin', () => backend.begin(operation, options)), reason);
      }
    },
  },
];
