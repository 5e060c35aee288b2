import { type JsonObject, SignError, sanitizeText } from '@securosys/core';
import { readPayload, readPreAuthEncoding, readStatement, signPredicateType } from '@securosys/cosign';
import type { SignedFacts } from './subject-of-intent.js';

const inToto = 'application/vnd.in-toto+json';

const texts = (values: Readonly<JsonObject> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** What a message of cosign is about; nothing of it carries a time. Other messages of these domains are of no known format. */
export function cosignSubject(domain: 'cosign-payload' | 'dsse', bytes: Uint8Array): SignedFacts {
  try {
    return domain === 'cosign-payload' ? payloadSubject(bytes) : statementSubject(bytes);
  } catch (error) {
    if (SignError.is(error)) return {};
    throw error;
  }
}

function payloadSubject(bytes: Uint8Array): SignedFacts {
  const { digest, dockerReference, optional } = readPayload(bytes);
  const signedRepository = repositoryOf(dockerReference);
  return { format: 'cosign', digest, signedRepository, expiresAt: 'never', annotations: texts(optional) };
}

/** cosign writes Docker Hub by the name of its index. */
function repositoryOf(reference: string): string {
  return reference.replace(/^index\.docker\.io\//, 'docker.io/');
}

function statementSubject(bytes: Uint8Array): SignedFacts {
  const { payloadType, payload } = readPreAuthEncoding(bytes);
  if (payloadType !== inToto) return {};
  const { predicateType, subjects } = readStatement(payload);
  const [subject, more] = subjects;
  // Statements about several things are about none that a rule could look up.
  const single = more ? undefined : subject;
  const sha256 = single?.digest.sha256;
  const isSignature = predicateType === signPredicateType;
  return {
    format: isSignature ? 'cosign' : 'cosign-attestation',
    expiresAt: 'never',
    ...(!isSignature && { predicateType: sanitizeText(predicateType, 1_024) }),
    ...(sha256 !== undefined && { digest: `sha256:${sha256}` }),
    ...(single && { annotations: texts(single.annotations) }),
  };
}
