import { join } from 'node:path';
import { type KeySpec, systemClock } from '@securosys/core';
import {
  createChainCache,
  type EvaluateOptions,
  evaluateSignature,
  parseTrustPolicy,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { type EnvelopeFormat, envelopeFormats, type NotationCorpus, notationCorpus } from '../../corpus/notation.js';
import { type Result, rounded } from '../../figure.js';
import { alternate, type Contender, inProcess } from '../../measure.js';
import { type GoPeer, outFolder, peerLabel } from '../../peer.js';

/** As a server does that has many images to judge, or an image with many signatures. */
const atATime = 16;
/** The figures with a goal: at least so many times the peer, with caches of certificates and chains, {@link atATime}. */
const goal = { specs: ['rsa-3072', 'ec-p256'] as readonly KeySpec[], atLeast: 2 };
const specs: readonly KeySpec[] = [...goal.specs, 'rsa-2048', 'rsa-4096', 'ec-p384', 'ec-p521'];
const size = { signers: 20, envelopesOfEach: 12 };

const policy = {
  version: '1.0',
  trustPolicies: [
    {
      name: 'bench',
      registryScopes: ['registry.example/bench'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:bench'],
      trustedIdentities: ['x509.subject: C=CH, ST=ZH, O=bench'],
    },
  ],
};

/** The envelope with one changed byte in the middle of its signature, as the peer changes it before it is measured. */
function tampered(envelope: Uint8Array, format: EnvelopeFormat): Uint8Array {
  const changed = Buffer.from(envelope);
  const marker = '"signature":"';
  const at = format === 'cose' ? changed.byteLength - 20 : changed.indexOf(marker) + marker.length + 20;
  changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
  return Uint8Array.from(changed);
}

/** Full evaluation by a strict policy: all that the peer checks, and then anchors, identity, expiry, validity and subject. */
async function verifying(
  { envelopes, root }: NotationCorpus,
  format: EnvelopeFormat,
  cached: boolean,
  width: number,
): Promise<Contender> {
  const given: Omit<EvaluateOptions, 'subject'> = {
    repository: 'registry.example/bench',
    trustPolicy: parseTrustPolicy(policy),
    trustStore: trustStoreFromCertificates({ 'ca:bench': [root] }),
    clock: systemClock,
    ...(cached && { cache: createChainCache() }),
  };
  const list = envelopes[format];
  const verdictOf = async (bytes: Uint8Array, index: number) => {
    const { mediaType, subject } = list[index % list.length]!;
    return (await evaluateSignature(bytes, mediaType, { ...given, subject })).verdict;
  };
  if ((await verdictOf(tampered(list[0]!.bytes, format), 0)) !== 'not-trusted')
    throw new Error('a tampered envelope was accepted');
  return inProcess(
    async (index) => {
      const verdict = await verdictOf(list[index % list.length]!.bytes, index);
      if (verdict !== 'trusted') throw new Error(`envelope ${index} is ${verdict}`);
    },
    3,
    width,
  );
}

/** With and without caches, one after the other; where there is a goal also many at a time. */
const ways = (spec: KeySpec): readonly (readonly [cached: boolean, width: number])[] => [
  ...(goal.specs.includes(spec) ? ([[true, atATime]] as const) : []),
  [true, 1],
  [false, 1],
];

/** Verification of 240 distinct envelopes of 20 signers, with and without caches, against `ParseEnvelope` and `Verify` of the peer. */
export async function* verifyFigures(peer: GoPeer | undefined): AsyncIterable<Result> {
  for (const spec of specs) {
    const corpus = await notationCorpus(spec, size, join(outFolder, 'notation', spec));
    for (const format of envelopeFormats)
      for (const [cached, width] of ways(spec)) {
        const compared = cached && goal.specs.includes(spec);
        const rounds = compared ? { rounds: 11, seconds: 0.6 } : { rounds: 3, seconds: 0.3 };
        const medians = await alternate(
          await verifying(corpus, format, cached, width),
          peer?.contender(`verify-${format}`, corpus.folder),
          rounds,
        );
        const { ours, theirs, version } = medians;
        const ratio = compared && theirs !== undefined ? rounded(ours / theirs) : null;
        yield {
          figure: {
            bench: 'notation',
            figure: `${format} verify ${spec}${cached ? '' : ', no caches'}${width > 1 ? `, ${width} at a time` : ''}`,
            ours: rounded(ours),
            peer: peerLabel(version),
            theirs: theirs === undefined ? null : rounded(theirs),
            ratio,
          },
          unit: '/s',
          ...(ratio !== null && width > 1 && { goal: { text: `at least ${goal.atLeast}`, met: ratio >= goal.atLeast } }),
        };
      }
  }
}
