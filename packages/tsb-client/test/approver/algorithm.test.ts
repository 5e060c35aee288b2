import { createHash } from 'node:crypto';
import { base64Text, signatureAlgorithms, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../src/index.js';
import { approverBefore, digestA, hex, message, metadataFor, precise, taskOf, toy } from './task.js';

const bound = (payload: Uint8Array, algorithm: string, preimage?: Uint8Array) =>
  metadataFor(payload, digestA, {
    facts: {},
    binding: { payloadSha256: hex(payload), operation: 'sign', algorithm, keyLabel: 'release' },
    ...(preimage && { preimage: base64Text(preimage) }),
  });

async function examined(task: unknown) {
  const { approver, posted } = approverBefore([task], { formats: [toy, precise] });
  const view = (await approver.tasks())[0] as TaskView;
  return { approver, posted, view };
}

describe('the algorithm of a request (S3, S4)', () => {
  it.each([
    ['another hash', 'SHA512_WITH_ECDSA', 'ecdsa-sha256'],
    ['another family', 'SHA256_WITH_ECDSA', 'rsa-pkcs1-sha256'],
    ['another padding', 'SHA256_WITH_RSA_PSS', 'rsa-pkcs1-sha256'],
    ['a digest in place of the message', 'NONE_WITH_ECDSA', 'ecdsa-sha256'],
    ['one that this SDK never asks for', 'SHA1_WITH_RSA', 'rsa-pkcs1-sha256'],
    ['one that nobody knows', 'SHA257_WITH_ECDSA', 'ecdsa-sha256'],
    ['a description of no algorithm of ours', 'SHA256_WITH_ECDSA', 'SHA256_WITH_ECDSA'],
  ])('that is not the one the description is bound to cannot be approved: %s', async (_, algorithm, said) => {
    const payload = message(digestA);
    const { approver, posted, view } = await examined(taskOf({ payload, algorithm, metadata: bound(payload, said) }));
    expect(view.mismatches).toEqual(['the description is bound to another algorithm']);
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(posted).toHaveLength(1);
  });

  it.each(['SHA512_WITH_ECDSA', 'SHA256_WITH_RSA', 'EDDSA', 'SHA1_WITH_ECDSA'])(
    'that is not the one the bytes name cannot be approved: %s',
    async (algorithm) => {
      const payload = utf8Bytes(`ecdsa-sha256!toy:${digestA}`);
      const { approver, view } = await examined(taskOf({ payload, algorithm }));
      expect(view.mismatches).toEqual(['the bytes are for another algorithm than the request']);
      await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    },
  );

  const wireNames: Readonly<Record<string, string>> = {
    'rsa-pss': 'SHA*_WITH_RSA_PSS',
    'rsa-pkcs1': 'SHA*_WITH_RSA',
    ecdsa: 'SHA*_WITH_ECDSA',
    ed25519: 'EDDSA',
    'ml-dsa': 'ML_DSA',
  };
  it.each(signatureAlgorithms)('that agrees with description and bytes is fine: %s', async (algorithm) => {
    const [, family = '', bits = ''] = /^(.*?)(?:-sha(\d+)|-\d+)?$/.exec(algorithm) ?? [];
    const payload = utf8Bytes(`${algorithm}!toy:${digestA}`);
    const wire = String(wireNames[family]).replace('*', bits);
    const { view } = await examined(taskOf({ payload, algorithm: wire, metadata: bound(payload, algorithm) }));
    expect(view).toMatchObject({ mismatches: [], facts: { details: { algorithm } } });
  });

  const digestOf = (hash: string, preimage: Uint8Array) => Uint8Array.from(createHash(hash).update(preimage).digest());
  const plain = message(digestA);

  it('over a digest is told by the length of the digest', async () => {
    const payload = digestOf('sha384', plain);
    const algorithm = 'NONE_WITH_ECDSA';
    const good = await examined(taskOf({ payload, algorithm, metadata: bound(payload, 'ecdsa-sha384', plain) }));
    expect(good.view).toMatchObject({ mismatches: [], facts: { subject: { digest: digestA } } });
    const bad = await examined(taskOf({ payload, algorithm, metadata: bound(payload, 'ecdsa-sha256', plain) }));
    expect(bad.view.mismatches).toEqual(['the description is bound to another algorithm']);
  });

  it.each([
    ['raw RSA, which signs no digest of a preimage', 'NONE_WITH_RSA', digestOf('sha256', plain)],
    ['raw PSS', 'NONE_WITH_RSA_PSS', digestOf('sha256', plain)],
    ['a digest of another hash than the algorithm has', 'NONESHA384_WITH_RSA', digestOf('sha256', plain)],
    ['a name that nobody knows', 'RAW_ECDSA', plain],
    ['a lower-case name', 'none_with_ecdsa', plain],
  ])('counts as blind: %s', async (_, algorithm, payload) => {
    const metadata = metadataFor(payload, digestA, { facts: {}, binding: {}, preimage: base64Text(plain) });
    const { approver, view } = await examined(taskOf({ payload, algorithm, metadata }));
    expect(view.facts).toBeUndefined();
    expect(view.risks).toContain('blind');
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });

  it.each(['SHA1_WITH_RSA', 'SHA1_WITH_RSA_PSS', 'SHA1_WITH_DSA', 'SHA1_WITH_ECDSA', 'NONESHA1_WITH_RSA'])(
    'is a weak hash where the bytes name none: %s',
    async (algorithm) => {
      const { view } = await examined(taskOf({ payload: plain, algorithm }));
      expect(view.risks).toContain('weak-hash');
      expect((await examined(taskOf({ payload: plain }))).view.risks).not.toContain('weak-hash');
    },
  );
});
