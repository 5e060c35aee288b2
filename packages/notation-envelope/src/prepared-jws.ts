import {
  base64Bytes,
  base64Text,
  base64urlText,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  ownBytes,
  type Prepared,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { type Certificate, checkNotaryChain, parseCertificate } from '@securosys/pki';
import { jwsMediaType, maxChainLength, maxEnvelopeBytes } from './constants.js';
import { encodeJwsEnvelope } from './jws-envelope.js';
import { leafAlgorithm } from './leaf-algorithm.js';
import { checkSignature } from './open-envelope.js';
import { encodePayload } from './payload.js';
import { refuse } from './refusal.js';
import { describeSignature, type NotationSignature } from './signature.js';
import { encodeProtectedHeader, type SignedAttributes } from './signed-attributes.js';
import { checkSigningAgent } from './signing-agent.js';
import { factsOf, jwsFormatId, readSigningInput, type SigningInputContents } from './signing-facts.js';

const partId = 'signature';
const jsonVersion = 1;

/** What a prepared signature is made of; everything else is derived from it. */
export interface JwsParts {
  /** `protected.payload`, base64url. */
  readonly signingInput: string;
  /** Leaf first, root last. */
  readonly chain: readonly Certificate[];
  readonly signingAgent: string;
}

/** `protected.payload` for these attributes and payload bytes. */
export function encodeSigningInput(attributes: Omit<SignedAttributes, 'contentType'>, payload: Uint8Array): string {
  return `${base64urlText(encodeProtectedHeader(attributes))}.${base64urlText(payload)}`;
}

function assemble(
  { signingInput, chain, signingAgent }: JwsParts,
  { attributes, subject }: SigningInputContents,
  signatures: Readonly<Record<string, Uint8Array>>,
): NotationSignature {
  const signature = signatures[partId];
  if (!signature || Object.keys(signatures).length !== 1)
    return invalidArgument(`exactly one signature is needed, of part '${partId}'`);
  const [leaf, ...issuers] = chain as [Certificate, ...Certificate[]];
  checkSignature(leaf, attributes.algorithm, utf8Bytes(signingInput), signature);
  const envelope = encodeJwsEnvelope({
    signingInput,
    signature: base64urlText(signature),
    certificates: chain.map((certificate) => certificate.der),
    signingAgent,
  });
  return describeSignature(envelope, {
    attributes,
    subject,
    chain: [leaf, ...issuers],
    mediaType: jwsMediaType,
    signature: ownBytes(signature),
  });
}

/**
 * Turns the parts into something that waits for a signature. The chain is held to the rules of §8 at the signing time.
 * @param contents what `parts.signingInput` says
 * @throws SignError `ERR_CHAIN_INVALID`, `ERR_MALFORMED`
 */
export function preparedJws(parts: JwsParts, contents: SigningInputContents): Prepared<NotationSignature> {
  checkNotaryChain(parts.chain, { purpose: 'code-signing', signingTime: contents.attributes.signingTime });
  return {
    format: jwsFormatId,
    version: jsonVersion,
    parts: [
      {
        id: partId,
        algorithm: contents.attributes.algorithm,
        input: { message: utf8Bytes(parts.signingInput) },
        domain: 'jws',
        facts: factsOf(contents),
        spkiSha256: sha256Hex((parts.chain[0] as Certificate).spki),
      },
    ],
    assemble: (signatures) => assemble(parts, contents, signatures),
    toJSON: () => ({
      format: jwsFormatId,
      version: jsonVersion,
      signingInput: parts.signingInput,
      chain: parts.chain.map((certificate) => base64Text(certificate.der)),
      signingAgent: parts.signingAgent,
    }),
  };
}

const jsonMembers = ['format', 'version', 'signingInput', 'chain', 'signingAgent'];

function certificateOf(value: JsonObject[string]): Certificate {
  return typeof value === 'string'
    ? parseCertificate(base64Bytes(value, 'certificate'))
    : refuse('malformed', 'chain holds no string');
}

/**
 * Takes the JSON of a prepared signature back. Nothing in it is believed: what is signed is read from the bytes, the
 * bytes must be exactly those that {@link preparedJws} would have written, and the algorithm must be that of the leaf's key.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_INVALID_ARGUMENT`
 */
export function restoreJws(json: JsonObject): Prepared<NotationSignature> {
  if (!isJsonObject(json)) return refuse('malformed', 'a prepared signature is a JSON object');
  const { format, version, signingInput, chain, signingAgent } = json;
  if (Object.keys(json).some((name) => !jsonMembers.includes(name)) || format !== jwsFormatId || version !== jsonVersion)
    return refuse('malformed', `not a prepared signature of ${jwsFormatId}, version ${jsonVersion}`);
  if (
    typeof signingInput !== 'string' ||
    !Array.isArray(chain) ||
    typeof signingAgent !== 'string' ||
    signingAgent.length > 1_000
  )
    return refuse('malformed', 'a member of the prepared signature has the wrong type');
  if (signingInput.length > maxEnvelopeBytes || chain.length > maxChainLength)
    throw new SignError('ERR_LIMIT', 'the prepared signature is too large');
  const contents = readSigningInput(signingInput);
  if (
    !contents ||
    contents.attributes.extended.size > 0 ||
    encodeSigningInput(contents.attributes, encodePayload(contents.subject).bytes) !== signingInput
  )
    return refuse('malformed', 'the bytes to be signed are not those that this format writes');
  const certificates = chain.map(certificateOf);
  if (contents.attributes.algorithm !== leafAlgorithm(certificates[0]))
    refuse('algorithm', 'the algorithm does not belong to the key of the certificate');
  return preparedJws({ signingInput, chain: certificates, signingAgent: checkSigningAgent(signingAgent) }, contents);
}
