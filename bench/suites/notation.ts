import { join } from 'node:path';
import { type KeySpec, systemClock } from '@securosys/core';
import { evaluateSignature, parseTrustPolicy, trustStoreFromCertificates } from '@securosys/notation-envelope';
import { type NotationCorpus, notationCorpus, signSubject, subjectOf } from '../corpus/notation.js';
import { type Result, rounded, type Suite } from '../figure.js';
import { alternate, type Contender, inProcess, type Rounds } from '../measure.js';
import { goPeer, outFolder } from '../peer.js';

const peerName = 'notation-core-go';
/** The figures with a goal: at least so many times the peer. */
const goal = { spec: 'rsa-3072', atLeast: 1.5 };
const specs: readonly KeySpec[] = ['rsa-3072', 'rsa-2048', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'];
/** Distinct envelopes of each algorithm: more than any cache of keys or certificates here holds. */
const envelopeCount = 256;
const rounds = (spec: KeySpec): Rounds => (spec === goal.spec ? { rounds: 15, seconds: 0.6 } : { rounds: 3, seconds: 0.3 });
/**
 * Long enough for every path to be compiled: signing comes to no more than a few hundred calls a second, and a signing service has
 * made thousands before anybody looks at its speed.
 */
const warmUpSeconds = (spec: KeySpec): number => (spec === goal.spec ? 15 : 2);

type Verb = 'verify' | 'sign';

/** Notary signatures as JWS envelopes in all six algorithms, against the library of the Notation programs. */
export const suite: Suite = {
  title: 'JWS envelopes of the Notary Project, operations per second of processor time',
  async *run(note) {
    const peer = await goPeer(peerName);
    if ('reason' in peer) note(`${peerName} was not built: ${peer.reason}`);
    for (const spec of specs) {
      const corpus = await notationCorpus(spec, envelopeCount, join(outFolder, 'notation', spec));
      for (const verb of ['verify', 'sign'] as const) {
        const theirs = 'reason' in peer ? undefined : peer.contender(verb, corpus.folder);
        const { version, ...medians } = await alternate(await ours[verb](corpus, spec), theirs, rounds(spec));
        yield result(verb, spec, version === undefined ? peerName : `${peerName} (${version})`, medians);
      }
    }
  },
};

/** Full evaluation by a strict policy: all that the peer checks, and then anchors, identity, expiry, validity and subject. */
async function verifying({ envelopes, root }: NotationCorpus, spec: KeySpec): Promise<Contender> {
  const given = {
    repository: 'registry.example/bench',
    trustPolicy: parseTrustPolicy(policy),
    trustStore: trustStoreFromCertificates({ 'ca:bench': [root] }),
    clock: systemClock,
  };
  const verdictOf = async (bytes: Uint8Array, index: number) => {
    const { subject } = envelopes[index % envelopes.length]!;
    return (await evaluateSignature(bytes, 'application/jose+json', { ...given, subject })).verdict;
  };
  if ((await verdictOf(tampered(envelopes[0]!.bytes), 0)) !== 'not-trusted') throw new Error('a tampered envelope was accepted');
  return inProcess(async (index) => {
    const verdict = await verdictOf(envelopes[index % envelopes.length]!.bytes, index);
    if (verdict !== 'trusted') throw new Error(`envelope ${index} is ${verdict}`);
  }, warmUpSeconds(spec));
}

/** Changes one character in the middle of the signature, as the peer does before it is measured. */
function tampered(envelope: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(envelope);
  return new TextEncoder().encode(text.replace(/("signature":"[^"]{20})(.)/, (_, start, c) => start + (c === 'A' ? 'B' : 'A')));
}

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

const ours: Record<Verb, (corpus: NotationCorpus, spec: KeySpec) => Promise<Contender>> = {
  verify: verifying,
  sign: async ({ signer }, spec) => inProcess((index) => signSubject(signer, subjectOf(index)), warmUpSeconds(spec)),
};

function result(verb: Verb, spec: KeySpec, peer: string, medians: { ours: number; theirs: number | undefined }): Result {
  const theirs = medians.theirs === undefined ? null : rounded(medians.theirs);
  const measured = spec === goal.spec && medians.theirs !== undefined;
  const ratio = measured ? rounded(medians.ours / medians.theirs!) : null;
  return {
    figure: { bench: 'notation', figure: `jws ${verb} ${spec}`, ours: rounded(medians.ours), peer, theirs, ratio },
    unit: '/s',
    ...(ratio !== null && { goal: { text: `at least ${goal.atLeast}`, met: ratio >= goal.atLeast } }),
  };
}
