import { SignError, utf8Bytes } from '@securosys/core';
import { simpleSigningType, writeEnvelope } from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../src/cosign-contents.js';
import { inspectSignature } from '../../src/index.js';

const digest = `sha256:${'ab'.repeat(32)}`;
const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 9 };

describe('what a foreign signature says', () => {
  it('changes no object: an annotation called __proto__ is one like any other', () => {
    const subjects = `[{"digest":{"sha256":"${digest.slice(7)}"},"annotations":{"__proto__":{"approved":"yes"},"build":"42"}}]`;
    const payload = utf8Bytes(
      `{"_type":"https://in-toto.io/Statement/v1","subject":${subjects},"predicateType":"https://example.com/x","predicate":{}}`,
    );
    const content = writeEnvelope({ payload, signature: Uint8Array.of(1) });
    const { annotations } = contentsOf({ kind: 'attestation', manifest, layer: manifest, content });
    expect(annotations.approved).toBeUndefined();
    expect(Object.keys(annotations).sort()).toEqual(['__proto__', 'build']);
  });

  it('is read up to a bound over all layers', async () => {
    const size = 16 << 20;
    const content = new Uint8Array(size);
    const layers = Array.from({ length: 20 }, () => ({ mediaType: simpleSigningType, digest, size }));
    const repository = {
      resolve: async () => ({ manifest: { kind: 'manifest', layers }, descriptor: manifest, reference: `app@${digest}` }),
      fetchBlob: async (_: unknown, { maxBytes }: { maxBytes: number }) => {
        if (size > maxBytes) throw new SignError('ERR_LIMIT', 'too large');
        return content;
      },
    };
    const oci = { open: () => repository } as never;
    const { signatures } = await inspectSignature(`app@${digest}`, { format: 'cosign', oci });
    const codes = signatures.map((one) => ('error' in one ? one.error.code : 'read'));
    expect(codes.filter((code) => code === 'ERR_LIMIT')).toHaveLength(4);
    expect(codes).toHaveLength(20);
  });
});
