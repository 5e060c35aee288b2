import assert from 'node:assert/strict';
import { approvalClaims } from './key-backend/approval-claims.js';
import { decryptionClaims } from './key-backend/decryption-claims.js';
import { derivationClaims } from './key-backend/derivation-claims.js';
import { describeClaims } from './key-backend/describe-claims.js';
import type { Claim, KeyBackendFixture } from './key-backend/fixture.js';
import { optionalClaims } from './key-backend/optional-claims.js';
import { refusalClaims } from './key-backend/refusal-claims.js';
import { sealingClaims } from './key-backend/sealing-claims.js';
import { signingClaims } from './key-backend/signing-claims.js';
import { watchingClaims } from './key-backend/watching-claims.js';

export type {
  ConformanceApprovals,
  ConformanceDecryptionKey,
  ConformanceDerivationKey,
  ConformanceKey,
  ConformanceSealingKey,
  KeyBackendFixture,
} from './key-backend/fixture.js';

/** What is needed of a test runner (vitest, `node:test`, mocha and jest have it), and what to test. */
export interface KeyBackendSuite {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
  /** Tests the uses that people decide on; demanded of a backend that has `poll`. Default `false`. */
  readonly approvals?: boolean;
  /** Tests keys that decrypt; demanded of a fixture that has some. Default `false`. */
  readonly decryption?: boolean;
  /** Tests keys that derive; demanded of a fixture that has some. Default `false`. */
  readonly derivation?: boolean;
  /** Tests symmetric keys; demanded of a fixture that has some. Default `false`. */
  readonly sealing?: boolean;
}

const closing: Claim = {
  name: 'closing it twice is no error',
  async check({ backend, dispose }) {
    try {
      await backend.close();
      await backend.close();
    } finally {
      await dispose?.();
    }
  },
};

type Told = Readonly<Record<'approvals' | 'decryption' | 'derivation' | 'sealing', boolean>>;

const asTold = ({ approvals: tested, decryption: decrypts, derivation: derives, sealing: seals }: Told): Claim => ({
  name: `its uses ${tested ? 'can' : 'never'} wait for people, and this suite was told so`,
  async check({ backend, keys, approvals, decryption, derivation, sealing }) {
    assert.equal(decryption !== undefined, decrypts, 'keys that decrypt are tested with { decryption: true }, and only then');
    assert.equal(derivation !== undefined, derives, 'keys that derive are tested with { derivation: true }, and only then');
    assert.equal(sealing !== undefined, seals, 'symmetric keys are tested with { sealing: true }, and only then');
    assert.equal(backend.poll !== undefined, tested, 'a backend with poll, and no other, is tested with { approvals: true }');
    assert.equal(approvals !== undefined, tested, 'the fixture should have approvals with { approvals: true }, and only then');
    for (const { ref, spec } of keys)
      assert.notEqual((await backend.describeKey(ref)).needsApproval, true, `${spec} should answer at once`);
  },
});

/**
 * The conformance suite for implementations of `KeyBackend`: registers one test for each promise that signers, formats and command lines rely
 * on. The fixture is opened at the first test and closed by the last, and the tests expect to run one after the other. They make some
 * hundred signatures, and about ten requests with `approvals`; those that are left open are cancelled. `createKey` is not called.
 *
 * @param factory opens the backend and says which keys it has; called once
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { describeKeyBackend } from '@securosys/testing';
 * import { describe, it } from 'node:test';
 *
 * describeKeyBackend(
 *   'memory',
 *   async () => {
 *     const backend = createMemoryBackend();
 *     await backend.createKey({ label: 'release', spec: 'ec-p256' });
 *     return { backend, keys: [{ spec: 'ec-p256', ref: { label: 'release' } }] };
 *   },
 *   { describe, it },
 * );
 * ```
 */
export function describeKeyBackend(name: string, factory: () => Promise<KeyBackendFixture>, suite: KeyBackendSuite): void {
  const { describe, it, approvals = false, decryption = false, derivation = false, sealing = false } = suite;
  const all = [
    ...claims,
    ...(decryption ? decryptionClaims : []),
    ...(derivation ? derivationClaims : []),
    ...(sealing ? sealingClaims : []),
    asTold({ approvals, decryption, derivation, sealing }),
    ...(approvals ? [...approvalClaims, ...watchingClaims] : []),
    closing,
  ];
  let opened: Promise<KeyBackendFixture> | undefined;
  const open = () => {
    opened ??= factory();
    return opened;
  };
  describe(`key backend: ${name}`, () => {
    for (const { name: claim, check } of all) it(claim, async () => check(await open()));
  });
}

const claims = [...describeClaims, ...signingClaims, ...refusalClaims, ...optionalClaims];
