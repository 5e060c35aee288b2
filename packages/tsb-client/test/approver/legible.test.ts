import { inspect } from 'node:util';
import { base64Text, type SigningFacts, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { ModifyPolicy } from '../../src/api/index.js';
import { decodeMetadata, type TaskView } from '../../src/index.js';
import { approverBefore, approverKey, digestA, keyXmlOf, message, metadataFor, taskOf } from './task.js';

const control = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/;

/** A format that explains everything, with facts of the test's choice. */
const saying = (facts: Partial<SigningFacts>) => ({ id: 'x', explain: () => ({ format: 'x', title: 'x', ...facts }) });

async function viewOf(task: unknown, facts?: Partial<SigningFacts>): Promise<TaskView> {
  const [view] = await approverBefore([task], facts && { formats: [saying(facts)] }).approver.tasks();
  if (!view) throw new Error('no view');
  return view;
}

/** Every text in a value, names included. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsOf(inner)]);
}

describe('no fact or claim hides another:', () => {
  const prefix = 'p'.repeat(300);

  it('facts whose names begin alike', async () => {
    const details = { [`annotation ${prefix}1`]: 'staging', [`annotation ${prefix}2`]: 'production' };
    const view = await viewOf(taskOf(), { details });
    expect(Object.values(view.facts?.details ?? {})).toEqual(['staging', 'production']);
    expect(view.risks).toEqual(expect.arrayContaining(['look-alike-names', 'shortened']));
  });

  it('facts whose names are short enough to be told apart are no risk', async () => {
    const details = { [`annotation ${'p'.repeat(84)}1`]: 'staging', [`annotation ${'p'.repeat(84)}2`]: 'production' };
    const view = await viewOf(taskOf(), { details });
    expect(view.facts?.details).toEqual(details);
    expect(view.risks).not.toContain('look-alike-names');
    expect(view.risks).not.toContain('shortened');
  });

  it.each([
    ['long names', `${prefix}1`, `${prefix}2`],
    ['names that escaping makes equal', 'a\u202eb', 'a\\u{202e}b'],
    ['names in another case', 'tag', 'Tag'],
    ['names in wide letters', 'tag', 'ｔａｇ'],
    ['a number of the claimant’s own', 'tag', 'tag (2)'],
    ['the name of the application', 'app', 'app\u00a0'],
    ['letters of another script', 'tag', 'tаg'],
    ['a digit for a letter', 'image', '1mage'],
  ])('claims: %s', async (_, first, second) => {
    const metadata = metadataFor(message(digestA), digestA, { claims: { [first]: 'one', [second]: 'two' } });
    const view = await viewOf(taskOf({ metadata }));
    expect(Object.values(view.claims)).toEqual(expect.arrayContaining(['one', 'two', 'ci']));
    expect(view.risks).toContain('look-alike-names');
  });

  it('a claim named as the application or the time', async () => {
    const metadata = metadataFor(message(digestA), digestA, { time: 'T1', claims: { app: 'other', time: 'T2' } });
    const view = await viewOf(taskOf({ metadata }));
    expect(Object.values(view.claims)).toEqual(['ci', 'T1', 'other', 'T2']);
  });

  it('a foreign member with the name of a claim', async () => {
    const bytes = utf8Bytes('{"claim.image":"a","image":"b","claim.image (2)":"c"}');
    expect(Object.values(decodeMetadata(bytes).claims).sort()).toEqual(['a', 'b', 'c']);
    const other = `r.example/app@sha256:${'b'.repeat(64)}`;
    const view = await viewOf(taskOf({ metadata: utf8Bytes(JSON.stringify({ 'claim.image': digestA, image: other })) }));
    expect(view.mismatches).toContain("the claim 'image (2)' names another digest than the bytes");
  });

  it('claims beyond those shown', async () => {
    const claims = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`c${i}`, 'x']));
    const view = await viewOf(taskOf({ metadata: metadataFor(message(digestA), digestA, { claims }) }));
    expect(view.risks).toContain('shortened');
  });
});

describe('no text of a view rules a terminal (S11):', () => {
  const evil = 'x\u001b[2J\u202e\u0085y';

  it('facts, with subject and annotations', async () => {
    const digest = `sha512:${'d'.repeat(128)}`;
    const view = await viewOf(
      taskOf({ metadata: metadataFor(message(digestA), digestA, { facts: {}, claims: { [evil]: evil } }) }),
      {
        format: evil,
        title: evil,
        signedAt: evil,
        subject: { mediaType: evil, digest, size: 7, artifactType: evil, annotations: { [evil]: evil }, platform: { os: evil } },
        details: { [evil]: evil },
      },
    );
    expect(view.facts?.subject).toMatchObject({ digest, size: 7 });
    expect(textsOf(view).filter((text) => control.test(text))).toEqual([]);
    expect(inspect(view, { depth: 9 })).not.toMatch(/u001b|u202e|x85/);
  });

  it('names in the rules of a key', async () => {
    // Our own builder refuses such names; other clients do not.
    const approvals = [{ type: 'public_key', name: evil, value: base64Text(approverKey.spki) }];
    const rule = { tokens: [{ name: evil, timelock: 0, timeout: 600, groups: [{ name: evil, quorum: 1, approvals }] }] };
    const policy: ModifyPolicy = { ruleUse: rule, ruleBlock: null, ruleUnblock: rule, ruleModify: rule };
    const view = await viewOf(taskOf({ policy }));
    expect(view).toMatchObject({ mismatches: [], policy: { ruleUse: { tokens: [{ timeout: 600 }] } } });
    expect(JSON.stringify(view.policy)).toContain(base64Text(approverKey.spki));
    expect(textsOf(view).filter((text) => control.test(text))).toEqual([]);
    // Beside the rules of today, which hold such names too as far as XML can.
    const xmlEvil = 'v1\u202e\u200b\u2066'; // no controls: those are refused with the whole text
    const today = `<token name="${xmlEvil}"><timelock>0</timelock><timeout>60</timeout><group name="${xmlEvil}"><quorum>1</quorum><approval type="public_key" name="${xmlEvil}">AAAA</approval></group></token>`;
    const rules = ['use', 'block', 'unblock', 'modify'].map((name) => `<rule_${name}>${today}</rule_${name}>`).join('');
    const policyXml = `<policy><key_status><blocked>false</blocked></key_status>${rules}</policy>`;
    const compared = await viewOf(taskOf({ policy, keyXml: keyXmlOf({ sign: true, decrypt: false, unwrap: false }, policyXml) }));
    expect(compared.policyChanges?.length).toBeGreaterThan(4);
    expect(textsOf(compared).filter((text) => control.test(text))).toEqual([]);
  });
});
