import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { SignError } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { describe, expect, it } from 'vitest';
import { openApprovalBackend } from './support/approval-backend.js';
import { broken, secret, type Worsen } from './support/broken-backends.js';
import { brokenDecrypters } from './support/broken-decrypters.js';
import { brokenDerivers } from './support/broken-derivers.js';
import { brokenSealers } from './support/broken-sealers.js';
import { openDecryptingBackend } from './support/decrypting-backend.js';
import { openDerivingBackend } from './support/deriving-backend.js';
import { failuresOf } from './support/run-suite.js';
import { openSealingBackend } from './support/sealing-backend.js';
import { softwareKeys } from './support/software-keys.js';

/** The suite's verdict on the good backend with some members replaced by worse ones. */
const verdictOn = (worsen: Worsen) =>
  failuresOf(
    async () => {
      const { backend, ...rest } = await openApprovalBackend();
      return { ...rest, backend: Object.assign(backend, worsen({ ...backend })), secrets: { pin: secret } };
    },
    { approvals: true },
  );

describe('the conformance suite for key backends', () => {
  it('finds nothing wrong with a good backend', async () => {
    expect(await verdictOn(() => ({}))).toEqual({});
  });

  it.each(broken)('sees that a backend %s', async (_, worsen, claim, message) => {
    const failures = await verdictOn(worsen);
    expect(failures[claim], inspect(failures)).toMatch(message);
  });

  it.each(brokenDecrypters)('sees that a backend that decrypts %s', async (_, worsen, claim, message) => {
    const failures = await failuresOf(
      async () => {
        const { backend, ...rest } = await openDecryptingBackend();
        return { ...rest, backend: Object.assign(backend, worsen({ ...backend })) };
      },
      { decryption: true },
    );
    expect(failures[claim], inspect(failures)).toMatch(message);
  });

  it.each(brokenDerivers)('sees that a backend that derives %s', async (_, worsen, claim, message) => {
    const failures = await failuresOf(
      async () => {
        const { backend, ...rest } = await openDerivingBackend();
        return { ...rest, backend: Object.assign(backend, worsen({ ...backend })) };
      },
      { derivation: true },
    );
    expect(failures[claim], inspect(failures)).toMatch(message);
  });

  it.each(brokenSealers)('sees that a backend that seals %s', async (_, worsen, claim, message) => {
    const failures = await failuresOf(
      async () => {
        const { backend, ...rest } = await openSealingBackend();
        return { ...rest, backend: Object.assign(backend, worsen({ ...backend })) };
      },
      { sealing: true },
    );
    expect(failures[claim], inspect(failures)).toMatch(message);
  });

  it('finds nothing wrong with a good backend that seals, and is told about it', async () => {
    expect(await failuresOf(openSealingBackend, { sealing: true })).toEqual({});
    expect(Object.values(await failuresOf(openSealingBackend))).toEqual([
      expect.stringMatching(/are tested with \{ sealing: true \}/),
    ]);
  });

  it('finds nothing wrong with a good backend that derives, and is told about it', async () => {
    expect(await failuresOf(openDerivingBackend, { derivation: true })).toEqual({});
    expect(Object.values(await failuresOf(openDerivingBackend))).toEqual([
      expect.stringMatching(/are tested with \{ derivation: true \}/),
    ]);
  });

  it('finds nothing wrong with a good backend that decrypts, and is told about it', async () => {
    expect(await failuresOf(openDecryptingBackend, { decryption: true })).toEqual({});
    expect(Object.values(await failuresOf(openDecryptingBackend))).toEqual([
      expect.stringMatching(/are tested with \{ decryption: true \}/),
    ]);
  });

  it('has a broken backend for every claim, and a claim for every broken backend', async () => {
    const claims = Object.keys(
      await failuresOf(() => Promise.reject(new Error('no fixture')), {
        approvals: true,
        decryption: true,
        derivation: true,
        sealing: true,
      }),
    );
    const untold = 'its uses can wait for people, and this suite was told so';
    expect(
      [
        ...new Set([
          ...[...broken, ...brokenDecrypters, ...brokenDerivers, ...brokenSealers].map(([, , claim]) => claim),
          untold,
        ]),
      ].sort(),
    ).toEqual(claims.sort());
  });

  it('is not passed by leaving approvals out', async () => {
    const failures = await failuresOf(async () => {
      const { approvals, ...rest } = await openApprovalBackend();
      return rest;
    });
    expect(Object.values(failures)).toEqual([expect.stringMatching(/is tested with \{ approvals: true \}/)]);
  });

  it('lets a backend leave out algorithms that the fixture names, and then demands that they are refused', async () => {
    const open = (pssOnly: boolean) => async () => {
      const backend = createMemoryBackend();
      backend.addKey({ label: 'rsa', privateKey: (await softwareKeys())['rsa-2048'] });
      const { begin } = backend;
      backend.begin = async (operation, o) => {
        if (pssOnly && operation.kind === 'sign' && operation.algorithm.startsWith('rsa-pkcs1'))
          throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'PSS only');
        return begin(operation, o);
      };
      const unsupported = ['rsa-pkcs1-sha256', 'rsa-pkcs1-sha384', 'rsa-pkcs1-sha512'] as const;
      return { backend, keys: [{ spec: 'rsa-2048' as const, ref: { label: 'rsa' }, unsupported }] };
    };
    expect(await failuresOf(open(true))).toEqual({});
    expect(Object.keys(await failuresOf(open(false)))).toEqual([
      'an algorithm that a key cannot compute is ERR_ALGORITHM_UNSUPPORTED',
    ]);
  });

  // A process that compiles everything takes as long as all others here: with SLOW, as in CI.
  it.skipIf(!process.env.SLOW)('runs under node:test', async () => {
    const program = fileURLToPath(new URL('./support/node-test-run.ts', import.meta.url));
    const argv = ['--conditions=@securosys/source', '--import', 'tsx', '--test-reporter', 'tap', program];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { PATH: process.env.PATH } });
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(20);
  });
});
