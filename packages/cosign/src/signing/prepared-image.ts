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
import type { ImageDocuments } from './image-documents.js';
import { type CosignPart, preparedSignature } from './prepared-signature.js';
import type { CosignSignature } from './signature.js';
import { payloadFacts, recognised, signedStatement, statementFacts } from './signing-facts.js';
import type { SigningKey } from './signing-key.js';

/** Id of the format. */
export const imageFormat = 'cosign';

/** What the bytes of a part say, or `undefined` when they are no image signature of cosign. */
export function explainImage(bytes: Uint8Array): SigningFacts | undefined {
  return recognised(() => {
    // A pre-authentication encoding starts with a D, and no JSON does; white space before a payload is free.
    if (bytes[0] !== 0x44) return payloadFacts(imageFormat, bytes);
    const statement = signedStatement(bytes);
    if (!statement || !isSignPredicate(statement.predicateType)) return undefined;
    return statementFacts(imageFormat, 'signature of image', statement);
  });
}

function partOf(id: string, message: Uint8Array, domain: 'cosign-payload' | 'dsse'): CosignPart {
  // Read again, so that what is shown is what the bytes say.
  return {
    id,
    message,
    domain,
    facts: explainImage(message) ?? malformed('prepared signature', `part '${id}' cannot be read again`),
  };
}

/** An image signature that waits for the signatures of its documents. */
export function preparedImage(
  key: SigningKey,
  algorithm: SignatureAlgorithm,
  subject: Descriptor,
  { payload, statement }: ImageDocuments,
): Prepared<CosignSignature> {
  return preparedSignature({
    format: imageFormat,
    key,
    algorithm,
    parts: [
      ...(payload ? [partOf('legacy', payload, 'cosign-payload')] : []),
      ...(statement ? [partOf('bundle', preAuthEncoding(inTotoPayloadType, statement), 'dsse')] : []),
    ],
    json: {
      subject: { ...subject } as JsonObject[string],
      ...(payload && { legacy: base64Text(payload) }),
      ...(statement && { bundle: base64Text(statement) }),
    },
    build: (signatures) => ({
      kind: 'signature',
      subject,
      ...(payload && { legacy: { payload, signature: signatures.get('legacy') as Uint8Array } }),
      ...(statement && {
        bundle: { payload: statement, signature: signatures.get('bundle') as Uint8Array, keyHint: keyHint(key.spki) },
      }),
    }),
  });
}
