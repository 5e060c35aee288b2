import { base64urlText, utf8Bytes } from '@securosys/core';
import { expectOwnMemory } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { createCosignWorld } from '../cosign/world.js';
import { createWorld, tagged } from '../helpers.js';

/** Made once: what one sample does to it concerns no other. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const plain = once(() => createWorld({ approvals: false }));
const cosign = once(createCosignWorld);
const message = utf8Bytes(`${base64urlText(utf8Bytes('{"alg":"ES256"}'))}.e30`);

const signed = once(async () => {
  const world = await plain();
  const options = { format: 'notation-jws', oci: world.oci, clock: world.clock } as const;
  return { world, image: await api.signImage(tagged, { ...options, signer: world.signer() }) };
});

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  connectMemory: async () => {
    const backend = api.connectMemory();
    const { ref } = await backend.createKey({ label: 'k', spec: 'ec-p256' });
    return [
      await backend.describeKey(ref),
      await backend.begin({ kind: 'sign', key: ref, algorithm: 'ecdsa-sha256', input: { message } }),
    ];
  },
  connectTsb: async () => {
    const backend = (await plain()).backend();
    const { ref } = await backend.describeKey({ label: 'release' });
    return [
      await backend.describeKey(ref),
      await backend.begin({ kind: 'sign', key: ref, algorithm: 'ecdsa-sha256', input: { message } }),
    ];
  },
  createSigner: async () => {
    const signer = (await plain()).signer();
    return [await signer.sign({ algorithm: 'ecdsa-sha256', domain: 'jws', input: { message } }), await signer.describe()];
  },
  createOci: async () => (await plain()).oci.open(tagged).resolve(),
  signBlob: async () => {
    const signer = (await cosign()).signer('release', { allowOpaque: true });
    return [(await blob()).signed, await api.signBlob(Buffer.from('a blob'), { signer, format: 'cosign' })];
  },
  generatePayload: async () => (await payload()).generated,
  signPayload: async () => (await payload()).signed,
  trustStoreFromCertificates: async () => {
    const { chain } = await plain();
    return api.trustStoreFromCertificates({ 'ca:acme': [Buffer.from(chain.at(-1) as Uint8Array)] }).load('ca', 'acme');
  },
};

const blob = once(async () => {
  const world = await plain();
  const content = utf8Bytes('blob');
  const signed = await api.signBlob(Buffer.from(content), {
    signer: world.signer(),
    format: 'notation-cose',
    clock: world.clock,
  });
  const statement = {
    name: 'all',
    globalPolicy: true,
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['*'],
  };
  const trust = api.notationTrust({
    blobPolicy: { version: '1.0', trustPolicies: [statement] },
    trustStore: { 'ca:acme': [world.chain.at(-1) as Uint8Array] },
    allowEmulated: true,
  });
  return { world, content, signed, options: { trust, clock: world.clock } };
});

const payload = once(async () => {
  const world = await cosign();
  const { oci, clock } = world;
  const generated = await api.generatePayload(tagged, { oci });
  return { world, oci, clock, generated, signed: await api.signPayload(generated.payload, { signer: world.signer() }) };
});

const attested = once(async () => {
  const world = await cosign();
  const { oci, clock } = world;
  const about = { predicateType: 'https://example.com/reviewed/v1', predicate: { by: 'team' } } as const;
  const image = await api.attest(tagged, { signer: world.signer(), ...about, oci, clock });
  const trust = await world.trust({ predicateTypes: [about.predicateType] });
  return { image, options: { trust, oci, clock } };
});

/** What these give out are descriptors and reports: checked as well, with however many bytes they hold. */
const reports: Readonly<Record<string, () => Promise<unknown>>> = {
  signImage: async () => (await signed()).image,
  verifyImage: async () => {
    const { world } = await signed();
    return api.verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
  },
  evaluateBlob: async () => {
    const { content, signed, options } = await blob();
    return api.evaluateBlob(content, signed, options);
  },
  verifyBlob: async () => {
    const { content, signed, options } = await blob();
    return api.verifyBlob(content, signed, options);
  },
  inspectSignature: async () => api.inspectSignature((await blob()).signed),
  listSignatures: async () => {
    const { world } = await signed();
    return api.listSignatures(tagged, { oci: world.oci, clock: world.clock });
  },
  evaluateImage: async () => {
    const { world } = await signed();
    return api.evaluateImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
  },
  attachCosignSignature: async () => {
    const { world, oci, generated, signed } = await payload();
    const publicKey = api.cosignPublicKeyPem(await world.spki());
    const files = { payload: generated.payload, signature: signed.signature };
    return api.attachCosignSignature(tagged, files, { publicKey, oci });
  },
  attest: async () => (await attested()).image,
  evaluateAttestations: async () => api.evaluateAttestations(tagged, (await attested()).options),
  verifyAttestation: async () => api.verifyAttestation(tagged, (await attested()).options),
  resumeSigningRequest: async () => {
    const world = await createWorld();
    const options = { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock } as const;
    const pending: unknown = await api.signImage(tagged, options).catch((error: unknown) => error);
    if (!api.SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw new Error('the request should wait for people');
    const { store, oci, clock } = world;
    const request = await api.resumeSigningRequest(pending.details.requestId as string, {
      backend: world.backend(),
      store,
      oci,
      clock,
    });
    return [request.items, await request.refresh()];
  },
};
const withoutBytes = [
  'SignError',
  'cosignTrust',
  'dctTrust',
  'dctReportText',
  'clearEndedRequests',
  'listSigningRequests',
  'prepareMigration',
  'migrationReport',
  'cosignPublicKeyPem',
  'createFolderStore',
  'createMemoryStore',
  'notationTrust',
  'notationTrustFromConfig',
  'notationConfigFolder',
  'mediaTypeOfSignatureFile',
  'ciClaims',
  'tagClaims',
  // Give out references and descriptors. Packets and keys of recipients and openers are tested in their own room.
  'encryptImage',
  'decryptImage',
  'addRecipients',
  'replaceRecipients',
  'providerRecipient',
  'jweRecipient',
  'pkcs7Recipient',
  'pkcs11Recipient',
  'providerOpener',
  'jweOpener',
  'pkcs7Opener',
  'pkcs11Opener',
  'backendPrivateKey',
  'backendSymmetricKey',
  'localPrivateKey',
  // Gives out what signBlob does.
  'resumeBlobSigningRequest',
  // Gives out what resumeSigningRequest does.
  'prepareSigningRequest',
  // Tested in requests/request-file.test.ts.
  'requestFile',
  // Tested in their own room.
  'connectPkcs11',
  'credentialsFromDockerConfig',
  'createFolderCrlCache',
  'createMemoryCrlCache',
  'createRevocationChecker',
  'createTimestamper',
  'parseCertificates',
  // Reads the same certificates as the one from memory, and is tested in its own room.
  'trustStoreFromFolder',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    // Fields of a certificate are views of its `der`, as `Certificate` says.
    expect(expectOwnMemory(await samples[name]?.(), { shared: ['der'] })).toBeGreaterThan(0);
  });

  it.each(Object.keys(reports))('%s', async (name) => {
    expect(expectOwnMemory(await reports[name]?.())).toBeGreaterThanOrEqual(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !(name in reports) && !withoutBytes.includes(name))).toEqual([]);
  });
});
