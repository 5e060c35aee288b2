import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64Text, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { parseAttestation } from '../../src/attestation/parse-attestation.js';
import { verifyAttestation } from '../../src/attestation/verify-attestation.js';
import { derivedXml, real, recordedApprovers, traceXml } from './recorded.js';

/** An hour after it was made. */
const clock = { now: () => Date.UTC(2025, 9, 18, 21, 19, 33) };
const roots = [real.root];

describe('the attestation of a real Primus HSM', () => {
  it('verifies up to the root of its vendor and says what the HSM said', async () => {
    const key = await verifyAttestation(real, { roots, clock });
    expect(key).toMatchObject({
      label: 'rsa_4096_sign',
      creation: 'generated',
      storage: 'hsm',
      madeInside: true,
      neverExtractable: true,
      alwaysSensitive: true,
      algorithm: 'RSA',
      algorithmOid: '1.2.840.113549.1.1.1',
      keySize: 4096,
      keyUseCount: 10,
      policy: null,
      createdAt: Date.UTC(2025, 9, 1, 20, 31, 53),
      attestedAt: Date.UTC(2025, 9, 18, 20, 19, 33),
      ageMs: 3_600_000,
      emulated: false,
      unknownElements: [],
    });
    expect(key.chain.map(({ subject }) => /CN=([^,]*)/.exec(subject)?.[1])).toEqual([
      'attestation-key',
      'PRIMUS HSM KEY (SN: 18386101)',
      'PRIMUS_HSM_ROOTKEY',
    ]);
  });

  it('verifies as the JSON twin and as the downloaded archive, too', async () => {
    const { spkiSha256 } = await verifyAttestation(real, { roots, clock });
    const twin = {
      attestationKeyName: 'attestation-key',
      signingKeyAttestationXml: String(real.xml),
      signingKeyAttestationCertificate: real.chain.map(String),
      signingKeyAttestationSignatureBase64: String(real.xmlSignature),
    };
    const zip = readFileSync(join(import.meta.dirname, 'primus-attestation.zip'));
    for (const form of [twin, { zip }])
      expect(await verifyAttestation(form, { roots, clock, expected: { spkiSha256 } })).toMatchObject({ label: 'rsa_4096_sign' });
  });

  it('is refused as soon as one of its bytes is another one', async () => {
    const bytes = Buffer.from(String(real.xml));
    for (let at = 0; at < bytes.length; at += process.env.SLOW ? 1 : 5) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (bytes[at] as number) ^ (1 << (at % 7));
      const error = await verifyAttestation({ ...real, xml: changed }, { roots, clock }).catch((one: unknown) => one);
      expect(SignError.is(error, 'ERR_SIGNATURE_MISMATCH'), `byte ${at}`).toBe(true);
    }
  });

  it('is too old a year later, unless any age is taken', async () => {
    const later = { now: () => clock.now() + 365 * 86_400_000 };
    await expect(verifyAttestation(real, { roots, clock: later })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
      details: { reason: 'age' },
    });
    await expect(verifyAttestation(real, { roots, clock: later, maxAgeMs: Number.POSITIVE_INFINITY })).resolves.toBeDefined();
  });
});

describe('the key attributes that Securosys recorded', () => {
  it('of a key with a policy are read whole', async () => {
    const rule = {
      tokens: [
        {
          name: 'Token1',
          timelock: 0,
          timeout: 600,
          groups: [
            {
              name: 'Group1',
              quorum: 1,
              approvals: [{ type: 'public_key', name: 'ApproverKey1', value: recordedApprovers.p384 }],
            },
          ],
        },
      ],
    };
    const { spki, ...key } = await parseAttestation(traceXml);
    expect(base64Text(spki)).toBe('MCowBQYDK2VwAyEA/GpVPSJzhsGgH4mGLxRK3h1XFh9t90hwn7NKf8RKCNA=');
    expect(key).toMatchObject({
      label: 'TESTKEY2024-08-14_20-02-48.72168016257020',
      algorithm: 'ED',
      keyUseCount: 1,
      derivation: { type: 'ADA/SLIP-10', value: '5B8998B9F905F5337730ABC38131A1B0573EC799925D40F6B68369A1F3363AA9' },
      policy: { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule, keyStatus: { blocked: false } },
    });
  });

  it('of a derived key undo the entities of its name, and show that an imported key may be called never extractable', async () => {
    const key = await parseAttestation(derivedXml);
    expect(key).toMatchObject({
      label: "TESTKEY2024-08-14_20-02-48.72168016257020/44'/0'/0'/0'",
      uuid: 'F6474FFA-F68EC585-383412B7-41EDAA40',
      creation: 'imported',
      storage: 'external',
      attributes: { neverExtractable: true, unique: false },
    });
    expect(key).not.toHaveProperty('keyUseCount');
  });
});
