import {
  base64Text,
  type Descriptor,
  type JsonObject,
  type Prepared,
  type SignatureAlgorithm,
  type SigningFacts,
} from '@securosys/core';
import { inTotoPayloadType } from '../constants.js';
import { preAuthEncoding } from '../dsse/pre-auth-encoding.js';
import { malformed } from '../fields.js';
import { keyHint } from '../keys/public-key.js';
import { isSignPredicate } from '../statement/predicate-types.js';
import { preparedSignature } from './prepared-signature.js';
import type { CosignAttestation, CosignShape } from './signature.js';
import { recognised, signedStatement, statementFacts } from './signing-facts.js';
import type { SigningKey } from './signing-key.js';

/** Id of the format. */
export const attestationFormat = 'cosign-attestation';

/** What the bytes of a part say, or `undefined` when they are no attestation. */
export function explainAttestation(bytes: Uint8Array): SigningFacts | undefined {
  return recognised(() => {
    const statement = signedStatement(bytes);
    if (!statement || isSignPredicate(statement.predicateType)) return undefined;
    return statementFacts(attestationFormat, 'attestation about', statement);
  });
}

/** What waits for its signature, besides the key. */
export interface Attested {
  readonly subject: Descriptor;
  readonly shapes: readonly CosignShape[];
  readonly predicateType: string;
  readonly statement: Uint8Array;
}

/** An attestation that waits for its signature. */
export function preparedAttestation(
  key: SigningKey,
  algorithm: SignatureAlgorithm,
  attested: Attested,
): Prepared<CosignAttestation> {
  const { subject, shapes, predicateType, statement } = attested;
  const message = preAuthEncoding(inTotoPayloadType, statement);
  // Read again, so that what is shown is what the bytes say.
  const facts = explainAttestation(message) ?? malformed('prepared attestation', 'its statement cannot be read again');
  return preparedSignature({
    format: attestationFormat,
    key,
    algorithm,
    parts: [{ id: 'envelope', message, domain: 'dsse', facts }],
    json: { subject: { ...subject } as JsonObject[string], shapes: [...shapes], statement: base64Text(statement) },
    build: (signatures) => ({
      kind: 'attestation',
      subject,
      predicateType,
      shapes,
      envelope: { payload: statement, signature: signatures.get('envelope') as Uint8Array, keyHint: keyHint(key.spki) },
    }),
  });
}
