import assert from 'node:assert/strict';
import { type KeyInfo, scanDer, sha256Hex } from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import { formIn, secretForms } from '../secret-forms.js';
import { shownForms } from '../shown.js';
import type { Claim } from './fixture.js';

const sequence = 0x30;

/** What a backend may leave out, and what it must never show. */
export const optionalClaims: readonly Claim[] = [
  {
    name: 'certificates are DER in memory of their own, or there are none',
    async check({ backend, keys }) {
      for (const { ref, spec } of keys) {
        const chain = await backend.certificates?.(ref);
        if (!chain) continue;
        assert.ok(Array.isArray(chain), `certificates of ${spec} should be a list, empty when there are none`);
        expectOwnMemory(chain);
        for (const certificate of chain) {
          scanDer(certificate, { what: 'certificate' });
          assert.equal(certificate[0], sequence, 'a certificate should be a DER SEQUENCE, not PEM');
        }
      }
    },
  },
  {
    name: 'the list of keys holds every key once, as it is described by itself',
    async check({ backend, keys }) {
      if (!backend.listKeys) return;
      const listed = new Map<string, KeyInfo>();
      for await (const info of backend.listKeys()) {
        const hash = sha256Hex(info.spki);
        assert.equal(info.ref.spkiSha256, hash, 'ref.spkiSha256 should be the SHA-256 of spki');
        assert.ok(!listed.has(hash), 'no key should be listed twice');
        listed.set(hash, info);
      }
      for (const { ref, spec } of keys) {
        const info = await backend.describeKey(ref);
        const found = listed.get(info.ref.spkiSha256 ?? '');
        assert.ok(found, `${spec} should be in the list`);
        expectOwnMemory(found);
        assert.deepEqual(
          { spec: found.spec, usages: found.usages, needsApproval: found.needsApproval },
          { spec: info.spec, usages: info.usages, needsApproval: info.needsApproval },
        );
        found.spki.fill(0);
        assert.equal(sha256Hex((await backend.describeKey(ref)).spki), info.ref.spkiSha256, 'a listed key should be a copy');
      }
    },
  },
  {
    name: 'looking at it shows no secret (S37)',
    async check({ backend, secrets = {} }) {
      const shown = `${shownForms(backend)}\n${backend.id}`;
      assert.doesNotMatch(shown, /PRIVATE KEY/, 'a private key shows');
      for (const [name, secret] of Object.entries(secrets)) {
        const form = formIn(secretForms(secret), shown);
        assert.equal(form, undefined, `'${name}' shows as ${form}`);
      }
    },
  },
];
