import type { KeyObject } from 'node:crypto';
import { base64Bytes, derChildren, hexText, nodeCrypto, SignError, scanDer } from '@securosys/core';
import type { PolicyApproval } from '../api/policy.js';

/** The point of an EC key in its long form; the DER of one key may hold it in three (SEC 1 §2.3.3). */
function pointText(spki: Uint8Array, curve: string): string {
  const [, bits] = derChildren(spki, scanDer(spki, { what: 'EC public key', maxDepth: 8 }));
  const point = bits ? spki.subarray(bits.contents + 1, bits.end) : new Uint8Array(0);
  const whole = nodeCrypto().ECDH.convertKey(point, curve, undefined, undefined, 'uncompressed');
  return `${curve} ${hexText(Buffer.from(whole))}`;
}

/** One text for one key, on every curve that Node knows by name. */
function keyText(key: KeyObject): string {
  const spki = key.export({ format: 'der', type: 'spki' });
  const { namedCurve } = key.asymmetricKeyDetails ?? {};
  return key.asymmetricKeyType === 'ec' && namedCurve !== undefined ? pointText(spki, namedCurve) : spki.toString('hex');
}

/** The public key in the bytes, `undefined` when Node cannot read them: then the bytes themselves stand for it. */
function readKey(type: string, bytes: Uint8Array): string | undefined {
  try {
    if (type === 'certificate') return keyText(new (nodeCrypto().X509Certificate)(bytes).publicKey);
    return keyText(nodeCrypto().createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'spki' }));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

interface Known extends Pick<PolicyApproval, 'type' | 'value' | 'name'> {
  readonly identity: string;
}

/** Reading a key costs more than all else about a policy. Kept with what it was read from, in case somebody writes to it. */
const known = new WeakMap<PolicyApproval, Known>();

/** One text for one person: whoever holds the same key is the same, whether named by public key or by certificate. */
export function approverIdentity(approval: PolicyApproval): string {
  const { type, value, name } = approval;
  const before = known.get(approval);
  if (before && before.type === type && before.value === value && before.name === name) return before.identity;
  const identity = identityOf(approval);
  known.set(approval, { type, value, name, identity });
  return identity;
}

function identityOf({ type, value, name }: PolicyApproval): string {
  if (value === undefined) return `${type} ${name ?? ''}`;
  try {
    const bytes = base64Bytes(value, 'approver');
    const key = readKey(type, bytes);
    return key ? `key ${key}` : `bytes ${hexText(bytes)}`;
  } catch (error) {
    if (SignError.is(error)) return `text ${value}`;
    throw error;
  }
}
