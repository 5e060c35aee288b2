import { createTsbClient, type TsbClient } from '@securosys/tsb-client';
import { createWorld, type World } from '../support.js';

/** The typed client in front of the emulator's handlers: both sides of one contract. */
export function connect(): World & { readonly client: TsbClient } {
  const world = createWorld();
  const { tsb, clock } = world;
  const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock });
  return { ...world, client };
}
