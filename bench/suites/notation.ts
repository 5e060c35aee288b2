import { join } from 'node:path';
import type { KeySpec } from '@securosys/core';
import { openEnvelope } from '@securosys/notation-envelope';
import { type NotationCorpus, notationCorpus, signSubject, subjectOf } from '../corpus/notation.js';
import { type Result, rounded, type Suite } from '../figure.js';
import { alternate, type Contender, inProcess, type Rounds } from '../measure.js';
import { goPeer, outFolder } from '../peer.js';

const peerName = 'notation-core-go';
/** What issue and README promise for this key: at least so many times the peer. */
const goal = { spec: 'rsa-3072', atLeast: 1.5 };
const specs: readonly KeySpec[] = ['rsa-3072', 'rsa-2048', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'];
/** Distinct envelopes: for the goal more than 200; the others are there to show where they stand. */
const envelopes = (spec: KeySpec) => (spec === goal.spec ? 256 : 64);
const rounds = (spec: KeySpec): Rounds => (spec === goal.spec ? { rounds: 7, seconds: 1 } : { rounds: 3, seconds: 0.5 });
const warmUpSeconds = 2;

type Verb = 'verify' | 'sign';

/** Notary signatures as JWS envelopes in all six algorithms, against the library of the Notation programs. */
export const suite: Suite = {
  title: 'JWS envelopes of the Notary Project, operations per second of processor time',
  async *run(note) {
    const peer = await goPeer(peerName);
    if ('reason' in peer) note(`${peerName} was not built: ${peer.reason}`);
    for (const spec of specs) {
      const corpus = await notationCorpus(spec, envelopes(spec), join(outFolder, 'notation', spec));
      for (const verb of ['verify', 'sign'] as const) {
        const theirs = 'reason' in peer ? undefined : peer.contender(verb, corpus.folder);
        const { version, ...medians } = await alternate(ours[verb](corpus), theirs, rounds(spec));
        yield result(verb, spec, version === undefined ? peerName : `${peerName} (${version})`, medians);
      }
    }
  },
};

const ours: Record<Verb, (corpus: NotationCorpus) => Contender> = {
  verify: ({ envelopes }) => {
    const verify = async (index: number) => {
      const { bytes } = envelopes[index % envelopes.length]!;
      openEnvelope(bytes, 'application/jose+json');
    };
    return inProcess(verify, warmUpSeconds);
  },
  sign: ({ signer }) => inProcess((index) => signSubject(signer, subjectOf(index)), warmUpSeconds),
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
