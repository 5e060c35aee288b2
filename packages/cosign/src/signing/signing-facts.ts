import { canonicalJson, SignError, type SigningFacts, sanitizeText, sha256Hex, utf8Bytes } from '@securosys/core';
import { inTotoPayloadType } from '../constants.js';
import { readPreAuthEncoding } from '../dsse/pre-auth-encoding.js';
import { readPayload } from '../payload/simple-signing.js';
import { predicateSummary } from '../statement/predicate-summary.js';
import { readStatement } from '../statement/read-statement.js';
import type { InTotoStatement, StatementSubject } from '../statement/statement.js';

/** A predicate up to this length is shown whole; of a longer one its hash is. */
const shownPredicate = 2_000;

/** Shown whole: the readers of the bytes have bounded them, and what is cut off here no approver could ever see. */
const shown = (text: string): string => sanitizeText(text, Number.POSITIVE_INFINITY);

/** Facts by name, in order. Names that escaping makes equal are told apart by a number, so that no fact hides another. */
class Details {
  readonly #facts = new Map<string, string>();

  add(name: string, text: string): void {
    let free = shown(name);
    for (let count = 2; this.#facts.has(free); count++) free = `${shown(name)} (${count})`;
    this.#facts.set(free, shown(text));
  }

  annotations(values: Readonly<Record<string, unknown>> = {}, prefix = ''): void {
    for (const [name, value] of Object.entries(values))
      this.add(`${prefix}annotation ${name}`, typeof value === 'string' ? value : `${JSON.stringify(value)} (not a text)`);
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#facts);
  }
}

/** What a simple-signing payload says. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function payloadFacts(format: string, bytes: Uint8Array): SigningFacts {
  const { digest, dockerReference, optional } = readPayload(bytes);
  const details = new Details();
  details.add('image digest', digest);
  details.add('docker reference', dockerReference);
  details.annotations(optional);
  return { format, title: `cosign signature of image ${digest} in ${shown(dockerReference)}`, details: details.all() };
}

/** @param number of the subject, when there are several */
function addSubject(details: Details, subject: StatementSubject, number: number | undefined): void {
  const prefix = number === undefined ? '' : `${number}: `;
  const { name, digest, annotations, ...others } = subject;
  if (name !== undefined) details.add(`${prefix}subject`, name);
  for (const [hash, hex] of Object.entries(digest)) details.add(`${prefix}image digest`, `${hash}:${hex}`);
  for (const [member, text] of Object.entries(others)) details.add(`${prefix}${member}`, text);
  details.annotations(annotations, prefix);
}

/** The statement in a pre-authentication encoding. @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
export function signedStatement(bytes: Uint8Array): InTotoStatement | undefined {
  const { payloadType, payload } = readPreAuthEncoding(bytes);
  return payloadType === inTotoPayloadType ? readStatement(payload) : undefined;
}

/** The digest that verifiers compare, where there is one. */
function shownDigest(digest: StatementSubject['digest']): string {
  const [hash, hex] = Object.entries(digest).find(([name]) => name === 'sha256') ?? Object.entries(digest)[0] ?? [];
  return `${hash}:${hex}`;
}

/** What a statement says: every subject, and the predicate, whole or by its hash. */
export function statementFacts(format: string, kind: string, statement: InTotoStatement): SigningFacts {
  const { subjects, predicateType, predicate } = statement;
  const details = new Details();
  details.add('predicate type', predicateType);
  for (const [index, subject] of subjects.entries()) addSubject(details, subject, subjects.length === 1 ? undefined : index + 1);
  const text = canonicalJson(predicate);
  if (text.length <= shownPredicate) {
    if (text !== '{}') details.add('predicate', text);
  } else {
    for (const [name, said] of Object.entries(predicateSummary(statement))) if (said !== undefined) details.add(name, said);
    const bytes = utf8Bytes(text);
    details.add('predicate members', Object.keys(predicate).join(', ').slice(0, shownPredicate));
    details.add('predicate, sorted and compact', `${bytes.byteLength} bytes, SHA-256 ${sha256Hex(bytes)}`);
  }
  const first = subjects.map(({ digest }) => shownDigest(digest))[0];
  const others = subjects.length === 1 ? '' : ` and ${subjects.length - 1} more`;
  return { format, title: `cosign ${kind} ${first}${others}`, details: details.all() };
}

/** `undefined` in place of a refusal: to explain is to recognise, and foreign bytes are no mistake. */
export function recognised(read: () => SigningFacts | undefined): SigningFacts | undefined {
  try {
    return read();
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}
