import { base64Bytes, equalBytes, hashBytes, hexText, SignError, type SignErrorCode, type TimestampHash } from '@securosys/core';
import type { InspectedEnvelope } from '@securosys/notation-envelope';
import { parseTimestampToken } from '@securosys/pki';

/** What a timestamp token says, or why it cannot be read. Nobody has verified who signed it. */
export type InspectedTimestamp =
  | {
      /** Milliseconds since 1970. */
      readonly genTime: number;
      /** Milliseconds around `genTime`. */
      readonly accuracyMs: number;
      /** Dotted object identifier of the authority's policy. */
      readonly policy: string;
      /** Lower-case hex. */
      readonly serial: string;
      readonly hash: TimestampHash;
      /** The hash that the token is about, lower-case hex. */
      readonly imprint: string;
      /** Whether that is the hash of this very signature. */
      readonly imprintMatches: boolean;
      /** Certificates in the token, in its order, which says nothing about who signed. */
      readonly certificates: readonly {
        /** RFC 4514 text; foreign text. */
        readonly subject: string;
        /** Milliseconds since 1970. */
        readonly notBefore: number;
        /** Milliseconds since 1970. */
        readonly notAfter: number;
        /** SHA-256 of the DER, lower-case hex. */
        readonly thumbprint: string;
      }[];
      readonly error?: never;
    }
  | { readonly error: { readonly code: SignErrorCode; readonly message: string } };

/** The timestamp of an envelope in plain data; `undefined` when it has none. */
export function inspectTimestamp({ timestamp, signature }: InspectedEnvelope): InspectedTimestamp | undefined {
  if (timestamp === undefined) return undefined;
  return inspectToken(
    () => base64Bytes(timestamp, 'timestamp'),
    () => base64Bytes(signature, 'signature'),
  );
}

/** A timestamp token in plain data, held against what it should be about. */
export function inspectToken(tokenOf: () => Uint8Array, aboutOf: () => Uint8Array): InspectedTimestamp {
  try {
    const token = parseTimestampToken(tokenOf(), { allowBer: true });
    const { genTime, accuracyMs, policy, serial, hash, imprint, certificates } = token;
    return {
      genTime,
      accuracyMs,
      policy,
      serial,
      hash,
      imprint: hexText(imprint),
      imprintMatches: equalBytes(imprint, hashBytes(hash, aboutOf())),
      certificates: certificates.map(({ subjectText: subject, notBefore, notAfter, thumbprint }) => {
        return { subject, notBefore, notAfter, thumbprint };
      }),
    };
  } catch (error) {
    if (SignError.is(error)) return { error: { code: error.code, message: error.message } };
    throw error;
  }
}
