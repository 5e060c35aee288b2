import { derChildren, equalBytes, type JsonObject, type Prepared, readDer, SignError } from '@securosys/core';
import type { SignOnce } from './sign-once.js';

/** How far the clock may have been put back since an earlier run, in milliseconds. */
const clockSkewMs = 300_000;
/** Of a certificate's to-be-signed bytes: its serial number and its validity, after the version (RFC 5280 §4.1). */
const ofTheMoment: readonly number[] = [1, 4];

type Part = Prepared<Uint8Array>['parts'][number];

/** What was prepared at another moment still has every other field in common. */
function sameFields(kept: Uint8Array, fresh: Uint8Array, moment: readonly number[]): boolean {
  const [some, others] = [kept, fresh].map((bytes) =>
    derChildren(bytes, readDer(bytes, 0)).map(({ start, end }) => bytes.subarray(start, end)),
  ) as [Uint8Array[], Uint8Array[]];
  return (
    some.length === others.length && some.every((field, at) => moment.includes(at) || equalBytes(field, others[at] as Uint8Array))
  );
}

/** From when, and for how long, in milliseconds. Neither is a number where there is no validity. */
function validityOf({ facts }: Part): { readonly from: number; readonly length: number } {
  const { validFrom = '', validUntil = '' } = facts.details ?? {};
  const from = Date.parse(validFrom);
  return { from, length: Date.parse(validUntil) - from };
}

function isSame(kept: Part, fresh: Part): boolean {
  const [a, b] = [kept.input.message, fresh.input.message];
  if (!a || !b || kept.domain !== fresh.domain || kept.algorithm !== fresh.algorithm) return false;
  if (fresh.domain !== 'x509-certificate') return equalBytes(a, b);
  const [before, now] = [validityOf(kept), validityOf(fresh)];
  return before.length === now.length && before.from <= now.from + clockSkewMs && sameFields(a, b, ofTheMoment);
}

/**
 * Takes back what an earlier run has kept, which anybody may have altered (S30): it has to be what this run would make, apart from the serial number of a
 * certificate and from when it is valid.
 * @returns `undefined` for anything else
 */
export function keptWork(
  json: JsonObject,
  fresh: Prepared<Uint8Array>,
  format: SignOnce['format'],
): Prepared<Uint8Array> | undefined {
  try {
    const kept = format.restore(json);
    const [own, part] = [kept.parts, fresh.parts];
    return own.length === 1 && part.length === 1 && isSame(own[0] as Part, part[0] as Part) ? kept : undefined;
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}
