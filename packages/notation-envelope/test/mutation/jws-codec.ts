import { base64Text, base64urlText, utf8Bytes } from '@securosys/core';
import type { Codec, Parts } from './original.js';

/** Members of a JWS envelope as they stand. */
export interface JwsMembers {
  payload: string;
  protected: string;
  header: Record<string, unknown>;
  signature: string;
}

const bytesOf = (text: unknown): Uint8Array => Uint8Array.from(Buffer.from(String(text), 'base64url'));

export const jwsMembers = (envelope: Uint8Array): JwsMembers => JSON.parse(new TextDecoder().decode(envelope)) as JwsMembers;

export const jwsCodec: Codec = {
  mediaType: 'application/jose+json',
  split(envelope) {
    const members = jwsMembers(envelope);
    return {
      protected: bytesOf(members.protected),
      payload: bytesOf(members.payload),
      signature: bytesOf(members.signature),
      chain: (members.header.x5c as string[]).map((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
    };
  },
  join: ({ protected: head, payload, signature, chain }) =>
    utf8Bytes(
      JSON.stringify({
        payload: base64urlText(payload),
        protected: base64urlText(head),
        header: { x5c: chain.map((der) => base64Text(der)) },
        signature: base64urlText(signature),
      }),
    ),
  signingInput: (parts: Parts) => utf8Bytes(`${base64urlText(parts.protected)}.${base64urlText(parts.payload)}`),
};
