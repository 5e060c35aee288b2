import { expectOwnMemory } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { ciphertext, plaintext, privateOptions, publicOptions } from '../cipher/vectors.js';

async function all(layer: { readonly pieces: AsyncIterable<Uint8Array>; result(): unknown }): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const piece of layer.pieces) parts.push(piece);
  return [parts, layer.result()];
}

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  encryptLayer: () => all(api.encryptLayer([plaintext])),
  decryptLayer: () => all(api.decryptLayer([ciphertext], { privateOptions, publicOptions })),
  decodePrivateOptions: () => api.decodePrivateOptions(privateOptions),
  decodePublicOptions: () => api.decodePublicOptions(publicOptions),
  encodePrivateOptions: () => api.encodePrivateOptions(api.decodePrivateOptions(privateOptions)),
  encodePublicOptions: () => api.encodePublicOptions(api.decodePublicOptions(publicOptions)),
};

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const withoutBytes = ['addRecipients', 'decryptImage', 'encryptImage', 'replaceRecipients'];
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
