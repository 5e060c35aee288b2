import { isJsonObject, type JsonObject, type JsonValue, parseJsonObject, sanitizeText } from '@securosys/core';
import { cosignLimits, statementType, statementTypeV01 } from '../constants.js';
import { listField, malformed, objectField, textField } from '../fields.js';
import { isPredicateUri } from './predicate-types.js';
import type { InTotoStatement, StatementSubject } from './statement.js';

const what = 'in-toto statement';
const subjectTexts = ['name', 'uri', 'mediaType', 'downloadLocation', 'content'];
/** Those of a ResourceDescriptor: cosign 3 refuses statements with any other. */
const subjectMembers = [...subjectTexts, 'digest', 'annotations'];

/** A word, such as `sha256` or `gitCommit`: one with a colon in it could show people another digest than the one that is signed. */
const digestName = /^[A-Za-z0-9_.+-]{1,64}$/;

function digestsOf(value: JsonValue | undefined): Record<string, string> {
  if (!isJsonObject(value)) return malformed(what, 'a subject has no digest');
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > cosignLimits.digestsPerSubject)
    malformed(what, `a subject has no digest, or over ${cosignLimits.digestsPerSubject}`);
  const digests: Record<string, string> = Object.create(null);
  for (const [name, hex] of entries) {
    if (!digestName.test(name)) malformed(what, `'${sanitizeText(name, 60)}' is no name of a digest`);
    if (typeof hex !== 'string' || !/^(?:[0-9a-f]{2})+$/.test(hex))
      malformed(what, `digest '${sanitizeText(name, 60)}' of a subject is not lower-case hex`);
    digests[name] = hex as string;
  }
  return digests;
}

function subjectOf(value: JsonValue): StatementSubject {
  const subject = objectField(value, 'subject of the statement', subjectMembers);
  const texts = subjectTexts.flatMap((name) =>
    subject[name] === undefined ? [] : [[name, textField(subject[name], `${name} of a subject`)] as const],
  );
  const { annotations } = subject;
  if (annotations !== undefined && !isJsonObject(annotations)) malformed(what, 'annotations of a subject are not an object');
  return {
    ...Object.fromEntries(texts),
    digest: digestsOf(subject.digest),
    ...(annotations !== undefined && { annotations: annotations as JsonObject }),
  };
}

/**
 * Reads an in-toto statement strictly (`cosign.md` §5.1, §10.5): `_type` v0.1 or v1, no members but the four and, in subjects, those of the
 * specification, digests by words and in lower-case hex, an object for a predicate.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function readStatement(bytes: Uint8Array): InTotoStatement {
  const json = parseJsonObject(bytes, { what, maxBytes: cosignLimits.envelopeBytes, maxDepth: 100, maxValues: 5_000_000 });
  const statement = objectField(json, what, ['_type', 'subject', 'predicateType', 'predicate']);
  const { _type: type, predicateType, predicate } = statement;
  if (type !== statementType && type !== statementTypeV01) return malformed(what, 'its _type is no version that is known');
  const subjects = listField(statement.subject, 'subject', cosignLimits.subjects);
  if (subjects.length === 0) malformed(what, 'it is about nothing');
  if (!isPredicateUri(predicateType)) return malformed(what, 'its predicate type is not a URI');
  if (!isJsonObject(predicate)) return malformed(what, 'its predicate is not an object');
  return { type, subjects: subjects.map(subjectOf), predicateType, predicate };
}
