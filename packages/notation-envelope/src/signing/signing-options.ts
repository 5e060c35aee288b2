import { type Clock, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import { payloadType } from '../constants.js';
import type { NotaryAlgorithm } from '../envelope/notary-algorithms.js';
import type { SignedAttributes, SigningScheme } from '../envelope/signed-attributes.js';
import { lastSecond } from '../envelope/times.js';
import { type ExtendedAttribute, extendedAttributes, type VerificationPluginAttribute } from './signing-attributes.js';

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
  /**
   * Who vouches for the signing time. In `notary.x509.signingAuthority` it is authentic by the authority's word, verifiers look for the
   * authority in stores of type `signingAuthority`, and no timestamp is added. Default `notary.x509`.
   */
  signingScheme?: SigningScheme;
  /** Extended attributes (`notation.md` §4). A critical one makes verifiers fail that do not understand it. */
  attributes?: readonly ExtendedAttribute[];
  /** Plugin that verifiers have to run, as critical attributes. */
  verificationPlugin?: VerificationPluginAttribute;
}

const optionNames = [
  'clock',
  'signingTime',
  'expiresAt',
  'expirySeconds',
  'annotations',
  'signingAgent',
  'signingScheme',
  'attributes',
  'verificationPlugin',
];
/** No number where it is none: arithmetic would take texts and dates for one. */
const wholeSecond = (ms: unknown): number => (typeof ms === 'number' ? Math.floor(ms / 1000) * 1000 : Number.NaN);

function expiryOf(options: NotationPrepareOptions, signingTime: number): number | undefined {
  const { expiresAt, expirySeconds } = options;
  if (expiresAt === undefined && expirySeconds === undefined) return undefined;
  if (expiresAt !== undefined && expirySeconds !== undefined) return invalidArgument('give expiresAt or expirySeconds, not both');
  if (expirySeconds !== undefined && !Number.isSafeInteger(expirySeconds))
    return invalidArgument('expirySeconds is not a whole number');
  const expiry = expiresAt === undefined ? signingTime + (expirySeconds as number) * 1000 : wholeSecond(expiresAt);
  if (!(expiry > signingTime && expiry <= lastSecond)) return invalidArgument('the expiry is not after the signing time');
  return expiry;
}

/**
 * The attributes that options ask for.
 * @param registered header names of the envelope that no extended attribute can have
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function attributesToSign(
  format: string,
  options: NotationPrepareOptions,
  algorithm: NotaryAlgorithm,
  registered: readonly string[],
): SignedAttributes {
  knownOptions(format, options, optionNames);
  const { signingScheme: scheme = 'notary.x509' } = options;
  if (scheme !== 'notary.x509' && scheme !== 'notary.x509.signingAuthority')
    return invalidArgument("signingScheme is neither 'notary.x509' nor 'notary.x509.signingAuthority'");
  const signingTime = wholeSecond(options.signingTime ?? (options.clock ?? systemClock).now());
  if (!(signingTime >= 0 && signingTime <= lastSecond)) invalidArgument('the signing time is not a time');
  const expiry = expiryOf(options, signingTime);
  return {
    algorithm,
    contentType: payloadType,
    scheme,
    signingTime,
    ...(expiry !== undefined && { expiry }),
    ...extendedAttributes(options, registered),
  };
}
