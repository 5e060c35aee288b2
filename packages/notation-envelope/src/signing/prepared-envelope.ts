import { base64Text, invalidArgument, ownBytes, type Prepared, sha256Hex } from '@securosys/core';
import { type Certificate, checkNotaryChain } from '@securosys/pki';
import type { EnvelopeCodec } from '../envelope/envelope-codec.js';
import { checkSignature } from '../envelope/open-envelope.js';
import { describeSignature, type NotationSignature } from './signature.js';
import { factsOf, type SigningInputContents } from './signing-facts.js';

const partId = 'signature';
/** Version of the JSON form. */
export const jsonVersion = 1;

/** What a prepared signature is made of; everything else is derived from it. */
export interface PreparedParts {
  readonly signingInput: Uint8Array;
  /** Leaf first, root last. */
  readonly chain: readonly Certificate[];
  readonly signingAgent: string;
}

function assemble(
  codec: EnvelopeCodec,
  { signingInput, chain, signingAgent }: PreparedParts,
  { attributes, subject }: SigningInputContents,
  signatures: Readonly<Record<string, Uint8Array>>,
): NotationSignature {
  const signature = signatures[partId];
  if (!signature || Object.keys(signatures).length !== 1)
    return invalidArgument(`exactly one signature is needed, of part '${partId}'`);
  const [leaf, ...issuers] = chain as [Certificate, ...Certificate[]];
  checkSignature(leaf, attributes.algorithm, signingInput, signature);
  const certificates = chain.map((certificate) => certificate.der);
  return describeSignature(codec.encode({ signingInput, signature, certificates, signingAgent }), {
    attributes,
    subject,
    chain: [leaf, ...issuers],
    mediaType: codec.mediaType,
    signature: ownBytes(signature),
  });
}

/**
 * Turns the parts into something that waits for a signature. The chain is held to the rules of §8 at the signing time.
 * @param contents what `parts.signingInput` says
 * @throws SignError `ERR_CHAIN_INVALID`, `ERR_MALFORMED`
 */
export function preparedEnvelope(
  codec: EnvelopeCodec,
  parts: PreparedParts,
  contents: SigningInputContents,
): Prepared<NotationSignature> {
  checkNotaryChain(parts.chain, { purpose: 'code-signing', signingTime: contents.attributes.signingTime });
  return {
    format: codec.format,
    version: jsonVersion,
    parts: [
      {
        id: partId,
        algorithm: contents.attributes.algorithm,
        input: { message: parts.signingInput },
        domain: codec.domain,
        facts: factsOf(codec.format, contents),
        spkiSha256: sha256Hex((parts.chain[0] as Certificate).spki),
      },
    ],
    assemble: (signatures) => assemble(codec, parts, contents, signatures),
    toJSON: () => ({
      format: codec.format,
      version: jsonVersion,
      signingInput: codec.inputText(parts.signingInput),
      chain: parts.chain.map((certificate) => base64Text(certificate.der)),
      signingAgent: parts.signingAgent,
    }),
  };
}
