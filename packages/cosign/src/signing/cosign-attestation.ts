import {
  type Descriptor,
  type FinishOptions,
  type Format,
  type FormatKey,
  invalidArgument,
  type JsonObject,
  knownOptions,
  type Prepared,
} from '@securosys/core';
import { writeEnvelope } from '../dsse/envelope.js';
import { bytesField } from '../fields.js';
import { cosignAlgorithm } from '../keys/cosign-algorithm.js';
import { isSignPredicate, predicateTypeOf } from '../statement/predicate-types.js';
import { readStatement } from '../statement/read-statement.js';
import { checkedPredicate, type PredicateInput } from '../statement/typed-predicate.js';
import { writeStatement } from '../statement/write-statement.js';
import { checkFinish, timestampOf } from './add-timestamps.js';
import { attestationFormat, explainAttestation, preparedAttestation } from './prepared-attestation.js';
import { restoredHead, restoredShapes, restoredSubject } from './restored-json.js';
import { checkRewritten } from './rewritten.js';
import { type CosignSigningOptions, checkedShapes, checkedSubject } from './shapes.js';
import type { CosignAttestation } from './signature.js';
import { signingKey } from './signing-key.js';

/** What is said about the image: a predicate and its type, which is never that of image signatures. */
export type CosignAttestOptions = CosignSigningOptions &
  PredicateInput & {
    /** Name of the subject, which nobody compares: cosign writes the repository. */
    readonly subjectName?: string;
  };

const optionNames = ['shapes', 'digestAlgorithm', 'type', 'predicate', 'subjectName'];

function prepare(image: Descriptor, { spki }: FormatKey, options: CosignAttestOptions): Prepared<CosignAttestation> {
  knownOptions(attestationFormat, options, optionNames);
  const subject = checkedSubject(image);
  const key = signingKey(spki);
  const { subjectName } = options;
  const { type, predicate } = checkedPredicate(options.type, options.predicate);
  const predicateType = predicateTypeOf(type) as string;
  if (isSignPredicate(predicateType)) invalidArgument('an attestation of this type would be an image signature');
  const statement = writeStatement({
    digest: subject.digest,
    ...(subjectName !== undefined && { name: subjectName }),
    predicateType,
    predicate,
  });
  const shapes = checkedShapes(options.shapes);
  return preparedAttestation(key, cosignAlgorithm(key.spec, options.digestAlgorithm), {
    subject,
    shapes,
    predicateType,
    statement,
  });
}

function restore(json: JsonObject): Prepared<CosignAttestation> {
  const { members, key, algorithm } = restoredHead(json, attestationFormat, ['subject', 'shapes', 'statement']);
  const subject = restoredSubject(members.subject);
  const statement = bytesField(members.statement, 'statement');
  const { subjects, predicateType, predicate } = readStatement(statement);
  const name = subjects[0]?.name;
  checkRewritten(statement, () =>
    writeStatement({ digest: subject.digest, ...(name !== undefined && { name }), predicateType, predicate }),
  );
  return preparedAttestation(key, algorithm, { subject, shapes: restoredShapes(members.shapes), predicateType, statement });
}

async function finish(attestation: CosignAttestation, options: FinishOptions): Promise<CosignAttestation> {
  checkFinish(options);
  const { envelope, shapes } = attestation;
  const { signature, timestamp, envelopeTimestamp } = envelope;
  const forBundle = shapes.includes('bundle') ? await timestampOf(signature, timestamp, options) : timestamp;
  const forLayer = shapes.includes('legacy')
    ? await timestampOf(writeEnvelope(envelope), envelopeTimestamp, options)
    : envelopeTimestamp;
  return {
    ...attestation,
    envelope: {
      ...envelope,
      ...(forBundle && { timestamp: forBundle }),
      ...(forLayer && { envelopeTimestamp: forLayer }),
    },
  };
}

/**
 * Attestations about images (`cosign.md` §5): an in-toto statement in a DSSE envelope, one part `envelope`. One signature serves an `.att`
 * layer and a bundle.
 *
 * @example
 * ```ts
 * import { cosignAttestation } from '@securosys/cosign';
 * import type { Descriptor, FormatKey } from '@securosys/core';
 * declare const image: Descriptor;
 * declare const key: FormatKey;
 * const prepared = cosignAttestation.prepare(image, key, { type: 'https://example.com/reviewed/v1', predicate: { by: 'team' } });
 * console.log(prepared.parts[0]?.facts.title);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export const cosignAttestation: Format<CosignAttestation, CosignAttestOptions> = {
  id: attestationFormat,
  prepare: (subject, key, options) =>
    prepare(subject, key, options ?? invalidArgument('an attestation needs a type and a predicate')),
  restore,
  explain: explainAttestation,
  finish,
};
