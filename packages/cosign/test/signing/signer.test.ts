import { createSigner, type SigningFacts, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import {
  cosignAttestation,
  cosignBlob,
  cosignImage,
  preAuthEncoding,
  writeImageStatement,
  writePayload,
} from '../../src/index.js';
import { digest, dockerReference, inToto, p256, subject } from './artifacts.js';

function signerWith(options: { allowOpaque?: boolean } = {}) {
  const backend = createMemoryBackend();
  backend.addKey({ label: 'release', privateKey: p256.privateKey });
  const seen: (SigningFacts | undefined)[] = [];
  const guard = { before: ({ operation }: { operation: { facts?: SigningFacts } }) => void seen.push(operation.facts) };
  const formats = [cosignImage, cosignAttestation];
  return { seen, signer: createSigner(backend, { label: 'release' }, { formats, guards: [guard], ...options }) };
}

describe('a signer', () => {
  it('signs both parts of an image, and its guards are told what the bytes say', async () => {
    const { signer, seen } = signerWith();
    const prepared = cosignImage.prepare(subject, p256, { dockerReference });
    const signatures: Record<string, Uint8Array> = {};
    for (const part of prepared.parts) signatures[part.id] = await signer.sign({ ...part, domain: part.domain as never });
    expect(prepared.assemble(signatures).kind).toBe('signature');
    expect(seen.map((facts) => facts?.title)).toEqual(prepared.parts.map(({ facts }) => facts.title));
  });

  it('refuses facts that are not what the bytes say', async () => {
    const { signer } = signerWith();
    const [part] = cosignImage.prepare(subject, p256, { dockerReference }).parts as [never];
    const { algorithm, input, domain, facts } = part as {
      algorithm: 'ecdsa-sha256';
      input: { message: Uint8Array };
      domain: 'dsse';
      facts: SigningFacts;
    };
    const lie = { ...facts, title: 'something harmless' };
    await expect(signer.sign({ algorithm, input, domain, facts: lie })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });

  it('signs a blob only with allowOpaque (S9)', async () => {
    const [part] = cosignBlob.prepare(utf8Bytes('blob'), p256).parts;
    if (!part) throw new Error('no part');
    const { algorithm, input, facts } = part;
    await expect(signerWith().signer.sign({ algorithm, input, facts })).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
    const { signer } = signerWith({ allowOpaque: true });
    await expect(signer.sign({ algorithm, input, facts })).resolves.toHaveLength(64);
  });

  it.each<[string, Uint8Array]>([
    ['an image signature', writePayload({ dockerReference, digest })],
    ['an image signature of a bundle', preAuthEncoding(inToto, writeImageStatement(digest))],
    ['a payload in other spelling', utf8Bytes('{"Critical" : {}}')],
  ])('never signs a blob that is %s (S9)', async (_, blob) => {
    const [part] = cosignBlob.prepare(blob, p256).parts;
    if (!part) throw new Error('no part');
    const { algorithm, input } = part;
    await expect(signerWith({ allowOpaque: true }).signer.sign({ algorithm, input })).rejects.toMatchObject({
      code: 'ERR_CROSS_PROTOCOL',
    });
  });
});

describe('preparing', () => {
  const code = (run: () => unknown) => thrown(run).code;

  it.each<[string, object]>([
    ['an option that does not exist', { dockerReference, annotation: {} }],
    ['no repository for the legacy shape', {}],
    ['no shape', { dockerReference, shapes: [] }],
    ['an unknown shape', { dockerReference, shapes: ['bundle', 'x'] }],
  ])('is refused with %s', (_, options) => {
    expect(code(() => cosignImage.prepare(subject, p256, options))).toBe('ERR_INVALID_ARGUMENT');
  });

  it('an image by another digest than SHA-256 is refused: cosign finds no other', () => {
    const sha512 = { ...subject, digest: `sha512:${'ab'.repeat(64)}` };
    expect(code(() => cosignImage.prepare(sha512, p256, { dockerReference }))).toBe('ERR_INVALID_ARGUMENT');
  });

  it('annotations of the descriptor are not signed', () => {
    const annotated = { ...subject, annotations: { a: 'b' } };
    const json = cosignImage.prepare(annotated, p256, { dockerReference }).toJSON();
    expect(json).toEqual(cosignImage.prepare(subject, p256, { dockerReference }).toJSON());
  });

  it('an attestation without a type or with an unknown one is refused', () => {
    expect(code(() => cosignAttestation.prepare(subject, p256, undefined))).toBe('ERR_INVALID_ARGUMENT');
    expect(code(() => cosignAttestation.prepare(subject, p256, { type: 'x', predicate: {} } as never))).toBe(
      'ERR_INVALID_ARGUMENT',
    );
    expect(code(() => cosignBlob.prepare('blob' as never, p256))).toBe('ERR_INVALID_ARGUMENT');
  });
});
