import { inTotoPayloadType } from '../constants.js';
import type { DsseEnvelope } from '../dsse/envelope.js';
import { preAuthEncoding } from '../dsse/pre-auth-encoding.js';
import { readStatement } from '../statement/read-statement.js';
import { type InTotoStatement, isAboutDigest } from '../statement/statement.js';
import { checkAllowed, checkPredicateType, hasAnnotations, refuseAnnotations, textsOf, type WantedStatements } from './claims.js';
import type { JudgeContext, Known } from './judging.js';
import { refuse } from './reasons.js';
import { signerOf } from './signer-of.js';
import { sshFingerprint } from './ssh-fingerprint.js';
import type { TrustedKey } from './trusted-key.js';

/** A statement that a trusted key made about what was asked for. */
export interface JudgedStatement {
  readonly signer: TrustedKey;
  readonly statement: InTotoStatement;
  readonly predicateType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** How an envelope is judged. */
export interface EnvelopeQuestion {
  /** Of what it has to be about: `sha256:` and 64 lower-case hex characters. */
  readonly digest: string;
  readonly wanted: WantedStatements;
  /** Of the bundle that holds the envelope; absent for an `.att` layer, where cosign looks at no `keyid`. */
  readonly hint?: string;
}

/**
 * Judges a DSSE envelope (`cosign.md` §10.4 to §10.7): nothing in the statement is read before a trusted key is known to have made it.
 * @throws SignError a refusal, or `ERR_MALFORMED`, `ERR_LIMIT`
 */
export function judgeEnvelope(
  { rules }: Pick<JudgeContext, 'rules'>,
  { payload, signature, keyid }: DsseEnvelope,
  { digest, wanted, hint }: EnvelopeQuestion,
  known: Known,
): JudgedStatement {
  const signer = signerOf(rules, preAuthEncoding(inTotoPayloadType, payload), signature, hint);
  known(signer);
  const inBundle = hint !== undefined;
  if (inBundle && keyid !== '' && !rules.compatibility.acceptAnyKeyId && keyid !== sshFingerprint(signer.key))
    refuse('key-id', 'the envelope names another key than the one that made it');
  const statement = readStatement(payload);
  const { predicateType } = statement;
  const matching = statement.subjects.filter((subject) => isAboutDigest({ subjects: [subject] }, digest));
  if (matching.length === 0) refuse('subject-mismatch', 'the statement is about something else');
  checkPredicateType(predicateType, wanted, rules);
  checkAllowed(signer, predicateType);
  const texts = matching.map(({ annotations }) => textsOf(annotations));
  const fitting = wanted.kind === 'signature' ? texts.find((found) => hasAnnotations(found, rules)) : texts[0];
  return { signer, statement, predicateType, annotations: fitting ?? refuseAnnotations() };
}
