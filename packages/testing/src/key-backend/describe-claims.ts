import assert from 'node:assert/strict';
import { equalBytes, keySpecOfSpki, scanDer, sha256Hex } from '@securosys/core';
import { expectOwnMemory } from '../own-memory.js';
import { expectCode, freshMessage, signOperation } from './expectations.js';
import type { Claim } from './fixture.js';

const otherHash = '0'.repeat(64);
const nobody = { label: 'no-such-key-7d1f0c52' };
/** Backends that find keys by label or id only may say so when asked for a hash alone. */
const notByHash = ['ERR_KEY_NOT_FOUND', 'ERR_KEY_CHANGED', 'ERR_INVALID_ARGUMENT'] as const;

/** What a backend says about itself and its keys. */
export const describeClaims: readonly Claim[] = [
  {
    name: 'its id is text that does not change',
    async check({ backend, keys }) {
      const { id } = backend;
      assert.ok(typeof id === 'string' && id.length > 0, 'the id should be text');
      for (const { ref } of keys) await backend.describeKey(ref);
      assert.equal(backend.id, id, 'the id should not change');
    },
  },
  {
    name: 'a described key is the key: spec and spkiSha256 are those of the public half, and it may sign',
    async check({ backend, keys }) {
      assert.ok(keys.length > 0, 'the fixture should have a key');
      for (const { spec, ref } of keys) {
        const { ref: full, spki, usages, ...info } = await backend.describeKey(ref);
        scanDer(spki, { what: `public key of ${spec}` });
        assert.equal(keySpecOfSpki(spki), spec, 'the public half should be of the spec that the fixture names');
        assert.equal(info.spec, spec, 'spec should be that of the public half');
        assert.equal(full.spkiSha256, sha256Hex(spki), `ref.spkiSha256 of ${spec} should be the SHA-256 of spki`);
        assert.ok(usages.includes('sign'), `usages of ${spec} should include sign`);
        const again = await backend.describeKey(full);
        assert.ok(equalBytes(again.spki, spki), `the reference of ${spec} should lead to the same key`);
      }
    },
  },
  {
    name: 'a description is memory of its own: whoever changes it changes nothing',
    async check({ backend, keys }) {
      for (const { ref, spec } of keys) {
        const { spki } = await backend.describeKey(ref);
        expectOwnMemory(spki);
        const before = sha256Hex(spki);
        spki.fill(0);
        const again = await backend.describeKey(ref);
        assert.equal(sha256Hex(again.spki), before, `the public half of ${spec} should be what it was`);
      }
    },
  },
  {
    name: 'a key that it does not have is ERR_KEY_NOT_FOUND, to describe and to use',
    async check({ backend, keys }) {
      await expectCode('describeKey', ['ERR_KEY_NOT_FOUND'], () => backend.describeKey(nobody));
      const algorithm = keys[0]?.spec.startsWith('rsa') ? 'rsa-pss-sha256' : 'ecdsa-sha256';
      const operation = signOperation(nobody, algorithm, { message: freshMessage() });
      await expectCode('begin', ['ERR_KEY_NOT_FOUND'], () => backend.begin(operation));
    },
  },
  {
    name: 'a key that is not the pinned one is refused (S7)',
    async check({ backend, keys }) {
      const alone = { spkiSha256: otherHash };
      await expectCode('describeKey by another hash alone', notByHash, () => backend.describeKey(alone));
      for (const { ref, spec } of keys) {
        const pinned = { ...ref, spkiSha256: otherHash };
        await expectCode(`describeKey of ${spec} with another hash`, ['ERR_KEY_CHANGED', 'ERR_KEY_NOT_FOUND'], () =>
          backend.describeKey(pinned),
        );
      }
    },
  },
];
