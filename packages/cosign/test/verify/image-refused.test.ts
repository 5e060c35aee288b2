import { base64Text, utf8Bytes } from '@securosys/core';
import {
  attachCosign,
  cosignTrust,
  evaluateCosignImage,
  writeBundle,
  writeImageStatement,
  writePayload,
} from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { cosignLimits, layerAnnotations } from '../../src/constants.js';
import { bundleJson, signOver, signStatement } from '../signing/artifacts.js';
import { attested, name, other, p256, signed, type World, world } from '../storage/world.js';
import { plantBundle, plantLayer, plantPayload, short } from './plant.js';

const trust = cosignTrust({ keys: [{ publicKey: p256.spki, name: 'release' }] });
const judge = async (w: World, by = trust) => short(await evaluateCosignImage(w.repository, w.subject, by));
const digest = (w: World) => w.subject.digest;
const statementOf = (w: World) => writeImageStatement(digest(w));
const payloadOf = (w: World) => writePayload({ dockerReference: name, digest: digest(w) });

describe('an image is not trusted', () => {
  it('without signatures, and that is not an error', async () => {
    const w = world();
    expect(await judge(w)).toEqual(['no-signatures']);
    expect(await judge(world({ referrersApi: false }))).toEqual(['no-signatures']);
  });

  it('by another key', async () => {
    const w = world();
    await attachCosign(w.repository, signed(w.subject, other), w.subject);
    expect(await judge(w)).toEqual(['no-good-signature', 'legacy: no-trusted-key', 'bundle: no-trusted-key']);
  });

  it('by the signatures of another image', async () => {
    const w = world();
    const stranger = { ...w.subject, digest: `sha256:${'cd'.repeat(32)}` };
    const { legacy, bundle } = signed(stranger);
    await plantPayload(w, legacy?.payload as Uint8Array, legacy?.signature as Uint8Array);
    await plantBundle(w, writeBundle(bundle as NonNullable<typeof bundle>));
    expect(await judge(w)).toEqual(['no-good-signature', 'legacy: subject-mismatch', 'bundle: subject-mismatch']);
  });

  /** Bundles that a strict reader refuses, or that are refused for what they say. */
  const bundles: readonly (readonly [string, string, (w: World) => Uint8Array | string | object])[] = [
    [
      'a changed byte in the statement',
      'no-trusted-key',
      (w) => {
        const bundle = bundleJson(signStatement(statementOf(w)));
        const payload = new TextDecoder().decode(statementOf(w)).replace('"annotations":{}', '"annotations":{"a":"b"}');
        return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload: base64Text(utf8Bytes(payload)) } };
      },
    ],
    ['an attestation by the same key (§10.6)', 'predicate-type', (w) => writeBundle(attested(w.subject).envelope)],
    [
      'a key id that is not the SSH fingerprint (§6.4)',
      'key-id',
      (w) => {
        const bundle = bundleJson(signStatement(statementOf(w)));
        const [signature] = bundle.dsseEnvelope.signatures as object[];
        return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ ...signature, keyid: 'release' }] } };
      },
    ],
    [
      'two signatures in one envelope',
      'malformed',
      (w) => {
        const bundle = bundleJson(signStatement(statementOf(w)));
        const [signature] = bundle.dsseEnvelope.signatures as object[];
        return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [signature, signature] } };
      },
    ],
    [
      'a member twice',
      'malformed',
      (w) => JSON.stringify(bundleJson(signStatement(statementOf(w)))).replace('{', '{"mediaType":"x",'),
    ],
    ['an unknown member', 'malformed', (w) => ({ ...bundleJson(signStatement(statementOf(w))), vendor: 1 })],
    ['bytes after the JSON', 'malformed', (w) => `${JSON.stringify(bundleJson(signStatement(statementOf(w))))}{}`],
    ['both contents', 'malformed', (w) => ({ ...bundleJson(signStatement(statementOf(w))), messageSignature: {} })],
    [
      'a payload type of its own',
      'malformed',
      (w) => {
        const bundle = bundleJson(signStatement(statementOf(w), p256, 'text/plain'));
        return { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payloadType: 'text/plain' } };
      },
    ],
    [
      'a certificate instead of a key',
      'malformed',
      (w) => ({
        ...bundleJson(signStatement(statementOf(w))),
        verificationMaterial: { certificate: { rawBytes: 'AAAA' } },
      }),
    ],
    [
      'a member of the statement twice',
      'malformed',
      (w) => writeBundle(signStatement(new TextDecoder().decode(statementOf(w)).replace('{', '{"predicate":{},'))),
    ],
    [
      'an unknown member of the statement',
      'malformed',
      (w) => writeBundle(signStatement(new TextDecoder().decode(statementOf(w)).replace('{', '{"vendor":1,'))),
    ],
    [
      'a digest in upper case',
      'malformed',
      (w) =>
        writeBundle(signStatement(new TextDecoder().decode(statementOf(w)).replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase()))),
    ],
    [
      'a text for a predicate',
      'malformed',
      (w) => writeBundle(signStatement(new TextDecoder().decode(statementOf(w)).replace('"predicate":{}', '"predicate":"x"'))),
    ],
    [
      'another version of statements',
      'malformed',
      (w) => writeBundle(signStatement(new TextDecoder().decode(statementOf(w)).replace('Statement/v1', 'Statement/v9'))),
    ],
    [
      'an older version of bundles',
      'malformed',
      (w) => ({
        ...bundleJson(signStatement(statementOf(w))),
        mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2',
      }),
    ],
    ['garbage with a good signature (CVE-2022-35929)', 'malformed', () => writeBundle(signStatement('not json'))],
    [
      'r‖s instead of DER',
      'no-trusted-key',
      (w) => {
        const { payload, keyHint } = signStatement(statementOf(w));
        return writeBundle({ payload, keyHint, signature: new Uint8Array(64).fill(1) });
      },
    ],
  ];
  it.each(bundles)('by a bundle with %s', async (_, code, make) => {
    const w = world();
    await plantBundle(w, make(w));
    expect(await judge(w)).toEqual(['no-good-signature', `bundle: ${code}`]);
  });

  const payloads: readonly (readonly [string, string, (text: string) => string])[] = [
    ['another type', 'malformed', (text) => text.replace('cosign container image signature', 'atomic container signature')],
    ['names in another case', 'malformed', (text) => text.replace('docker-manifest-digest', 'Docker-manifest-digest')],
    ['a member twice', 'malformed', (text) => text.replace('"optional":null', '"optional":null,"optional":{}')],
    ['an unknown member', 'malformed', (text) => text.replace('"optional"', '"vendor":1,"optional"')],
    ['another digest', 'subject-mismatch', (text) => text.replace(/sha256:[0-9a-f]{64}/, `sha256:${'cd'.repeat(32)}`)],
  ];
  it.each(payloads)('by a signed payload with %s', async (_, code, change) => {
    const w = world();
    const payload = utf8Bytes(change(new TextDecoder().decode(payloadOf(w))));
    await plantPayload(w, payload, signOver(payload));
    expect(await judge(w)).toEqual(['no-good-signature', `legacy: ${code}`]);
  });

  it('by a payload with a changed byte, or a layer of another type', async () => {
    const w = world();
    const changed = utf8Bytes(new TextDecoder().decode(payloadOf(w)).replace('null', '{}'));
    await plantPayload(w, changed, signOver(payloadOf(w)));
    await plantLayer(w, '.sig', payloadOf(w), { [layerAnnotations.signature]: base64Text(signOver(payloadOf(w))) }, 'text/plain');
    expect(await judge(w)).toEqual(['no-good-signature', 'legacy: no-trusted-key', 'legacy: malformed']);
  });

  it('by a bundle that signs a blob', async () => {
    const w = world();
    const digestBytes = Buffer.from(digest(w).slice(7), 'hex');
    const messageSignature = {
      messageDigest: { algorithm: 'SHA2_256', digest: base64Text(digestBytes) },
      signature: base64Text(signOver(utf8Bytes('x'))),
    };
    const { mediaType, verificationMaterial } = bundleJson(signStatement(statementOf(w)));
    await plantBundle(w, { mediaType, verificationMaterial, messageSignature });
    expect(await judge(w)).toEqual(['no-good-signature', 'bundle: malformed']);
  });

  it('by a bundle over the size limit, which is not fetched', async () => {
    const w = world();
    await plantBundle(w, writeBundle(signStatement(statementOf(w))));
    const [key, stored] = [...w.registry.manifests].find(([, { bytes }]) =>
      new TextDecoder().decode(bytes).includes('sigstore.bundle'),
    ) as [string, { mediaType: string; bytes: Uint8Array }];
    const text = new TextDecoder().decode(stored.bytes);
    const huge = text.replace(/("layers":\[\{"mediaType":"[^"]*","size":)\d+/, `$1${cosignLimits.bundleBytes + 1}`);
    await w.repository.attach(utf8Bytes(huge), stored.mediaType, w.subject);
    w.registry.manifests.delete(key);
    const before = w.registry.requests.length;
    expect(await judge(w)).toEqual(['no-good-signature', 'bundle: limit']);
    expect(w.registry.requests.slice(before).filter(({ url }) => url.includes('/blobs/'))).toEqual([]);
  });
});
