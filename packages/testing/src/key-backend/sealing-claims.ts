import assert from 'node:assert/strict';
import {
  equalBytes,
  type KeyBackend,
  type KeyRef,
  type OpenOperation,
  ownBytes,
  type SealAlgorithm,
  type SealOperation,
  SignError,
  sealOverhead,
} from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import { expectCode, failureOf, freshMessage } from './expectations.js';
import type { Claim, KeyBackendFixture } from './fixture.js';

const algorithm: SealAlgorithm = 'aes-gcm';
const keysOf = ({ sealing = [] }: KeyBackendFixture) => sealing;
const purpose = new TextEncoder().encode('conformance of key backends');

type Sealing = KeyBackend & Required<Pick<KeyBackend, 'describeSymmetricKey'>>;
function sealingOf({ backend }: KeyBackendFixture): Sealing {
  assert.ok(backend.describeSymmetricKey, 'a backend with symmetric keys should have describeSymmetricKey');
  return backend as Sealing;
}

const sealOperation = (key: KeyRef, plaintext: Uint8Array, aad: Uint8Array = purpose): SealOperation =>
  Object.freeze({ kind: 'seal', key: Object.freeze({ ...key }), algorithm, plaintext, aad });
const openOperation = (key: KeyRef, sealed: Uint8Array, aad: Uint8Array = purpose): OpenOperation =>
  Object.freeze({ kind: 'open', key: Object.freeze({ ...key }), algorithm, sealed, aad });

async function atOnce(backend: KeyBackend, operation: SealOperation | OpenOperation): Promise<Uint8Array> {
  const begun = await backend.begin(operation);
  if ('done' in begun) return begun.done;
  await backend.cancel?.(begun.pending);
  assert.fail(`a key that needs no approval should ${operation.kind} at once, not with a pending request`);
}

/** Without the pin of a key pair, which is no pin of a symmetric key. */
const named = ({ label, id }: KeyRef): KeyRef => ({ ...(label !== undefined && { label }), ...(id && { id }) });

const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, (bytes[at] as number) ^ 0x40);

