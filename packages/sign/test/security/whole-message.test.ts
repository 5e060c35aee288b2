import { createSigner, type Guard, type KeySpec, type SigningIntent } from '@securosys/core';
import { notationJws } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { signImage } from '../../src/index.js';
import { createWorld, tagged } from '../helpers.js';

const specs: readonly KeySpec[] = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'];

describe('keys under policy receive the whole message (S2)', () => {
  it.each(specs)('with %s the broker is asked to sign the message, never its digest, and people can read it', async (spec) => {
    const world = await createWorld({ spec });
    const intents: SigningIntent[] = [];
    const guard: Guard = { before: (intent) => void intents.push(intent) };
    const { chain, clock, oci } = world;
    const signer = createSigner(world.backend(), { label: 'release' }, { chain, clock, guards: [guard] });
    await expect(signImage(tagged, { signer, format: 'notation-jws', oci, clock })).rejects.toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
    });
    const payload = world.tsb.requests[0]?.payload;
    expect(payload).toEqual(intents[0]?.operation.input.message);
    expect(notationJws.explain(payload as Uint8Array)?.subject?.digest).toBe(world.digest);
  });
});
