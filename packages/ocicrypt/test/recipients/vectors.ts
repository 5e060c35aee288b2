import { createDecipheriv, createHmac, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64Bytes, parseJsonObject, utf8Bytes, utf8Text } from '@securosys/core';

interface Vector {
  /** Value of the annotation. */
  readonly packet: string;
  readonly blob: string;
  readonly pubopts: string;
}

/** Appendix A of `ocicrypt.md`: written by skopeo 1.18.0 for keys that were made for it. */
export const appendixA = JSON.parse(readFileSync(new URL('./appendix-a.json', import.meta.url), 'utf8')) as {
  readonly plainLayer: string;
  readonly rsaPkcs8: string;
  readonly certificate: string;
  readonly ecJwk: Record<string, string>;
  readonly v1: { readonly optsdata: string };
} & Readonly<Record<'v2' | 'v3' | 'v4' | 'v5', Vector>>;

export const appendixRsaKey = () =>
  createPrivateKey({ key: Buffer.from(base64Bytes(appendixA.rsaPkcs8)), format: 'der', type: 'pkcs8' });
export const appendixEcKey = () => createPrivateKey({ key: appendixA.ecJwk, format: 'jwk' });

/** Private options as ocicrypt writes them, with values that tell layers apart. */
export function sampleOptions(n = 0): Uint8Array {
  const bytes = (length: number) => Buffer.alloc(length, n + 1).toString('base64');
  const digest = `sha256:${n.toString(16).padStart(64, '0')}`;
  return utf8Bytes(`{"symkey":"${bytes(32)}","digest":"${digest}","cipheroptions":{"nonce":"${bytes(16)}"}}`);
}

/** A layer opened with private options and nothing of ours: `node:crypto` alone (`ocicrypt.md` §5). */
export function openWithNode(optsdata: Uint8Array, { blob, pubopts }: Vector): Uint8Array {
  const { symkey, cipheroptions } = parseJsonObject(optsdata) as { symkey: string; cipheroptions: { nonce: string } };
  const { hmac } = parseJsonObject(utf8Text(base64Bytes(pubopts)));
  const key = base64Bytes(symkey);
  const ciphertext = base64Bytes(blob);
  if (createHmac('sha256', key).update(ciphertext).digest('base64') !== hmac) throw new Error('the MAC does not hold');
  return createDecipheriv('aes-256-ctr', key, base64Bytes(cipheroptions.nonce)).update(ciphertext);
}
