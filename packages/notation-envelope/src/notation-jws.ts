import {
  type Clock,
  type Descriptor,
  equalBytes,
  type Format,
  type FormatKey,
  invalidArgument,
  knownOptions,
  type Prepared,
  SignError,
  type SigningFacts,
  type Stale,
  systemClock,
  utf8Text,
} from '@securosys/core';
import { isEmulated } from '@securosys/pki';
import { payloadType } from './constants.js';
import type { NotaryAlgorithm } from './jws-algorithms.js';
import { leafAlgorithm } from './leaf-algorithm.js';
import { encodePayload } from './payload.js';
import { encodeSigningInput, preparedJws, restoreJws } from './prepared-jws.js';
import type { NotationSignature } from './signature.js';
import { checkSigningAgent, defaultSigningAgent } from './signing-agent.js';
import { certificatesOf } from './signing-chain.js';
import { factsOf, jwsFormatId, readSigningInput } from './signing-facts.js';

/** What is signed besides the descriptor of the artifact. */
export interface NotationPrepareOptions {
  /** Gives the signing time when `signingTime` is absent. Default: the machine's clock. */
  clock?: Clock;
  /** Milliseconds since 1970; cut to whole seconds. */
  signingTime?: number;
  /** Milliseconds since 1970, after the signing time; cut to whole seconds. Not together with `expirySeconds`. */
  expiresAt?: number;
  /** Whole seconds after the signing time, at least 1. */
  expirySeconds?: number;
  /** User metadata, signed as annotations of the subject. Names beginning `io.cncf.notary` are reserved. */
  annotations?: Readonly<Record<string, string>>;
  /** Replaces our own name in the unsigned signing agent: printable ASCII. */
  signingAgent?: string;
}

const optionNames = ['clock', 'signingTime', 'expiresAt', 'expirySeconds', 'annotations', 'signingAgent'];
const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

function expiryOf(options: NotationPrepareOptions, signingTime: number): number | undefined {
  const { expiresAt, expirySeconds } = options;
  if (expiresAt === undefined && expirySeconds === undefined) return undefined;
  if (expiresAt !== undefined && expirySeconds !== undefined) return invalidArgument('give expiresAt or expirySeconds, not both');
  if (expirySeconds !== undefined && !Number.isSafeInteger(expirySeconds))
    return invalidArgument('expirySeconds is not a whole number');
  const expiry = expiresAt === undefined ? signingTime + (expirySeconds as number) * 1000 : wholeSecond(expiresAt);
  // The last second of the year 9999 is the last that RFC 3339 can write.
  if (!(expiry > signingTime && expiry <= 253_402_300_799_000))
    return invalidArgument('the expiry is not after the signing time');
  return expiry;
}

function prepare(subject: Descriptor, key: FormatKey, options: NotationPrepareOptions = {}): Prepared<NotationSignature> {
  knownOptions(jwsFormatId, options, optionNames);
  const signingTime = wholeSecond(options.signingTime ?? (options.clock ?? systemClock).now());
  if (!(signingTime >= 0 && signingTime <= 253_402_300_799_000)) invalidArgument('the signing time is not a time');
  const expiry = expiryOf(options, signingTime);
  const agent = options.signingAgent ?? defaultSigningAgent;
  const chain = certificatesOf(key.chain);
  const algorithm = leafAlgorithm(chain[0]) as NotaryAlgorithm;
  if (!chain[0] || !equalBytes(chain[0].spki, key.spki))
    throw new SignError('ERR_CHAIN_INVALID', 'the first certificate is not for the key that will sign', {
      details: { rule: 'leaf-key' },
    });
  const attributes = {
    algorithm,
    contentType: payloadType,
    scheme: 'notary.x509' as const,
    signingTime,
    ...(expiry !== undefined && { expiry }),
    extended: new Map(),
    criticalExtended: [],
  };
  if (key.assurance === 'emulated' && !isEmulated(chain[0]))
    throw new SignError('ERR_CHAIN_INVALID', 'the key is emulated, and its certificate does not say so', {
      details: { rule: 'emulated-mark' },
    });
  const { bytes, subject: signed } = encodePayload(subject, options.annotations);
  const signingInput = encodeSigningInput(attributes, bytes);
  const signingAgent = checkSigningAgent(chain.some(isEmulated) ? `${agent} emulated/1` : agent);
  return preparedJws({ signingInput, chain, signingAgent }, { attributes, subject: signed });
}

function explain(bytes: Uint8Array): SigningFacts | undefined {
  try {
    const contents = readSigningInput(utf8Text(bytes, 'signing input'));
    return contents && factsOf(contents);
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

/**
 * Notary Project signatures as JWS envelopes (`notation.md` §5, §16), signing scheme `notary.x509`, in the six algorithms
 * that the specification has. The same input gives the same bytes to be signed.
 *
 * `prepare` demands a chain that keeps every rule of §8 at the signing time and whose leaf is for the signing key.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const notationJws: Format<NotationSignature, NotationPrepareOptions> = {
  id: jwsFormatId,
  prepare,
  restore: restoreJws,
  explain,
  check,
};
