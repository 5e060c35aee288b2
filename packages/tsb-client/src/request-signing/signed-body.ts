import { base64Text, invalidArgument, utf8Bytes } from '@securosys/core';
import { type ApplicationKey, applicationSignature } from './application-key.js';

/**
 * A wrapper body with the application's signature over its inner object. The object is serialised once: the text that is signed
 * is the text that is sent (§1.4). A signature that the caller brought along stays.
 * @param body checked against the contract
 * @param signs name of the inner object
 */
export async function signedBody(body: unknown, signs: string, key: ApplicationKey): Promise<string> {
  const { requestSignature, ...others } = body as Readonly<Record<string, unknown>>;
  const inner = others[signs];
  if (inner === undefined || Object.keys(others).length !== 1)
    invalidArgument(`a signed request holds ${signs} and nothing else`);
  if (requestSignature !== undefined) return JSON.stringify(body);
  const text = JSON.stringify(inner);
  const signature = {
    signature: await applicationSignature(key, utf8Bytes(text)),
    digestAlgorithm: key.digestAlgorithm,
    publicKey: base64Text(key.spki),
  };
  return `{"${signs}":${text},"requestSignature":${JSON.stringify(signature)}}`;
}