/** What a backend does with symmetric keys. */
export const sealingClaims: readonly Claim[] = [
  {
    name: 'a symmetric key says what it may do, and is the same key each time it is described: another pin is refused (S7)',
    async check(fixture) {
      assert.ok(keysOf(fixture).length > 0, 'the fixture should have a symmetric key');
      const backend = sealingOf(fixture);
      const seen = new Set<string>();
      for (const { ref } of keysOf(fixture)) {
        const info = await backend.describeSymmetricKey(ref);
        for (const usage of ['encrypt', 'decrypt'] as const)
          assert.ok(info.usages.includes(usage), `usages of a symmetric key should include ${usage}`);
        const { checkSha256 = '' } = info.ref;
        assert.match(checkSha256, /^[0-9a-f]{64}$/, 'ref.checkSha256 should be a SHA-256 hash in hex');
        assert.ok(!seen.has(checkSha256), 'two keys should have two check values');
        seen.add(checkSha256);
        const again = await backend.describeSymmetricKey(info.ref);
        assert.equal(again.ref.checkSha256, checkSha256, 'the reference should lead to the same key');
        const pinned = { ...ref, checkSha256: 'f'.repeat(64) };
        await expectCode('another pin', ['ERR_KEY_CHANGED'], () => backend.describeSymmetricKey(pinned));
      }
      await expectCode('describeSymmetricKey of no key', ['ERR_KEY_NOT_FOUND'], () =>
        backend.describeSymmetricKey({ label: 'no-such-key-7d1f0c52' }),
      );
    },
  },
  {
    name: 'what a symmetric key sealed it opens, in memory of its own, and it never seals twice the same',
    async check(fixture) {
      const { backend } = fixture;
      for (const { ref } of keysOf(fixture))
        for (const aad of [purpose, new Uint8Array(0)])
          for (const plaintext of [freshMessage(1), freshMessage(32), freshMessage(100)]) {
            const sealed = await atOnce(backend, sealOperation(ref, plaintext, aad));
            assert.equal(sealed.byteLength, plaintext.byteLength + sealOverhead, 'sealed should be iv ‖ ciphertext ‖ tag');
            expectOwnMemory(sealed);
            const opened = await atOnce(backend, openOperation(ref, sealed, aad));
            assert.ok(equalBytes(opened, plaintext), 'the plaintext should be what was sealed');
            expectOwnMemory(opened);
            const another = await atOnce(backend, sealOperation(ref, plaintext, aad));
            assert.ok(
              !equalBytes(another.subarray(0, 12), sealed.subarray(0, 12)),
              'no initialisation vector should be used twice',
            );
          }
    },
  },
  {
    name: 'what was changed is not opened: a bit anywhere, other additional data, another key, and all in the same words (S16)',
    async check(fixture) {
      const { backend } = fixture;
      const keys = keysOf(fixture);
      for (const { ref } of keys) {
        const plaintext = freshMessage(32);
        const sealed = await atOnce(backend, sealOperation(ref, plaintext));
        const changed = [
          ...[0, 11, 12, 43, 44, sealed.byteLength - 1].map((at) => openOperation(ref, flipped(sealed, at))),
          openOperation(ref, sealed, flipped(purpose, 0)),
          openOperation(ref, sealed, new Uint8Array(0)),
          openOperation(ref, sealed.subarray(0, sealed.byteLength - 1)),
          ...keys.filter((other) => other.ref.label !== ref.label).map((other) => openOperation(other.ref, sealed)),
        ];
        const said = new Set<string>();
        for (const operation of changed) {
          const error = await failureOf('a changed text', () => backend.begin(operation));
          assert.ok(SignError.is(error, 'ERR_REQUEST_FAILED'), `a changed text should be ERR_REQUEST_FAILED, not ${error}`);
          said.add(error.message);
        }
        assert.deepEqual([...said].slice(1), [], 'every change should be told in the same words');
        // That it is too short to be any is seen from outside.
        const short = openOperation(ref, sealed.subarray(0, sealOverhead - 1));
        await expectCode('a short text', ['ERR_REQUEST_FAILED'], () => backend.begin(short));
        assert.ok(equalBytes(await atOnce(backend, openOperation(ref, sealed)), plaintext), 'what was not changed should open');
      }
    },
  },
  {
    name: 'sealing and opening that it cannot do are refused: another algorithm, no such key, a key that signs, too much at once',
    async check(fixture) {
      const backend = sealingOf(fixture);
      for (const { ref } of keysOf(fixture)) {
        const sealed = await atOnce(backend, sealOperation(ref, freshMessage(32)));
        const unheardOf = 'unheard-of' as SealAlgorithm;
        for (const operation of [sealOperation(ref, freshMessage(32)), openOperation(ref, sealed)])
          await expectCode(`to ${operation.kind} by an unheard-of algorithm`, ['ERR_ALGORITHM_UNSUPPORTED'], () =>
            backend.begin({ ...operation, algorithm: unheardOf }),
          );
        await expectCode('too much', ['ERR_LIMIT'], () => backend.begin(sealOperation(ref, freshMessage(4_097))));
        const others: readonly KeyRef[] = [
          { label: 'no-such-key-7d1f0c52' },
          ...fixture.keys.slice(0, 2).map((key) => named(key.ref)),
        ];
        for (const other of others)
          for (const operation of [sealOperation(other, freshMessage(32)), openOperation(other, sealed)])
            await expectCode(
              `to ${operation.kind} with no symmetric key`,
              ['ERR_KEY_NOT_FOUND', 'ERR_KEY_NOT_USABLE', 'ERR_ALGORITHM_UNSUPPORTED'],
              () => backend.begin(operation),
            );
      }
    },
  },
  {
    name: 'a plaintext that is to be sealed stays as it was, and an aborted use of a symmetric key rejects with the reason of its signal',
    async check(fixture) {
      const backend = sealingOf(fixture);
      const options = { signal: AbortSignal.abort(new Error('the caller went away')) };
      for (const { ref } of keysOf(fixture)) {
        const plaintext = freshMessage(32);
        const before = ownBytes(plaintext);
        const sealed = await atOnce(backend, sealOperation(ref, plaintext));
        const sealedBefore = ownBytes(sealed);
        await atOnce(backend, openOperation(ref, sealed));
        assert.ok(equalBytes(plaintext, before), 'the plaintext should not be written to');
        assert.ok(equalBytes(sealed, sealedBefore), 'the sealed text should not be written to');
        const calls = [
          () => backend.describeSymmetricKey(ref, options),
          () => backend.begin(sealOperation(ref, plaintext), options),
          () => backend.begin(openOperation(ref, sealed), options),
        ];
        for (const call of calls) assert.equal(await failureOf('an aborted call', call), options.signal.reason);
      }
    },
  },
];
