import assert from 'node:assert/strict';
import { createECDH, createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  type AgreementAlgorithm,
  agreementBytes,
  base64urlBytes,
  base64urlText,
  concatBytes,
  type DeriveOperation,
  derWrap,
  equalBytes,
  type KeyBackend,
  type KeyRef,
  type KeySpec,
  keySpecOfSpki,
  ownBytes,
  publicKeyFromSpki,
  type SignErrorCode,
  spkiOf,
} from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import { expectCode, failureOf, freshMessage, signOperation } from './expectations.js';
import type { Claim, KeyBackendFixture } from './fixture.js';

const curves: Partial<Readonly<Record<KeySpec, string>>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };
const keysOf = ({ derivation = [] }: KeyBackendFixture) => derivation;

/** Somebody else's key pair on a curve. */
const other = (spec: KeySpec) => generateKeyPairSync('ec', { namedCurve: curves[spec] ?? 'P-256' });

const deriveOperation = (key: KeyRef, publicKey: Uint8Array): DeriveOperation =>
  Object.freeze({ kind: 'derive', key: Object.freeze({ ...key }), algorithm: 'ecdh', publicKey });

async function derivedAtOnce(backend: KeyBackend, operation: DeriveOperation): Promise<Uint8Array> {
  const begun = await backend.begin(operation);
  if ('done' in begun) return begun.done;
  await backend.cancel?.(begun.pending);
  assert.fail('a key that needs no approval should derive at once, not with a pending request');
}

/** Somebody on P-256 whose secret with this key starts with a zero byte, which takes some hundred attempts. */
function otherWithZero(own: KeyObject): ReturnType<typeof other> {
  const { x = '', y = '' } = own.export({ format: 'jwk' });
  const point = concatBytes(Uint8Array.of(4), base64urlBytes(x), base64urlBytes(y));
  const ecdh = createECDH('prime256v1');
  for (let attempt = 0; attempt < 5000; attempt++) {
    const made = ecdh.generateKeys();
    if (ecdh.computeSecret(point)[0] !== 0) continue;
    const d = new Uint8Array(32);
    const scalar = ecdh.getPrivateKey();
    d.set(scalar, d.byteLength - scalar.byteLength);
    const halves = { d, x: made.subarray(1, 33), y: made.subarray(33) };
    const texts = Object.fromEntries(Object.entries(halves).map(([name, half]) => [name, base64urlText(half)]));
    const privateKey = createPrivateKey({ key: { kty: 'EC', crv: 'P-256', ...texts }, format: 'jwk' });
    return { privateKey, publicKey: createPublicKey(privateKey) };
  }
  assert.fail('one secret in 256 should start with a zero byte');
}

/** The public key of somebody, with the last byte of its point changed: on no curve, but for one time in many. */
function offCurve(spec: KeySpec): Uint8Array {
  const spki = spkiOf(other(spec).publicKey);
  const last = spki.byteLength - 1;
  spki[last] = (spki[last] as number) ^ 1;
  return spki;
}

/** What a backend does with keys that agree on secrets. */
export const derivationClaims: readonly Claim[] = [
  {
    name: 'a key that derives says so, and one that does not say that it signs does not sign (S4)',
    async check(fixture) {
      assert.ok(keysOf(fixture).length > 0, 'the fixture should have a key that derives');
      const { backend } = fixture;
      for (const { spec, ref } of keysOf(fixture)) {
        const { usages, spki } = await backend.describeKey(ref);
        assert.equal(keySpecOfSpki(spki), spec, 'the public half should be of the spec that the fixture names');
        assert.ok(usages.includes('derive'), `usages of the ${spec} key should include derive`);
        if (usages.includes('sign')) continue;
        const operation = signOperation(ref, 'ecdsa-sha256', { message: freshMessage() });
        await expectCode('a signature with it', ['ERR_KEY_NOT_USABLE'], () => backend.begin(operation));
      }
    },
  },
  {
    name: 'the secret that it derives is that of the other side, as wide as the curve, in memory of its own',
    async check(fixture) {
      const { backend } = fixture;
      for (const { spec, ref } of keysOf(fixture)) {
        const own = publicKeyFromSpki((await backend.describeKey(ref)).spki);
        for (const { publicKey, privateKey } of [other(spec), ...(spec === 'ec-p256' ? [otherWithZero(own)] : [other(spec)])]) {
          const secret = await derivedAtOnce(backend, deriveOperation(ref, spkiOf(publicKey)));
          assert.ok(secret instanceof Uint8Array, 'a secret should be a Uint8Array');
          assert.equal(secret.byteLength, agreementBytes(spec), `${spec}: the secret should be as wide as the curve`);
          assert.ok(equalBytes(secret, diffieHellman({ privateKey, publicKey: own })), `${spec}: both sides should agree`);
          expectOwnMemory(secret);
        }
      }
    },
  },
  {
    name: 'a derivation that it cannot do is refused: another curve, no curve, another key, a key that signs',
    async check(fixture) {
      const { backend, keys } = fixture;
      const bad: readonly SignErrorCode[] = ['ERR_INVALID_ARGUMENT', 'ERR_MALFORMED'];
      for (const { spec, ref } of keysOf(fixture)) {
        const publicKey = spkiOf(other(spec).publicKey);
        const foreign = spkiOf(other(spec === 'ec-p256' ? 'ec-p384' : 'ec-p256').publicKey);
        const refused = { 'another curve': foreign, 'no curve': offCurve(spec), 'no key': derWrap(0x30, publicKey) };
        for (const [what, bytes] of Object.entries(refused))
          await expectCode(what, bad, () => backend.begin(deriveOperation(ref, bytes)));
        const unheardOf = { ...deriveOperation(ref, publicKey), algorithm: 'unheard-of' as AgreementAlgorithm };
        await expectCode('unheard-of', ['ERR_ALGORITHM_UNSUPPORTED'], () => backend.begin(unheardOf));
        const pinned = { ...ref, spkiSha256: 'f'.repeat(64) };
        await expectCode('with another pin', ['ERR_KEY_CHANGED', 'ERR_KEY_NOT_FOUND'], () =>
          backend.begin(deriveOperation(pinned, publicKey)),
        );
      }
      for (const { ref, spec } of keys) {
        if ((await backend.describeKey(ref)).usages.includes('derive')) continue;
        await expectCode(`with ${spec}, which signs`, ['ERR_KEY_NOT_USABLE', 'ERR_ALGORITHM_UNSUPPORTED'], () =>
          backend.begin(deriveOperation(ref, spkiOf(other(spec).publicKey))),
        );
      }
    },
  },
  {
    name: 'a public key that it is given stays as it was, and an aborted derivation rejects with the reason of its signal',
    async check(fixture) {
      const { backend } = fixture;
      for (const { spec, ref } of keysOf(fixture)) {
        const publicKey = spkiOf(other(spec).publicKey);
        const before = ownBytes(publicKey);
        await derivedAtOnce(backend, deriveOperation(ref, publicKey));
        assert.ok(equalBytes(publicKey, before), 'the public key should not be written to');
        const reason = new Error('the caller went away');
        const options = { signal: AbortSignal.abort(reason) };
        assert.equal(await failureOf('begin', () => backend.begin(deriveOperation(ref, publicKey), options)), reason);
      }
    },
  },
];
