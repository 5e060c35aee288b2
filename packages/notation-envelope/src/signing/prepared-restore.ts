import { base64Bytes, equalBytes, isJsonObject, type JsonObject, type Prepared, SignError } from '@securosys/core';
import { type Certificate, isEmulated, parseCertificate } from '@securosys/pki';
import { maxChainLength, maxEnvelopeBytes } from '../constants.js';
import type { EnvelopeCodec } from '../envelope/envelope-codec.js';
import { leafAlgorithm } from '../envelope/leaf-algorithm.js';
import { encodePayload } from '../envelope/payload.js';
import { refuse } from '../refusal.js';
import { jsonVersion, preparedEnvelope } from './prepared-envelope.js';
import type { NotationSignature } from './signature.js';
import { checkSigningAgent, emulatedAgent } from './signing-agent.js';
import { readSigningInput, type SigningInputContents } from './signing-facts.js';

const jsonMembers = ['format', 'version', 'signingInput', 'chain', 'signingAgent'];

function certificateOf(value: JsonObject[string]): Certificate {
  return typeof value === 'string'
    ? parseCertificate(base64Bytes(value, 'certificate'))
    : refuse('malformed', 'chain holds no string');
}

/** Whether the bytes are those that `prepare` would have written for what they say: then nothing hides in them. */
function isOurs(codec: EnvelopeCodec, signingInput: Uint8Array, { attributes, subject }: SigningInputContents): boolean {
  const { bytes } = encodePayload(subject, {}, codec.payloadOrder);
  return equalBytes(codec.encodeSigningInput({ protected: codec.encodeHeader(attributes), payload: bytes }), signingInput);
}

/**
 * Takes the JSON of a prepared signature back. Nothing in it is believed: what is signed is read from the bytes, the
 * bytes must be exactly those that {@link preparedEnvelope} would have written, and the algorithm must be that of the leaf's key.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_CHAIN_INVALID`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_INVALID_ARGUMENT`
 */
export function restoreEnvelope(codec: EnvelopeCodec, json: JsonObject): Prepared<NotationSignature> {
  if (!isJsonObject(json)) return refuse('malformed', 'a prepared signature is a JSON object');
  const { format, version, signingInput: text, chain, signingAgent } = json;
  if (Object.keys(json).some((name) => !jsonMembers.includes(name)) || format !== codec.format || version !== jsonVersion)
    return refuse('malformed', `not a prepared signature of ${codec.format}, version ${jsonVersion}`);
  if (typeof text !== 'string' || !Array.isArray(chain) || typeof signingAgent !== 'string' || signingAgent.length > 1_000)
    return refuse('malformed', 'a member of the prepared signature has the wrong type');
  if (text.length > maxEnvelopeBytes || chain.length > maxChainLength)
    throw new SignError('ERR_LIMIT', 'the prepared signature is too large');
  const signingInput = codec.inputBytes(text);
  const contents = readSigningInput(codec, signingInput);
  if (!contents || !isOurs(codec, signingInput, contents))
    return refuse('malformed', 'the bytes to be signed are not those that this format writes');
  const certificates = chain.map(certificateOf);
  if (contents.attributes.algorithm !== leafAlgorithm(certificates[0]))
    refuse('algorithm', 'the algorithm does not belong to the key of the certificate');
  if (certificates.some(isEmulated) && !signingAgent.endsWith(emulatedAgent))
    refuse('emulated', "the emulator's mark was taken out of the signing agent");
  return preparedEnvelope(codec, { signingInput, chain: certificates, signingAgent: checkSigningAgent(signingAgent) }, contents);
}
