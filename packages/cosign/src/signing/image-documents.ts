import { canonicalJson, type JsonObject } from '@securosys/core';
import { bytesField, malformed } from '../fields.js';
import { readPayload, writePayload } from '../payload/simple-signing.js';
import { readStatement } from '../statement/read-statement.js';
import { writeImageStatement } from '../statement/write-statement.js';
import { checkRewritten } from './rewritten.js';

/** The exact bytes of each shape of an image signature. */
export interface ImageDocuments {
  /** Simple-signing payload. */
  readonly payload?: Uint8Array;
  /** In-toto statement. */
  readonly statement?: Uint8Array;
}

interface Signed {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

function signedByPayload(bytes: Uint8Array): Signed {
  const { digest, dockerReference, optional } = readPayload(bytes);
  const annotations = optional as Record<string, string>;
  checkRewritten(bytes, () => writePayload({ dockerReference, digest, annotations }));
  return { digest, annotations };
}

function signedByStatement(bytes: Uint8Array): Signed {
  const [subject] = readStatement(bytes).subjects;
  const digest = `sha256:${subject?.digest.sha256}`;
  const annotations = (subject?.annotations ?? {}) as Record<string, string>;
  checkRewritten(bytes, () => writeImageStatement(digest, annotations));
  return { digest, annotations };
}

/**
 * Takes the documents back out of JSON: each must be exactly as it would be written, and all must be about this image and the same annotations.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function restoredDocuments({ legacy, bundle }: JsonObject, digest: string): ImageDocuments {
  const payload = legacy === undefined ? undefined : bytesField(legacy, 'the legacy part');
  const statement = bundle === undefined ? undefined : bytesField(bundle, 'the bundle part');
  const said = [...(payload ? [signedByPayload(payload)] : []), ...(statement ? [signedByStatement(statement)] : [])];
  const [first] = said;
  if (!first) malformed('prepared signature', 'it has no part');
  for (const signed of said)
    if (signed.digest !== digest || canonicalJson(signed.annotations) !== canonicalJson(first?.annotations))
      malformed('prepared signature', 'its parts are not about the same');
  return { ...(payload && { payload }), ...(statement && { statement }) };
}
