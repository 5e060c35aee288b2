import { invalidArgument, utf8Bytes } from '@securosys/core';
import { checkedAnnotations } from '../annotations.js';
import { signPredicateType, statementType } from '../constants.js';
import { goObject, goString, goTexts } from '../go-json.js';
import { checkedImageDigest } from '../image-digest.js';
import { statementJson } from './predicate-json.js';
import { isPredicateUri } from './predicate-types.js';

const hexOf = (digest: string): string => checkedImageDigest(digest).slice('sha256:'.length);

/**
 * The statement that stands for "this image is signed", exactly as cosign 3.1 writes it (`cosign.md` §6.5): no name, annotations of the
 * signature on the subject, an empty predicate.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function writeImageStatement(digest: string, annotations: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const subject = goObject([
    ['digest', goTexts({ sha256: hexOf(digest) })],
    ['annotations', goTexts(checkedAnnotations(annotations), false)],
  ]);
  return utf8Bytes(
    goObject([
      ['_type', goString(statementType)],
      ['subject', `[${subject}]`],
      ['predicateType', goString(signPredicateType)],
      ['predicate', '{}'],
    ]),
  );
}

/** What {@link writeStatement} is told. */
export interface StatementInput {
  /** `sha256:` and 64 lower-case hex characters. */
  readonly digest: string;
  /** Of the subject: cosign writes the repository of an image, or the name of a file. */
  readonly name?: string;
  readonly predicateType: string;
  /** An object that JSON can hold. Members that are `undefined` are left out. */
  readonly predicate: object;
}

/**
 * An in-toto statement v1 about one subject, compact.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function writeStatement({ digest, name, predicateType, predicate }: StatementInput): Uint8Array<ArrayBuffer> {
  if (!isPredicateUri(predicateType)) invalidArgument('the predicate type is not a URI');
  if (name !== undefined && (typeof name !== 'string' || !name.isWellFormed() || name === ''))
    invalidArgument('the name of the subject is not a text');
  if (typeof predicate !== 'object' || predicate === null || Array.isArray(predicate))
    invalidArgument('the predicate is not an object');
  const text = statementJson({
    _type: statementType,
    subject: [{ ...(name !== undefined && { name }), digest: { sha256: hexOf(digest) } }],
    predicateType,
    predicate,
  });
  return utf8Bytes(text);
}
