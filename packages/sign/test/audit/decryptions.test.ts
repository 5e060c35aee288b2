import {
  createDecrypter,
  type KeyBackend,
  type OutcomeOf,
  type SecretIntent,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { createSentinel, expectNoSecret } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { openAuditLog, readAuditLog, verifyAuditLog } from '../../src/audit.js';
import { all, linesIn, newFolder } from './helpers.js';

const algorithm = 'rsa-oaep-sha256';
const key = { label: 'images' };
const memory = createMemoryBackend();
memory.addKey({ label: 'images', privateKey: rsaKey(), purpose: 'decrypt' });

async function encrypted(plaintext: Uint8Array): Promise<Uint8Array> {
  const begun = await memory.begin({ kind: 'encrypt', key, algorithm, plaintext });
  return 'done' in begun ? begun.done : new Uint8Array();
}

describe('the guard of an audit log, over a key that decrypts', () => {
  it('has the intent on disk before the key is used, and the outcome before anybody has the plaintext', async () => {
    const folder = await newFolder();
    await using log = openAuditLog({ folder });
    let before: string[] = [];
    const backend: KeyBackend = {
      ...memory,
      id: memory.id,
      begin: async (operation, options) => {
        before = await linesIn(folder);
        return memory.begin(operation, options);
      },
    };
    const ciphertext = await encrypted(utf8Bytes('a layer key'));
    const source = {
      repository: 'registry.example/app',
      tag: '1.4',
      digest: `sha256:${'ab'.repeat(32)}`,
      layers: 3,
      trusted: true,
    };
    const target = { repository: 'oci:./app' };
    const decrypter = createDecrypter(backend, key, { guards: [log.guard({ requester: 'deployer' })] });
    await decrypter.decrypt({ algorithm, ciphertext, source, target, claims: { reason: 'deploy' } });
    expect(JSON.parse(before[1] as string)).toMatchObject({
      kind: 'intent',
      purpose: 'decrypt',
      requester: 'deployer',
      key: { label: 'images', spkiSha256: expect.any(String) },
      algorithm,
      inputSha256: sha256Hex(ciphertext),
      source,
      target,
      claims: { reason: 'deploy' },
    });
    const [, , outcome] = await all(readAuditLog(folder));
    expect(outcome?.members).toEqual({
      intent: 1,
      purpose: 'decrypt',
      result: 'decrypted',
      inputSha256: sha256Hex(ciphertext),
      key: expect.objectContaining({ label: 'images' }),
    });
    expect(await verifyAuditLog(folder)).toMatchObject({ verdict: 'consistent', records: 3 });
  });

  it('gives nobody a plaintext of which no record can be made', async () => {
    const folder = await newFolder();
    const log = openAuditLog({ folder });
    const decrypter = createDecrypter(memory, key, { guards: [log.guard()] });
    const ciphertext = await encrypted(utf8Bytes('a layer key'));
    await log.close();
    await expect(decrypter.decrypt({ algorithm, ciphertext })).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('writes neither the plaintext nor a hash of it, nor what of a ciphertext did not open (S16)', async () => {
    const folder = await newFolder();
    const plaintext = createSentinel('content-key');
    const ciphertext = await encrypted(utf8Bytes(plaintext));
    await expectNoSecret(
      { plaintext, hash: sha256Hex(utf8Bytes(plaintext)) },
      async ({ show }) => {
        await using log = openAuditLog({ folder });
        const guard = log.guard();
        await createDecrypter(memory, key, { guards: [guard] }).decrypt({ algorithm, ciphertext });
        show([log, await all(readAuditLog(folder))]);
        const intent = { purpose: 'decrypt', backend: 'b', key: await memory.describeKey(key), inputSha256: 'ab'.repeat(32) };
        const operation = { kind: 'decrypt', key, algorithm, ciphertext };
        for (const code of ['ERR_REQUEST_FAILED', 'ERR_DIGEST_MISMATCH'] as const) {
          const error = new SignError(code, `${code}: the padding is bad`);
          await guard.after?.({
            intent: { ...intent, operation } as SecretIntent,
            result: 'failed',
            error,
          } as OutcomeOf<SecretIntent>);
        }
      },
      { folder },
    );
    const failed = (await all(readAuditLog(folder, { kinds: ['outcome'] }))).slice(1).map(({ members }) => members.error);
    expect(failed).toHaveLength(2);
    expect(failed[0]).toEqual(failed[1]);
    expect(JSON.stringify(failed)).not.toContain('padding');
  });
});
