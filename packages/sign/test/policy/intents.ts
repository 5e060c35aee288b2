import { createSigner, type Guard, type SigningIntent } from '@securosys/core';
import { attest, signImage } from '../../src/index.js';
import { type CosignWorld, createCosignWorld } from '../cosign/world.js';
import { createWorld, tagged, type World } from '../helpers.js';

/** Remembers what guards are asked. */
function recorder(): { readonly intents: SigningIntent[]; readonly guard: Guard } {
  const intents: SigningIntent[] = [];
  return { intents, guard: { before: (intent) => void intents.push(intent) } };
}

/** The uses of the key that a cosign signature needs, made for real. */
export async function cosignIntents(world: CosignWorld, options: object = {}): Promise<readonly SigningIntent[]> {
  const { intents, guard } = recorder();
  const signer = world.signer('release', { guards: [guard] });
  await signImage(tagged, { signer, format: 'cosign', oci: world.oci, clock: world.clock, ...options });
  return intents;
}

/** The use of the key that an attestation needs, made for real. */
export async function attestIntents(
  world: CosignWorld,
  predicateType: string,
  predicate: object,
  label = 'release',
): Promise<readonly SigningIntent[]> {
  const { intents, guard } = recorder();
  const signer = world.signer(label, { guards: [guard] });
  await attest(tagged, { signer, predicateType, predicate, oci: world.oci, clock: world.clock } as never);
  return intents;
}

/** The use of the key that a Notary signature needs, made for real. */
export async function notationIntents(world: World, options: object = {}): Promise<readonly SigningIntent[]> {
  const { intents, guard } = recorder();
  const signer = createSigner(world.backend(), { label: 'release' }, { chain: world.chain, clock: world.clock, guards: [guard] });
  await signImage(tagged, { signer, format: 'notation-jws', oci: world.oci, clock: world.clock, ...options });
  return intents;
}

export const cosignWorld = () => createCosignWorld({ release: 'ec-p256', ci: 'ec-p256', other: 'ec-p256' });
export const notationWorld = () => createWorld({ approvals: false });
