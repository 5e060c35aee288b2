import { base64Text, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import type { Certificate, RevocationChecker, RevocationReport } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { handleNotation, type NotationPlugin } from '../../src/index.js';
import { testChain } from '../helpers/certificates.js';

const chain = testChain();
const identity = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
const revocation = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';
const us = 'x509.subject: C=CH, ST=Zurich, O=Acme';

function pluginWith(more: Partial<NotationPlugin> = {}): NotationPlugin {
  return {
    name: 'example',
    version: '1.0.0',
    description: 'for tests',
    url: 'https://example.com',
    open: () => createMemoryBackend(),
    keyRef: ({ keyId }) => ({ label: keyId }),
    ...more,
  };
}

const report = (status: RevocationReport['status']): RevocationChecker => ({ check: async () => ({ status, certificates: [] }) });

/** As Go writes it (`notation.md` §17.2). */
function request(change: { identities?: unknown; checks?: unknown; attributes?: object; signature?: object } = {}): object {
  return {
    contractVersion: '1.0',
    signature: {
      criticalAttributes: {
        contentType: 'application/vnd.cncf.notary.payload.v1+json',
        signingScheme: 'notary.x509',
        expiry: '0001-01-01T00:00:00Z',
        ...change.attributes,
      },
      unprocessedAttributes: null,
      certificateChain: chain.map((der) => base64Text(der)),
      ...change.signature,
    },
    trustPolicy: { trustedIdentities: change.identities ?? [us], signatureVerification: change.checks ?? [identity] },
  };
}

async function verify(asked: object, plugin = pluginWith()) {
  const stdin = utf8Bytes(JSON.stringify(asked));
  const { stdout, stderr, exitCode } = await handleNotation({ argv: ['verify-signature'], stdin, env: {} }, plugin);
  return { exitCode, answer: JSON.parse(exitCode === 0 ? stdout : stderr) };
}

describe('trusted identities, as a host asks a plugin', () => {
  it('of the leaf pass', async () => {
    const { answer } = await verify(request());
    expect(answer).toEqual({ verificationResults: { [identity]: { success: true } }, processedAttributes: [] });
  });

  it.each([
    ['of somebody else', ['x509.subject: C=CH, ST=Zurich, O=Other']],
    ['with a prefix that only another plugin knows', ['arn:something']],
    ['that are nobody', []],
    ['beside which everybody stands', ['*', us]],
    ['that are none', ['nonsense']],
  ])('%s fail with a reason, which is no error', async (_, identities) => {
    const { answer, exitCode } = await verify(request({ identities }));
    expect(exitCode).toBe(0);
    expect(answer.verificationResults[identity]).toEqual({ success: false, reason: expect.stringMatching(/./) });
  });
});

describe('revocation, as a host asks a plugin', () => {
  it.each([
    ['ok', true],
    ['revoked', false],
    ['unknown', false],
  ] as const)('that is %s has success %s', async (status, success) => {
    const { answer } = await verify(request({ checks: [revocation] }), pluginWith({ revocation: async () => report(status) }));
    expect(Object.keys(answer.verificationResults)).toEqual([revocation]);
    expect(answer.verificationResults[revocation].success).toBe(success);
  });

  it('is asked about the chain and the time that an authority vouches for', async () => {
    const asked: unknown[] = [];
    const checker: RevocationChecker = {
      check: async (certificates: readonly Certificate[], options) => {
        asked.push(
          certificates.map(({ der }) => der),
          options,
        );
        return { status: 'ok', certificates: [] };
      },
    };
    const attributes = { signingScheme: 'notary.x509.signingAuthority', authenticSigningTime: '2026-03-01T01:00:00+01:00' };
    await verify(request({ checks: [revocation], attributes }), pluginWith({ revocation: async () => checker }));
    expect(asked).toEqual([chain, { purpose: 'code-signing', authenticSigningTime: Date.UTC(2026, 2, 1) }]);
  });

  it('is refused by a plugin that does not offer it', async () => {
    const { answer } = await verify(request({ checks: [revocation] }));
    expect(answer.errorCode).toBe('VALIDATION_ERROR');
  });
});

describe('attributes that a plugin has to process', () => {
  const signature = { unprocessedAttributes: ['com.example.known', 'com.example.strange'] };

  it('are named as processed only if it knows them: the host refuses what is left', async () => {
    const { answer } = await verify(request({ signature }), pluginWith({ understoodAttributes: ['com.example.known'] }));
    expect(answer.processedAttributes).toEqual(['com.example.known']);
  });
});

describe('a request that cannot be judged is an error, never a verdict:', () => {
  it.each([
    ['no checks', request({ checks: [] })],
    ['a check twice', request({ checks: [identity, identity] })],
    ['a check that does not exist', request({ checks: ['SIGNATURE_VERIFIER.LUCK'] })],
    ['no certificates', request({ signature: { certificateChain: [] } })],
    [
      'a chain in another order',
      request({ signature: { certificateChain: [...chain].reverse().map((der) => base64Text(der)) } }),
    ],
    ['a certificate that is none', request({ signature: { certificateChain: ['AAAA'] } })],
    ['another scheme', request({ attributes: { signingScheme: 'notary.x509.mine' } })],
    ['an expiry that is no time', request({ attributes: { expiry: 'soon' } })],
  ])('%s', async (_, asked) => {
    const { answer, exitCode } = await verify(asked);
    expect(exitCode).toBe(1);
    expect(answer.errorCode).toBe('VALIDATION_ERROR');
  });
});
