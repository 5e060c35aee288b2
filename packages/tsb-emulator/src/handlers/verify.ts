import { createHmac } from 'node:crypto';
import { base64Bytes, base64Text, equalBytes } from '@securosys/core';
import { failure } from '../failure.js';
import { demandRight } from '../keys/key-attributes.js';
import { specFacts } from '../keys/key-specs.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import { signatureHolds } from '../keys/verify.js';
import type { Partition } from '../partition.js';
import type { Handlers } from './call.js';
import { openedForPublicUse } from './ciphers.js';

/** The wire has no password for HMAC keys, so one with a password cannot be used (`tsb-rest-api.md` §2.4). */
function hmac(partition: Partition, { keyName, payload }: { keyName: string; payload: string }): Uint8Array {
  const key = partition.keys.unlock(keyName, undefined);
  if (specFacts(key.spec).algorithm !== 'HMACSHA256') throw failure(607, 'an HMAC needs a key of the algorithm HMACSHA256');
  partition.keys.countUse(key);
  return createHmac('sha256', key.privateKey).update(base64Bytes(payload, 'payload')).digest();
}

export const verifyHandlers: Pick<Handlers, 'verify' | 'synchronousHmac' | 'verifyHmac'> = {
  async verify({ partition, body: { verifySignatureRequest: request } }) {
    if (request.signKeyObject !== undefined) throw failure(101, 'the emulator has no external key store');
    const key = openedForPublicUse(partition, request.signKeyName, request.masterKeyPassword);
    demandRight(key, 'verify');
    const algorithm = wireAlgorithm(request.signatureAlgorithm, key.spec);
    const payload = base64Bytes(request.payload, 'payload');
    const signature = base64Bytes(request.signature, 'signature');
    // Secret keys have no signature algorithm: the line before refused them.
    const spki = key.spki ?? new Uint8Array(0);
    return { signatureValid: await signatureHolds({ spec: key.spec, spki, algorithm, payload, signature }) };
  },

  synchronousHmac: ({ partition, body }) => ({ keyedHash: base64Text(hmac(partition, body.hmacRequest)) }),

  verifyHmac({ partition, body: { verifyHmacRequest: request } }) {
    return { signatureValid: equalBytes(hmac(partition, request), base64Bytes(request.signature, 'signature')) };
  },
};
