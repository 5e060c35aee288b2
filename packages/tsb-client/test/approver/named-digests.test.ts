import { createHash } from 'node:crypto';
import { changedClaim, tagClaims, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../src/index.js';
import { approverBefore, digestA, digestB, hex, keyPair, message, metadataFor, spki, taskOf, toy } from './task.js';

const payload = message(digestB);
const bareA = digestA.slice('sha256:'.length);
const other = (n: number) => 'c'.repeat(n);

async function look(metadata: Uint8Array, plan: object = {}) {
  const { approver, posted } = approverBefore([taskOf({ payload, metadata, ...plan })]);
  const [view] = await approver.tasks();
  return { approver, posted, view: view as TaskView };
}

describe('a description that names another digest than the bytes cannot be approved (S1):', () => {
  it.each<[string, unknown]>([
    ['a text', `Please approve release image@${digestA}`],
    ['a list', [`image@${digestA}`]],
    ['a member of a member', { meta: { digest: digestA } }],
    ['a list in a member', { images: [{ ref: [digestA] }] }],
    ['any name', { 'image digest': digestA }],
    ['a name itself', { [digestA]: 'x' }],
    ['upper case', { digest: digestA.toUpperCase() }],
    ['wide letters', { digest: [...digestA].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('') }],
    ['invisible characters', { digest: digestA.replace(':aa', ':a\u200ba') }],
    ['the hash alone', { digest: bareA }],
    ['a hash of SHA-384', { note: `is ${other(96)}` }],
    ['a hash of SHA-512', { note: `sha512:${other(128)}` }],
    ['a shortened digest', { note: `sha256:${bareA.slice(0, 12)}…` }],
    ['a claim of ours', { 'claim.note': digestA }],
    ['the name of the application', { app: digestA }],
    ['both digests', { note: `${digestB} and ${digestA}` }],
    ['the batch that it names itself', { 'binding.batchId': 'x', 'binding.batchSha256': bareA, note: bareA }],
    ['what is no whole digest, under the name for what a tag named before', { 'tag moved from': `${digestA} and more` }],
    ['another name that looks the same', { 'tag moved fr\u043em': digestA }],
    ['another title', { 'fact.title': 'sign image A' }],
  ])('%s', async (_, metadata) => {
    const text = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
    const { approver, posted, view } = await look(utf8Bytes(text));
    expect(view.mismatches).toEqual([
      expect.stringMatching(/names another digest than the bytes$|^the description contradicts the bytes about title$/),
    ]);
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    expect(posted).toHaveLength(1);
  });
});

describe('a description of what the bytes change says what the bytes say (S1):', () => {
  const tag = (of: string) => `${of} (3 bytes)`;
  const details = { 'tag 1.3': tag(digestA), 'tag 1.4': tag(digestB) };
  const explain = (bytes: Uint8Array) => ({ ...toy.explain(bytes), details });
  async function mismatches(claims: Record<string, string>) {
    const metadata = metadataFor(payload, digestB, { facts: {}, claims });
    const { approver } = approverBefore([taskOf({ payload, metadata })], { formats: [{ id: 'toy', explain }] as never });
    return (await approver.tasks())[0]?.mismatches;
  }

  it.each<[string, Record<string, string>]>([
    ['a tag with the digest of another one', { 'added: tag 1.4': tag(digestA) }],
    ['a change of another size', { 'changed: tag 1.4': `${digestB} (4 bytes)` }],
    ['a tag that is not there', { 'added: tag 1.5': tag(digestA) }],
    ['a tag that is shown as one that is not', { 'added: tag 1.4': 'one of the tags that are not shown' }],
    ['a tag that is said to go, and stays', { 'removed: tag 1.3': tag(digestA) }],
  ])('%s is no such thing', async (_, claims) => {
    expect(await mismatches(claims)).toEqual([expect.stringMatching(/says otherwise than the bytes$/)]);
  });

  it('and what it says so can be approved, with what was before and what no list shows', async () => {
    const added = changedClaim('tag 1.4', tag(digestB), 'added', details);
    const hidden = changedClaim('tag 9.9', tag(digestA), 'changed', details);
    const gone = { 'removed: tag 1.2': `sha256:${other(64)} (3 bytes)` };
    expect(added).toEqual({ 'added: tag 1.4': tag(digestB) });
    expect(await mismatches({ ...added, ...hidden, ...gone, 'added: note': 'x' })).toEqual([]);
  });
});

describe('a description may name', () => {
  const sha = (name: string) => createHash(name).update(payload).digest('hex');
  it.each<[string, string]>([
    ['the digest that is signed, in any case', digestB.toUpperCase()],
    ['the digest that is signed, shortened', `image@${digestB.slice(0, 19)}`],
    ['the hash of the payload', `${hex(payload)} ${sha('sha384')} sha512:${sha('sha512')}`],
    ['the public key', hex(spki(keyPair.publicKey))],
    ['a commit', 'd'.repeat(40)],
    ['a title that the bytes have', 'x'],
  ])('%s', async (_, note) => {
    const { view } = await look(utf8Bytes(JSON.stringify({ note, 'fact.title': 'sign an image' })));
    expect(view.mismatches).toEqual([]);
  });

  it('the digest that its tag named before, under the one name for it', async () => {
    const { view } = await look(utf8Bytes(JSON.stringify({ 'claim.tag': '1.4', 'claim.tag moved from': digestA })));
    expect(view).toMatchObject({ mismatches: [], claims: { tag: '1.4', 'tag moved from': digestA } });
    expect(tagClaims('1.4', digestA)).toEqual(view.claims);
  });

  it('a hash among the facts', async () => {
    const layer = `sha256:${other(64)}`;
    const explain = (bytes: Uint8Array) => ({ ...toy.explain(bytes), details: { layer } });
    const metadata = metadataFor(payload, digestB, { facts: {}, claims: { layer } });
    const { approver } = approverBefore([taskOf({ payload, metadata })], { formats: [{ id: 'toy', explain }] as never });
    expect((await approver.tasks())[0]?.mismatches).toEqual([]);
  });

  it('anything where nothing explains the bytes: then they are an unknown format', async () => {
    const { view } = await look(utf8Bytes(digestA), { payload: utf8Bytes('unknown') });
    expect(view).toMatchObject({ mismatches: [], risks: expect.arrayContaining(['unknown-format']) });
  });
});
