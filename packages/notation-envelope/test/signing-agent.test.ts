import { readFileSync } from 'node:fs';
import { parseJsonObject } from '@securosys/core';
import { parseJwsEnvelope } from '@securosys/notation-envelope';
import { expect, it } from 'vitest';
import { signed } from './helpers/envelopes.js';

it('the signing agent names this package in the version of its package.json', () => {
  const { version } = parseJsonObject(new Uint8Array(readFileSync(new URL('../package.json', import.meta.url))));
  expect(parseJwsEnvelope(signed().envelope).signingAgent).toBe(`securosys-sign/${version}`);
});

it('a signing agent of the caller stands in its place', () => {
  expect(parseJwsEnvelope(signed({ prepare: { signingAgent: 'acme/1' } }).envelope).signingAgent).toBe('acme/1');
});
