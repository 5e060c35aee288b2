import assert from 'node:assert/strict';
import {
  type KeyBackend,
  type KeyRef,
  keyFacts,
  loadVerifier,
  type SignatureAlgorithm,
  type SignatureVerifier,
  SignError,
  type SignErrorCode,
  type SignInput,
  type SignOperation,
} from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import type { ConformanceKey } from './fixture.js';

/** Fails unless the call rejects; gives back what it rejected with. */
export async function failureOf(what: string, call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  assert.fail(`${what}: should have failed`);
}

/** Fails unless the call rejects with a `SignError` of one of these codes. */
export async function expectCode(what: string, codes: readonly SignErrorCode[], call: () => Promise<unknown>): Promise<void> {
  const error = await failureOf(what, call);
  const shown = SignError.is(error) ? error.code : `${error} (not a SignError)`;
  assert.ok(SignError.is(error) && codes.includes(error.code), `${what}: should fail with ${codes.join(' or ')}, not ${shown}`);
}

/** A frozen operation: whoever writes to it fails. */
export function signOperation(key: KeyRef, algorithm: SignatureAlgorithm, input: SignInput): SignOperation {
  return Object.freeze({ kind: 'sign', key: Object.freeze({ ...key }), algorithm, input: Object.freeze(input) });
}

/**
 * `length` bytes that no other call gives, as a view into a larger block: whoever takes `message.buffer` signs something else.
 * They belong to no known format.
 */
export function freshMessage(length = 100): Uint8Array {
  const block = crypto.getRandomValues(new Uint8Array(length + 24));
  return block.subarray(11, 11 + length);
}

/** Signs with a key that must answer at once. */
export async function signAtOnce(backend: KeyBackend, operation: SignOperation): Promise<Uint8Array> {
  const begun = await backend.begin(operation);
  if ('done' in begun) return begun.done;
  await backend.cancel?.(begun.pending);
  assert.fail('a key that needs no approval should answer at once, not with a pending request');
}

/** The public half as the backend describes it. */
export async function publicKeyOf(backend: KeyBackend, ref: KeyRef): Promise<SignatureVerifier> {
  return loadVerifier((await backend.describeKey(ref)).spki);
}

export interface SignatureCheck {
  readonly publicKey: SignatureVerifier;
  readonly algorithm: SignatureAlgorithm;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Fails unless this is a signature as `KeyBackend` promises it: exact length, memory of its own, verifying. */
export function expectSignature({ spec }: ConformanceKey, { publicKey, algorithm, message, signature }: SignatureCheck): void {
  const what = `${algorithm} with ${spec}`;
  assert.ok(signature instanceof Uint8Array, `${what}: the signature should be a Uint8Array`);
  const { type, signatureBytes } = keyFacts(spec);
  const form = type === 'ec' ? ' (r‖s in fixed width, not DER)' : '';
  assert.equal(signature.byteLength, signatureBytes, `${what}: a signature has ${signatureBytes} bytes${form}`);
  expectOwnMemory(signature);
  assert.ok(publicKey.verify(algorithm, message, signature), `${what}: the signature should verify for its message`);
}
