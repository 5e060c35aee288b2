import {
  type Descriptor,
  equalBytes,
  type Format,
  type FormatKey,
  invalidArgument,
  type Prepared,
  SignError,
  type SigningFacts,
  type Stale,
} from '@securosys/core';
import { isEmulated } from '@securosys/pki';
import type { EnvelopeCodec } from '../envelope/envelope-codec.js';
import { leafAlgorithm } from '../envelope/leaf-algorithm.js';
import type { NotaryAlgorithm } from '../envelope/notary-algorithms.js';
import { encodePayload } from '../envelope/payload.js';
import { addTimestamp } from './envelope-timestamp.js';
import { preparedEnvelope } from './prepared-envelope.js';
import { restoreEnvelope } from './prepared-restore.js';
import type { NotationSignature } from './signature.js';
import { checkSigningAgent, defaultSigningAgent, emulatedAgent } from './signing-agent.js';
import { certificatesOf } from './signing-chain.js';
import { factsOf, readSigningInput, type SigningInputContents } from './signing-facts.js';
import { attributesToSign, type NotationPrepareOptions } from './signing-options.js';

function prepare(
  codec: EnvelopeCodec,
  descriptor: Descriptor,
  key: FormatKey,
  options: NotationPrepareOptions,
): Prepared<NotationSignature> {
  const agent = options.signingAgent ?? defaultSigningAgent;
  const chain = certificatesOf(key.chain);
  const algorithm = leafAlgorithm(chain[0]) as NotaryAlgorithm;
  if (!chain[0] || !equalBytes(chain[0].spki, key.spki))
    throw new SignError('ERR_CHAIN_INVALID', 'the first certificate is not for the key that will sign', {
      details: { rule: 'leaf-key' },
    });
  const attributes = attributesToSign(codec.format, options, algorithm, codec.registeredNames);
  if (key.assurance === 'emulated' && !isEmulated(chain[0]))
    throw new SignError('ERR_CHAIN_INVALID', 'the key is emulated, and its certificate does not say so', {
      details: { rule: 'emulated-mark' },
    });
  const { bytes } = encodePayload(descriptor, options.annotations, codec.payloadOrder);
  const signingInput = codec.encodeSigningInput({ protected: codec.encodeHeader(attributes), payload: bytes });
  const signingAgent = checkSigningAgent(chain.some(isEmulated) ? `${agent}${emulatedAgent}` : agent);
  // Read again, so that what is shown and bound is what the bytes say.
  const contents = readSigningInput(codec, signingInput) as SigningInputContents;
  return preparedEnvelope(codec, { signingInput, chain, signingAgent }, contents);
}

function explain(codec: EnvelopeCodec, bytes: Uint8Array): SigningFacts | undefined {
  try {
    const contents = readSigningInput(codec, bytes);
    return contents && factsOf(codec.format, contents);
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

function check(signature: NotationSignature, now: number): Stale | undefined {
  if (!Number.isFinite(now)) return invalidArgument('now is not a time');
  const { expiresAt, certificatesValid } = signature;
  if (expiresAt !== undefined && now >= expiresAt) return { code: 'expired', reason: 'the signature has expired' };
  if (now > certificatesValid.notAfter) return { code: 'certificate-expired', reason: 'a certificate of the chain has expired' };
  if (now < certificatesValid.notBefore) return { code: 'not-yet-valid', reason: 'a certificate of the chain is not valid yet' };
  return undefined;
}

/** The format that writes one kind of envelope: all that both kinds do alike. */
export function notationFormat(codec: EnvelopeCodec): Format<NotationSignature, NotationPrepareOptions> {
  return {
    id: codec.format,
    prepare: (descriptor, key, options = {}) => prepare(codec, descriptor, key, options),
    restore: (json) => restoreEnvelope(codec, json),
    explain: (bytes) => explain(codec, bytes),
    finish: (signature, options) => addTimestamp(codec, signature, options),
    check,
  };
}
