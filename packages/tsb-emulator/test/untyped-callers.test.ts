import { describe, expect, it } from 'vitest';
import { createFakeTsb } from '../src/index.js';

const tsb = createFakeTsb();
const refusal = (...words: string[]) => ({
  code: 'ERR_INVALID_ARGUMENT',
  message: expect.stringMatching(new RegExp(words.join('[^]*'))),
});

describe('callers without types', () => {
  it.each(['p256', 'constructor', '', null, 1])('are told which specs there are when they ask addKey for %j', async (spec) => {
    await expect(tsb.addKey({ label: 'key', spec: spec as never })).rejects.toMatchObject(
      refusal('ec-p256', 'ed25519', 'aes-256'),
    );
  });

  it.each(['CISO', undefined, null, {}])('are told that approvers are keys when they hand in %j', async (approver) => {
    const words = refusal('createApproverKey', '@securosys/testing');
    await expect(tsb.approve('some-id', approver as never)).rejects.toMatchObject(words);
    await expect(tsb.reject('some-id', approver as never)).rejects.toMatchObject(words);
    expect(() => tsb.signedApproval('some-id', approver as never)).toThrow(expect.objectContaining(words));
  });

  it('are told which kinds and endpoints a fault has, and which flags a licence', () => {
    const { add } = tsb.faults;
    expect(() => add({ kind: 'slow' } as never)).toThrow(expect.objectContaining(refusal('refuse', 'slow-body')));
    expect(() => add({ kind: 'drop', endpoint: 'nope' } as never)).toThrow(expect.objectContaining(refusal('known are', ', ')));
    expect(() => createFakeTsb({ clientFlags: ['NONE' as never] })).toThrow(
      expect.objectContaining(refusal('REST_API', 'KEY_AUTH')),
    );
  });
});
