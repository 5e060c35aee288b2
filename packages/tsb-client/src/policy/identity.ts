import type { KeyObject } from 'node:crypto';
import { base64Bytes, hexText, nodeCrypto, SignError } from '@securosys/core';
import type { PolicyApproval } from '../api/policy.js';

/** Key types whose JWK is one text for one key; the DER of an EC key may hold its point in two forms. */
const withJwk = new Set(['rsa', 'ed25519', 'prime256v1', 'secp256k1', 'secp384r1', 'secp521r1']);

function keyText(key: KeyObject): string {
  const type = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '';
  const parts = withJwk.has(type) ? Object.entries(key.export({ format: 'jwk' })).sort() : undefined;
  return parts ? JSON.stringify(parts) : key.export({ format: 'der', type: 'spki' }).toString('hex');
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
