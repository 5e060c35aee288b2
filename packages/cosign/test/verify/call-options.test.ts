import { type Clock, utf8Bytes } from '@securosys/core';
import {
  attachCosign,
  cosignBlob,
  cosignTrust,
  detachedSignature,
  evaluateCosignAttestations,
  evaluateCosignBlob,
  evaluateCosignBlobAttestation,
  evaluateCosignBundle,
  evaluateCosignImage,
  writeBundle,
} from '@securosys/cosign';
import { createTestClock } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAll } from '../signing/artifacts.js';
import { attested, other, p256, reviewed, signed, type World, world } from '../storage/world.js';

const until = Date.parse('2030-01-01T00:00:00Z');
const at = (time: number): Clock => ({ ...createTestClock(time), now: () => time });
const trust = cosignTrust({ keys: [{ publicKey: p256.spki, validUntil: until }], predicateTypes: [reviewed] });
const blob = utf8Bytes('release');

let w: World;
beforeAll(async () => {
  w = world();
  const signatureRepository = w.open('registry.example/signatures');
  await attachCosign(w.repository, signed(w.subject), w.subject, { signatureRepository });
  await attachCosign(w.repository, attested(w.subject), w.subject, { signatureRepository });
});
const signedBlob = () => {
  const prepared = cosignBlob.prepare(blob, p256);
  return prepared.assemble(signAll(prepared));
};

type Options = Parameters<typeof evaluateCosignImage>[3];
const functions: readonly (readonly [string, (options: Options) => Promise<{ verdict: string }>])[] = [
  ['evaluateCosignImage', (options) => evaluateCosignImage(w.repository, w.subject, trust, options)],
  ['evaluateCosignAttestations', (options) => evaluateCosignAttestations(w.repository, w.subject, trust, options)],
  [
    'evaluateCosignBundle',
    (options) => evaluateCosignBundle(writeBundle(signed(w.subject).bundle as never), w.subject, trust, options),
  ],
  ['evaluateCosignBlob', (options) => evaluateCosignBlob(blob, { signature: detachedSignature(signedBlob()) }, trust, options)],
  [
    'evaluateCosignBlobAttestation',
    (options) => evaluateCosignBlobAttestation(w.subject, { bundle: writeBundle(attested(w.subject).envelope) }, trust, options),
  ],
];
const asksRegistry = functions.slice(0, 2);

describe('each option of a call alone turns the verdict (S24):', () => {
  it.each(functions)('clock of %s', async (name, evaluate) => {
    const elsewhere = asksRegistry.some(([asks]) => asks === name) && {
      signatureRepository: w.open('registry.example/signatures'),
    };
    const verdict = async (time: number) => (await evaluate({ ...elsewhere, clock: at(time) })).verdict;
    expect([await verdict(until), await verdict(until + 1)]).toEqual(['trusted', 'not-trusted']);
  });

  it.each(asksRegistry)('signatureRepository of %s', async (_, evaluate) => {
    const verdict = async (repository: string) =>
      (await evaluate({ clock: at(until), signatureRepository: w.open(repository) })).verdict;
    expect(await verdict('registry.example/signatures')).toBe('trusted');
    expect(await verdict('registry.example/app')).toBe('not-trusted');
  });

  it.each(functions)('%s refuses options that it does not have, and a trust of another making', async (_, evaluate) => {
    await expect(evaluate({ treshold: 1 } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(evaluate({ clock: 5 } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('a file is judged about something, or not at all', async () => {
    const bundle = writeBundle(attested(w.subject).envelope);
    const nothing = undefined as never;
    const refused = { code: 'ERR_INVALID_ARGUMENT' };
    await expect(evaluateCosignBlobAttestation(nothing, { bundle }, trust)).rejects.toMatchObject(refused);
    await expect(evaluateCosignBundle(bundle, nothing, trust)).rejects.toMatchObject(refused);
  });

  it.each(asksRegistry)('%s ends when its signal does, and passes its deadline on', async (_, evaluate) => {
    const reason = new Error('enough');
    await expect(evaluate({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(evaluate({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('a threshold', () => {
  it('of two is reached by two keys in any shapes, and in each shape where both are demanded', async () => {
    const two = world();
    await attachCosign(two.repository, signed(two.subject, p256, { shapes: ['legacy'] }), two.subject);
    await attachCosign(two.repository, signed(two.subject, other, { shapes: ['bundle'] }), two.subject);
    const keys = [{ publicKey: p256.spki }, { publicKey: other.spki }];
    const judge = async (require: 'any' | 'both') => {
      const report = await evaluateCosignImage(two.repository, two.subject, cosignTrust({ keys, threshold: 2, require }));
      return 'reason' in report ? report.reason.code : report.verdict;
    };
    expect([await judge('any'), await judge('both')]).toEqual(['trusted', 'shape-missing']);
  });
});
