import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { PrivateKey } from '../../src/recipients/keys/private-key.js';
import { sharedKey } from '../../src/recipients/keys/shared-key.js';

const use = { facts: { format: 'f', title: 't' }, opens: () => true };
const input = Uint8Array.of(1);

/** A key whose uses end when the test says so. */
function waiting() {
  const uses: { done(secret: Uint8Array): void; failed(error: unknown): void }[] = [];
  const key: PrivateKey = {
    publicHalf: async () => ({ spec: 'rsa-2048', spki: input, needsApproval: false }),
    decrypt: () => new Promise((done, failed) => void uses.push({ done, failed })),
    derive: () => Promise.reject(new Error('not asked for')),
  };
  return { uses, shared: sharedKey(key) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a key that the layers of an image share', () => {
  it.each([
    ['went away', new DOMException('gone', 'AbortError')],
    ['waited no longer', new SignError('ERR_APPROVAL_PENDING', 'still pending')],
  ])('goes on for one layer when the one that asked first %s', async (_, reason) => {
    const { uses, shared } = waiting();
    const [first, second] = [0, 1].map(() => shared.decrypt('rsa-oaep-sha1', input, use));
    await settled();
    expect(uses).toHaveLength(1);
    uses[0]?.failed(reason);
    await expect(first).rejects.toBe(reason);
    await settled();
    expect(uses).toHaveLength(2);
    uses[1]?.done(Uint8Array.of(9));
    expect(await second).toEqual(Uint8Array.of(9));
  });

  it('fails for all who waited when the backend says no, and asks again later', async () => {
    const { uses, shared } = waiting();
    const both = [0, 1].map(() => shared.decrypt('rsa-oaep-sha1', input, use));
    await settled();
    uses[0]?.failed(new SignError('ERR_APPROVAL_REJECTED', 'no'));
    for (const one of both) await expect(one).rejects.toMatchObject({ code: 'ERR_APPROVAL_REJECTED' });
    expect(uses).toHaveLength(1);
    void shared.decrypt('rsa-oaep-sha1', input, use);
    await settled();
    expect(uses).toHaveLength(2);
  });

  it('wipes what it kept when it is closed, and not what it gave out', async () => {
    const { uses, shared } = waiting();
    const given = shared.decrypt('rsa-oaep-sha1', input, use);
    await settled();
    const kept = Uint8Array.of(1, 2, 3);
    uses[0]?.done(kept);
    expect(await given).toEqual(Uint8Array.of(1, 2, 3));
    shared.close();
    await settled();
    expect(kept).toEqual(new Uint8Array(3));
    expect(await given).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('keeps results of other inputs and algorithms apart', async () => {
    const { uses, shared } = waiting();
    void shared.decrypt('rsa-oaep-sha1', input, use);
    void shared.decrypt('rsa-oaep-sha256', input, use);
    void shared.decrypt('rsa-oaep-sha1', Uint8Array.of(2), use);
    await settled();
    expect(uses).toHaveLength(3);
  });
});
