import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { base64Text, spkiOf } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { createWorld, signBody } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const applications = {
  RSA: rsaKey(),
  EC: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
};
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** The signature as a client puts it beside the inner object, over the UTF-8 bytes of `inner` (§1.4). */
const signatureOf = (key: KeyObject, inner: string, hash = 'sha256', digestAlgorithm = 'SHA-256') => ({
  signature: base64Text(sign(hash, Buffer.from(inner), key)),
  digestAlgorithm,
  publicKey: base64Text(spkiOf(key)),
});
const inner = JSON.stringify(signBody('k').signRequest);
const bodyWith = (requestSignature: unknown, text = inner) =>
  `{"signRequest":${text},"requestSignature":${JSON.stringify(requestSignature)}}`;

async function world(allowedRequestSigners?: readonly Uint8Array[]) {
  const made = createWorld(allowedRequestSigners ? { allowedRequestSigners } : {});
  await made.tsb.addKey({ label: 'k', privateKey });
  const code = async (body: string, path = '/v1/synchronousSign') => {
    const answer = await made.call('POST', path, body);
    return answer.body.errorCode ?? answer.status;
  };
  return { ...made, code };
}

describe('the signature of the calling application (§1.4)', () => {
  it.each(Object.entries(applications))('by an %s key is taken when it holds', async (_, key) => {
    const { code } = await world();
    expect(await code(bodyWith(signatureOf(key, inner)))).toBe(200);
    expect(await code(bodyWith(signatureOf(key, inner, 'sha3-512', 'SHA3-512')))).toBe(200);
    expect(await code(bodyWith(signatureOf(key, inner)), '/v1/sign')).toBe(201);
  });

  it('is over the inner object as its author wrote it, without white space around its parts', async () => {
    const { code } = await world();
    const odd = inner.replace('"k"', '"\\u006b"').replace('}', ',"keyPassword":null}');
    const spaced = odd.replaceAll(',"', ' ,\n "');
    expect(await code(bodyWith(signatureOf(applications.EC, odd), spaced))).toBe(200);
    // What a program that parses and writes again would have signed.
    expect(await code(bodyWith(signatureOf(applications.EC, JSON.stringify(JSON.parse(odd))), spaced))).toBe(403);
  });

  it('over other bytes, of another digest or another key is refused', async () => {
    const { code } = await world();
    expect(await code(bodyWith(signatureOf(applications.EC, `${inner} `)))).toBe(403);
    expect(await code(bodyWith(signatureOf(applications.EC, inner, 'sha512')))).toBe(403);
    const mixed = { ...signatureOf(applications.EC, inner), publicKey: base64Text(spkiOf(stranger)) };
    expect(await code(bodyWith(mixed))).toBe(403);
    expect(await code(bodyWith({ ...signatureOf(applications.EC, inner), publicKey: 'AAAA' }))).toBe(407);
    expect(await code(bodyWith({ ...signatureOf(applications.EC, inner), signature: 'AAAA' }))).toBe(403);
  });

  it('that is wrong leaves no request behind', async () => {
    const { code, tsb } = await world();
    await code(bodyWith(signatureOf(applications.EC, 'x')), '/v1/sign');
    expect(tsb.requests).toHaveLength(0);
  });

  it('may be absent or null, unless signers are restricted', async () => {
    const { code } = await world();
    expect(await code(`{"signRequest":${inner}}`)).toBe(200);
    expect(await code(bodyWith(null))).toBe(200);
    const restricted = await world([spkiOf(applications.RSA)]);
    expect(await restricted.code(`{"signRequest":${inner}}`)).toBe(403);
    expect(await restricted.code(bodyWith(null))).toBe(403);
    expect(await restricted.code(bodyWith(signatureOf(stranger, inner)))).toBe(415);
    expect(await restricted.code(bodyWith(signatureOf(applications.RSA, inner)))).toBe(200);
    expect(await restricted.code('{"label":"k"}', '/v1/key/attributes')).toBe(200);
  });
});
