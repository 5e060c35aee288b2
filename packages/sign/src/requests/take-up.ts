import { base64Bytes, type Descriptor, type JsonObject, type Prepared, SignError, sha256Hex } from '@securosys/core';
import type { RequestFormat } from '../formats/image-format.js';
import { type FormatTable, ownFormats } from '../image-formats.js';
import { clockSkewMs } from './clock-skew.js';
import { type RequestRecord, readRecord } from './request-record.js';

/** A stored request that was found to be what its id stands for. */
export interface TakenUp {
  readonly record: RequestRecord;
  readonly prepared: Prepared<unknown>;
  /** Media type, digest and size of what is signed. */
  readonly subject: Descriptor;
}

/**
 * Takes a stored request up, treating it as hostile (S30): its identity must hash to `id`, and the bytes to be signed must be about that very
 * image and all that was asked with it, for that very key, and not of a later day, which would make the signature valid for longer than was
 * asked. Nothing else in the record is believed.
 * @param now milliseconds since 1970
 * @throws SignError `ERR_MALFORMED`
 */
export function takeUp(stored: JsonObject, id: string, now: number, formats: FormatTable = ownFormats): TakenUp {
  const record = readRecord(stored, id, formats);
  const { identity } = record;
  const { format, about } = formats.request(identity.format) as RequestFormat;
  const prepared = format.restore(record.prepared);
  if (prepared.parts.length === 0) throw new SignError('ERR_MALFORMED', `the stored signing request ${id} signs nothing`);
  const keyHash = sha256Hex(base64Bytes(identity.spki, 'public key'));
  const isOwn = prepared.parts.every(({ spkiSha256 }) => spkiSha256 === keyHash);
  const subject = isOwn ? about(prepared, identity) : undefined;
  if (!subject)
    throw new SignError(
      'ERR_MALFORMED',
      `the bytes stored for signing request ${id} are not about what it stands for: they were altered`,
    );
  for (const { facts } of prepared.parts)
    if (facts.signedAt !== undefined && !(Date.parse(facts.signedAt) <= now + clockSkewMs))
      throw new SignError(
        'ERR_MALFORMED',
        `the signing time stored for signing request ${id} is in the future: it was altered, or a clock is wrong`,
      );
  return { record, prepared, subject };
}
