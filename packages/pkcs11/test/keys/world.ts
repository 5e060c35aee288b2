import type { Clock, KeySpec } from '@securosys/core';
import { CKA } from '../../src/cryptoki/attributes.js';
import { type KeyStore, keyStore } from '../../src/keys/key-store.js';
import type { Template } from '../../src/token/template.js';
import { type FakeToken, fakeToken, random } from '../fake-token.js';
import { selfTestOf } from './self-test.js';

export interface World {
  readonly token: FakeToken;
  readonly keys: KeyStore;
  /** Moves the clock. */
  pass(ms: number): void;
  /** How often a call was made. */
  count(name: string): number;
}

export function world(): World {
  const token = fakeToken();
  let now = 0;
  // A deadline of a test is over at once.
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  return {
    token,
    keys: keyStore({ calls: token, clock, randomBytes: random, selfTest: selfTestOf(token) }),
    pass: (ms) => {
      now += ms;
    },
    count: (name) => token.calls.filter((call) => call.name === name).length,
  };
}

/** Makes a key and sets attributes of both halves as another program would have. */
export async function keyWith({ token, keys }: World, label: string, change: Template = [], spec: KeySpec = 'ec-p256') {
  const info = await keys.create({ label, spec });
  for (const stored of token.objects.values())
    if (Buffer.from(stored.get(CKA.ID) ?? []).equals(info.ref.id as Uint8Array))
      for (const { type, value } of change) stored.set(type, value as Uint8Array);
  return info;
}
