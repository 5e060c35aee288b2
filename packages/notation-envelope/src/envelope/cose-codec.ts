import { base64Bytes, base64Text, concatBytes } from '@securosys/core';
import { coseLabel, coseMediaType, unsignedAttribute } from '../constants.js';
import { encodeCbor } from './cose-cbor.js';
import { parseCose, sigStructure, splitSigStructure } from './cose-envelope.js';
import { coseAttributes, encodeCoseHeader, parseCoseHeader } from './cose-header.js';
import type { EnvelopeCodec, SealedParts } from './envelope-codec.js';
import { ascii } from './jws-codec.js';
import type { AttributeName } from './signed-attributes.js';

function encode({ signingInput, signature, certificates, timestamp, signingAgent }: SealedParts): Uint8Array<ArrayBuffer> {
  const parts = splitSigStructure(signingInput);
  const unprotected = new Map<AttributeName, unknown>([[coseLabel.certificates, certificates]]);
  if (timestamp) unprotected.set(unsignedAttribute.timestamp, timestamp);
  if (signingAgent !== undefined) unprotected.set(unsignedAttribute.signingAgent, signingAgent);
  // Tag 18 in its shortest form; the library would have to be taught the tag for this one byte.
  return concatBytes(Uint8Array.of(0xd2), encodeCbor([parts.protected, unprotected, parts.payload, signature]));
}

/** COSE_Sign1_Tagged (`notation.md` §6). */
export const coseCodec: EnvelopeCodec = {
  format: 'notation-cose',
  mediaType: coseMediaType,
  domain: 'cose-sign',
  payloadOrder: 'descriptor',
  registeredNames: [],
  encodeHeader: encodeCoseHeader,
  parseHeader: parseCoseHeader,
  encodeSigningInput: sigStructure,
  splitSigningInput: splitSigStructure,
  inputText: base64Text,
  inputBytes: (text) => base64Bytes(text, 'signing input'),
  encode,
  parse: (bytes, compatibility) => {
    const { parts, header } = parseCose(bytes, compatibility);
    return {
      ...parts,
      attributes: coseAttributes(header),
      certificates: parts.certificates.map((der) => ({ key: ascii(der), der: () => der })),
    };
  },
};
