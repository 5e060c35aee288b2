import { base64Text, hashBytes, utf8Bytes } from '@securosys/core';
import {
  cosignBlob,
  cosignTrust,
  detachedSignature,
  evaluateCosignBlob,
  evaluateCosignBlobAttestation,
  evaluateCosignBundle,
  writeBundle,
  writeEnvelope,
  writeImageStatement,
  writeStatement,
} from '@securosys/cosign';
import { createFakeTsa, createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { bundleJson, digest, jsonBytes, signAll, signStatement } from '../signing/artifacts.js';
import { type TestKey, testKey } from '../signing/keys.js';
import { other, p256, reviewed } from '../storage/world.js';
import { short } from './plant.js';

const blob = utf8Bytes('release.tar.gz');
const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], predicateTypes: [reviewed], annotations: {}, require: 'both' });
const signedBlob = (key: TestKey = p256, bytes = blob) => {
  const prepared = cosignBlob.prepare(bytes, key);
  return prepared.assemble(signAll(prepared, key));
};
const bundle = writeBundle(signedBlob());
const signature = detachedSignature(signedBlob());
type Changed = { messageSignature: { messageDigest: Record<string, unknown>; signature: string }; [member: string]: unknown };
const changed = (change: (json: Changed) => object) => jsonBytes(change(JSON.parse(new TextDecoder().decode(bundle)) as Changed));

describe('a blob (cosign.md §8)', () => {
  it.each([['ec-p256'], ['rsa-2048'], ['ed25519']])('by %s is trusted, detached and as a bundle', async (spec) => {
    const key = testKey(spec);
    const own = cosignTrust({ keys: [{ publicKey: other.spki }, { publicKey: key.spki, name: spec }] });
    const made = signedBlob(key);
    for (const artifact of [{ signature: detachedSignature(made) }, { bundle: writeBundle(made) }]) {
      const report = await evaluateCosignBlob(blob, artifact, own);
      expect(report).toMatchObject({ verdict: 'trusted', signers: [{ name: spec }], subject: { size: blob.byteLength } });
    }
  });

  it.each([
    ['another blob', utf8Bytes('release.tar.gx'), 'no-trusted-key'],
    ['no bytes', new Uint8Array(), 'no-trusted-key'],
  ])('is not %s', async (_, bytes, code) => {
    expect(short(await evaluateCosignBlob(bytes, { signature }, trust))).toEqual(['no-good-signature', `legacy: ${code}`]);
    expect(short(await evaluateCosignBlob(bytes, { bundle }, trust))).toEqual(['no-good-signature', `bundle: ${code}`]);
  });

  it.each([
    [
      'a digest of something else',
      'subject-mismatch',
      changed((json) => ({
        ...json,
        messageSignature: {
          ...json.messageSignature,
          messageDigest: { algorithm: 'SHA2_256', digest: base64Text(hashBytes('sha256', utf8Bytes('x'))) },
        },
      })),
    ],
    [
      'no digest',
      'malformed',
      changed((json) => ({ ...json, messageSignature: { signature: json.messageSignature.signature } })),
    ],
    ['an unknown member', 'malformed', changed((json) => ({ ...json, vendor: 1 }))],
    ['a statement', 'malformed', writeBundle(signStatement(writeImageStatement(digest)))],
    ['too many bytes', 'limit', new Uint8Array((16 << 20) + 1).fill(0x20)],
  ])('is refused with a bundle that holds %s', async (_, code, bytes) => {
    expect(short(await evaluateCosignBlob(blob, { bundle: bytes }, trust))).toEqual(['no-good-signature', `bundle: ${code}`]);
  });

  it.each([
    ['the raw signature', 'malformed', signedBlob().signature],
    ['nothing', 'malformed', new Uint8Array()],
    ['r‖s', 'no-trusted-key', utf8Bytes(base64Text(p256.sign('ecdsa-sha256', blob)))],
    ['a signature of another key', 'no-trusted-key', detachedSignature(signedBlob(other))],
  ])('is refused with a file that holds %s', async (_, code, file) => {
    expect(short(await evaluateCosignBlob(blob, { signature: file }, trust))).toEqual(['no-good-signature', `legacy: ${code}`]);
  });

  it('has its timestamp verified', async () => {
    const clock = createTestClock();
    const tsa = await createFakeTsa({ clock });
    const stamped = await cosignBlob.finish?.(signedBlob(), { clock, timestamper: tsa });
    const required = cosignTrust({ keys: [{ publicKey: p256.spki }], timestamps: { anchors: [tsa.root], required: true } });
    const verdict = async (bytes: Uint8Array) => short(await evaluateCosignBlob(blob, { bundle: bytes }, required))[1];
    expect(stamped && (await verdict(writeBundle(stamped)))).toBe('bundle: good');
    expect(await verdict(bundle)).toBe('bundle: timestamp-missing');
  });

  it('is not judged by half a question', async () => {
    for (const artifact of [{}, { signature, bundle }, { bundle: 'text' }, { envelope: bundle }])
      await expect(evaluateCosignBlob(blob, artifact as { bundle: Uint8Array }, trust)).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
      });
    await expect(evaluateCosignBlob('text' as never, { bundle }, trust)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(evaluateCosignBlob(blob, { bundle }, trust, { clokc: 1 } as object)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

describe('an attestation about a blob', () => {
  const about = `sha256:${Buffer.from(hashBytes('sha256', blob)).toString('hex')}`;
  const made = signStatement(
    writeStatement({ digest: about, name: 'release', predicateType: reviewed, predicate: { by: 'us' } }),
  );

  it('is trusted as a bundle and as an envelope, by the blob or its digest', async () => {
    for (const artifact of [{ bundle: writeBundle(made) }, { envelope: writeEnvelope(made) }])
      for (const subject of [blob, { digest: about }])
        expect(await evaluateCosignBlobAttestation(subject, artifact, trust)).toMatchObject({
          verdict: 'trusted',
          statements: [{ statement: { predicate: { by: 'us' } } }],
        });
  });

  it('is refused about another blob, and of another type', async () => {
    const artifact = { bundle: writeBundle(made) };
    expect(short(await evaluateCosignBlobAttestation(utf8Bytes('x'), artifact, trust))[1]).toBe('bundle: subject-mismatch');
    const spdx = cosignTrust({ keys: [{ publicKey: p256.spki }], predicateTypes: ['spdx'] });
    expect(short(await evaluateCosignBlobAttestation(blob, artifact, spdx))[1]).toBe('bundle: predicate-type');
  });
});

describe('a bundle in a file, about an image', () => {
  it('is judged without a registry', async () => {
    const image = writeBundle(signStatement(writeImageStatement(digest)));
    expect(short(await evaluateCosignBundle(image, { digest }, trust))).toEqual(['shape-missing', 'bundle: good']);
    const any = cosignTrust({ keys: [{ publicKey: p256.spki }] });
    expect(short(await evaluateCosignBundle(image, { digest }, any))).toEqual(['trusted', 'bundle: good']);
    const elsewhere = { digest: `sha256:${'cd'.repeat(32)}` };
    expect(short(await evaluateCosignBundle(image, elsewhere, any))[1]).toBe('bundle: subject-mismatch');
    const stranger = { ...bundleJson(signStatement(writeImageStatement(digest), other)) };
    expect(short(await evaluateCosignBundle(jsonBytes(stranger), { digest }, any))[1]).toBe('bundle: no-trusted-key');
  });
});
