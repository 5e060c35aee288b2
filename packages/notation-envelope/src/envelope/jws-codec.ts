import { base64Bytes, base64Text, base64urlText, utf8Bytes } from '@securosys/core';
import { jwsMediaType, unsignedAttribute } from '../constants.js';
import type { EnvelopeCodec, SealedParts, SignedParts } from './envelope-codec.js';
import { parseJws, splitJwsInput } from './jws-envelope.js';
import { encodeJwsHeader, jwsHeaderNames, parseJwsHeader } from './jws-header.js';

export const ascii = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Envelope bytes as Go writes them: members in the order payload, protected, header, signature; no trailing newline. */
function encode({ signingInput, signature, certificates, timestamp, signingAgent }: SealedParts): Uint8Array<ArrayBuffer> {
  const [head, payload] = ascii(signingInput).split('.');
  const header = {
    ...(timestamp && { [unsignedAttribute.timestamp]: base64Text(timestamp) }),
    [unsignedAttribute.certificates]: certificates.map((der) => base64Text(der)),
    ...(signingAgent !== undefined && { [unsignedAttribute.signingAgent]: signingAgent }),
  };
  return utf8Bytes(JSON.stringify({ payload, protected: head, header, signature: base64urlText(signature) }));
}

function encodeSigningInput(parts: SignedParts): Uint8Array<ArrayBuffer> {
  return utf8Bytes(`${base64urlText(parts.protected)}.${base64urlText(parts.payload)}`);
}

/** JWS in flattened JSON serialization (`notation.md` §5). */
export const jwsCodec: EnvelopeCodec = {
  format: 'notation-jws',
  mediaType: jwsMediaType,
  domain: 'jws',
  payloadOrder: 'sorted',
  registeredNames: jwsHeaderNames,
  encodeHeader: encodeJwsHeader,
  parseHeader: (bytes) => parseJwsHeader(bytes),
  encodeSigningInput,
  splitSigningInput: (signingInput) => splitJwsInput(ascii(signingInput)),
  inputText: ascii,
  inputBytes: utf8Bytes,
  encode,
  parse: (bytes) => {
    const parts = parseJws(bytes);
    return {
      ...parts,
      attributes: parseJwsHeader(parts.protected),
      certificates: parts.certificates.map((text) => ({
        key: text,
        der: () => base64Bytes(text, unsignedAttribute.certificates),
      })),
    };
  },
};
