import { generateKeyPairSync } from 'node:crypto';
import { type JsonObject, SignError, sha256Hex, utf8Bytes, utf8Text } from '@securosys/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { issue } from '../../pki/test/issue.js';
import {
  dctFormat,
  prepareRepository,
  prepareSigner,
  prepareSignerRemoval,
  prepareTags,
  prepareTargetsRotation,
  publishUpdate,
  tagsOf,
  updateChanges,
} from '../src/index.js';
import { dctKey } from '../src/model/keys.js';
import { preparedUpdate } from '../src/publish/prepared-update.js';
import { messageOf } from '../src/publish/write-file.js';
import { FakeNotary } from './support/fake-notary.js';
import { digest, gun, ownKey, rootCertificate, signUpdate, start, type World, world } from './support/world.js';

let own: World;
beforeEach(async () => {
  own = await world();
});

const json = (prepared: { toJSON(): JsonObject }) => JSON.parse(JSON.stringify(prepared.toJSON())) as JsonObject;
const tagNames = async () => tagsOf(await own.verify()).trusted.map(({ tag }) => tag);

describe('tags that are signed', () => {
  it('stand beside those that were there, and go when they are removed', async () => {
    await own.tags({ set: { v3: { digest: digest(3), size: 3 } }, remove: ['v1'] });
    expect(await tagNames()).toEqual(['v2', 'v3']);
    await own.tags({ remove: ['v2', 'v3'] });
    expect(await tagNames()).toEqual([]);
  });

  it('are prolonged by signing the same anew', async () => {
    const before = await own.verify();
    own.server.now += 1000 * 86_400_000;
    own.server.list();
    await own.tags({});
    const after = await own.verify();
    const expiry = (of: typeof before) => of.delegations.map(({ file }) => file.expiresAt);
    expect(Math.min(...expiry(after))).toBeGreaterThan(Math.max(...expiry(before)));
    expect(await tagNames()).toEqual(['v1', 'v2']);
  });

  it('outlive their paper form, which says nothing but what it says', async () => {
    const prepared = prepareTags(
      await own.verify(),
      { set: { v3: { digest: digest(3), size: 3 } } },
      { publicKey: own.signer.spki },
    );
    const restored = dctFormat.restore(json(prepared));
    expect(restored.parts).toEqual(prepared.parts);
    expect(signUpdate(restored).files.map(({ role }) => role)).toEqual(['targets/releases', 'targets/ci']);
  });

  it('are explained from the bytes alone, tag by tag', async () => {
    const prepared = prepareTags(
      await own.verify(),
      { set: { v3: { digest: digest(3), size: 3 } } },
      { publicKey: own.signer.spki },
    );
    const facts = dctFormat.explain(prepared.parts[0]?.input.message as Uint8Array);
    expect(facts).toMatchObject({ format: 'dct', details: { tags: '3', 'tag v3': `${digest(3)} (3 bytes)`, version: '2' } });
    expect(dctFormat.explain(utf8Bytes('{"_type":"Snapshot"}'))).toBeUndefined();
    expect(dctFormat.explain(utf8Bytes('hello'))).toBeUndefined();
  });

  it.each([
    ['a tag with a hash that we do not know', '', '"evil":{"hashes":{"md5":"AAAA","sha256":"HASH"},"length":3},'],
    ['a tag without SHA-256', '', '"evil":{"hashes":{"sha512":"HASH"},"length":3},'],
    ['targets in capitals', '"Targets":{"evil":{"hashes":{"sha256":"HASH"},"length":3}},', ''],
    ['hashes with a long s', '', '"evil":{"hashes":{"sha256":"HASH"},"ha\u017fhes":{"sha256":"HASH"},"length":3},'],
    ['a length in capitals', '', '"evil":{"LENGTH":4,"hashes":{"sha256":"HASH"},"length":3},'],
  ])('are not explained beside what only other readers see: %s', (_, members, target) => {
    const hash = Buffer.alloc(32, 6).toString('base64');
    const message = (more: string, listed: string) =>
      utf8Bytes(
        `{${more}"_type":"Targets","delegations":{"keys":{},"roles":[]},"expires":"2027-01-01T00:00:00.5+01:00",` +
          `"targets":{${listed}"v1":{"hashes":{"sha256":"${hash}"},"length":3}},"version":2}`.replaceAll('HASH', hash),
      );
    expect(dctFormat.explain(message('', ''))?.details).toMatchObject({ tags: '1' });
    expect(dctFormat.explain(message(members.replaceAll('HASH', hash), target))).toBeUndefined();
  });

  it('are shown with what signers add to them, and with names that could be taken for two', async () => {
    const repository = await own.verify();
    const [part] = prepareTags(repository, {}, { publicKey: own.signer.spki }).parts;
    const signed = JSON.parse(utf8Text(part?.input.message as Uint8Array));
    signed.targets.v1.custom = { a: 1 };
    signed.targets.v2.custom = { of: `sha256:${'0'.repeat(64)}` };
    const signer = { key: dctKey(own.signer.spki), method: 'ecdsa' } as const;
    const plan = { role: 'targets/releases', message: messageOf(signed), signers: [signer] } as const;
    const [file] = updateChanges(preparedUpdate(gun, [plan]), repository);
    expect(file?.changes).toEqual([
      { what: 'custom data of tag v1', kind: 'added', after: '{"a":1}' },
      { what: 'custom data of tag v2', kind: 'added', after: expect.stringMatching(/^sha256:[0-9a-f]{64} \(80 bytes\)$/) },
    ]);
    signed.delegations = {
      keys: { [signer.key.id]: signer.key.json },
      roles: [{ keyids: [signer.key.id], name: 'targets/releases/a', paths: ['a*, b', 'c/'], threshold: 1 }],
    };
    const { details } = dctFormat.explain(messageOf(signed)) ?? {};
    expect(details?.['delegation targets/releases/a']).toMatch(/; names: "a\*, b"\*, c\/\*$/);
  });

  it('are told apart from those that stay: what an update changes, with what was before', async () => {
    const set = { v2: { digest: digest(9), size: 9 }, v3: { digest: digest(3), size: 3 } };
    const repository = await own.verify();
    const prepared = prepareTags(repository, { set, remove: ['v1'] }, { publicKey: own.signer.spki });
    const changes = [
      { what: 'tag v2', kind: 'changed', before: `${digest(2)} (200 bytes)`, after: `${digest(9)} (9 bytes)` },
      { what: 'tag v3', kind: 'added', after: `${digest(3)} (3 bytes)` },
      { what: 'tag v1', kind: 'removed', before: `${digest(1)} (100 bytes)` },
    ];
    expect(updateChanges(dctFormat.restore(json(prepared)), repository)).toEqual([
      { role: 'targets/releases', follows: 1, changes },
      { role: 'targets/ci', follows: 1, changes },
    ]);
    const prolonged = prepareTags(repository, {}, { publicKey: own.signer.spki });
    expect(updateChanges(prolonged, repository).map((file) => file.changes)).toEqual([[], []]);
  });

  it('of roles and keys are told too', async () => {
    const repository = await own.verify();
    const second = ownKey('ec-p384', 'dct second');
    const [targets] = updateChanges(prepareSigner(repository, { signer: 'second', publicKey: second.spki }), repository);
    expect(targets?.changes.map(({ what, kind }) => `${kind} ${what}`)).toEqual([
      'changed delegation targets/releases',
      'added delegation targets/second',
    ]);
    const rotated = updateChanges(prepareTargetsRotation(repository, second.spki), repository);
    expect(rotated.map(({ role, changes }) => [role, changes.map(({ what }) => what)])).toEqual([
      ['root', ['role targets']],
      ['targets', []],
    ]);
    const first = updateChanges(prepareTargetsRotation(repository, second.spki), undefined);
    expect(first.every(({ follows, changes }) => follows === undefined && changes.every(({ kind }) => kind === 'added'))).toBe(
      true,
    );
  });

  it('by a key that nobody added are refused before anybody is asked', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
    const repository = await own.verify();
    expect(() => prepareTags(repository, {}, { publicKey: spki })).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_NOT_USABLE' }),
    );
  });

  it.each([
    [{ set: { 'a b': { digest: digest(1), size: 1 } } }],
    [{ set: { v1: { digest: 'sha256:abc', size: 1 } } }],
    [{ set: { v1: { digest: digest(1), size: 0 } } }],
    [{ set: { v1: { digest: digest(1), size: 1 } }, remove: ['v1'] }],
    [{ remove: ['never'] }],
    [{ sets: {} } as never],
  ])('that are none are refused: %j', async (changes) => {
    const repository = await own.verify();
    expect(() => prepareTags(repository, changes, { publicKey: own.signer.spki })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('lose a race with a conflict, and win it from fresh data', async () => {
    const stale = prepareTags(
      await own.verify(),
      { set: { v3: { digest: digest(3), size: 3 } } },
      { publicKey: own.signer.spki },
    );
    await own.tags({ set: { v4: { digest: digest(4), size: 4 } } });
    await expect(own.publish(stale)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    await own.tags({ set: { v3: { digest: digest(3), size: 3 } } });
    expect(await tagNames()).toEqual(['v1', 'v2', 'v3', 'v4']);
  });

  it('that the server takes and lists otherwise are not called published', async () => {
    const update = own.signed(prepareTags(await own.verify(), {}, { publicKey: own.signer.spki }));
    const { list } = own.server;
    own.server.list = () => {
      // As a real server does with a file that it would write otherwise (dct.md §4.3).
      list.call(own.server);
      for (const [name] of own.server.byHashes) if (name.startsWith('targets/releases ')) own.server.byHashes.delete(name);
    };
    await expect(publishUpdate(own.server, update)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  });
});

describe('what the server would write otherwise', () => {
  const restoredWith = async (change: (signed: Record<string, unknown>) => void) => {
    const prepared = json(prepareTags(await own.verify(), {}, { publicKey: own.signer.spki }));
    const [file] = prepared.files as JsonObject[];
    const signed = JSON.parse(Buffer.from(file?.message as string, 'base64').toString());
    change(signed);
    (file as JsonObject).message = Buffer.from(messageOf(signed)).toString('base64');
    return () => dctFormat.restore(prepared);
  };

  it.each<[string, (signed: Record<string, unknown>) => void]>([
    ['milliseconds in expires', (signed) => (signed.expires = '2029-11-19T20:45:00.000Z')],
    ['a zone in expires', (signed) => (signed.expires = '2029-11-19T21:45:00+01:00')],
    ['no delegations', (signed) => delete signed.delegations],
    ['an extra member', (signed) => (signed.spec_version = '1.0')],
    ['a custom that is null', (signed) => Object.assign(Object.values(signed.targets as object)[0], { custom: null })],
    [
      'a hash in hex',
      (signed) => Object.assign(Object.values(signed.targets as object)[0], { hashes: { sha256: '0'.repeat(64) } }),
    ],
    ['no hash', (signed) => Object.assign(Object.values(signed.targets as object)[0], { hashes: {} })],
  ])('cannot be prepared: %s', async (_, change) => {
    expect(await restoredWith(change)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('is what a canonical file is told from: the file itself is taken', async () => {
    expect(await restoredWith(() => undefined)).not.toThrow();
  });

  it('special characters are signed as they are and written as Go writes them', async () => {
    const certificate = await rootCertificate(own.root);
    const server = new FakeNotary(gun, start);
    const prepared = await prepareRepository(server, { rootCertificate: certificate, targetsKey: own.targets.spki, now: start });
    const files = json(prepared).files as JsonObject[];
    const file = files[1] as JsonObject;
    const signed = JSON.parse(Buffer.from(file.message as string, 'base64').toString());
    signed.targets = { v1: { custom: { note: '<b>&' }, hashes: { sha256: `${'A'.repeat(43)}=` }, length: 1 } };
    file.message = Buffer.from(messageOf(signed)).toString('base64');
    const restored = dctFormat.restore({ ...json(prepared), files });
    expect(Buffer.from(restored.parts[1]?.input.message as Uint8Array).toString()).toContain('<b>&');
    const text = Buffer.from(signUpdate(restored).files[1]?.bytes as Uint8Array).toString();
    expect(text).toContain('\\u003cb\\u003e\\u0026');
    expect(text).not.toContain('<b>');
  });
});

describe('setting up', () => {
  it('is refused where there is trust data', async () => {
    const work = prepareRepository(own.server, {
      rootCertificate: own.rootCertificate,
      targetsKey: own.targets.spki,
      now: start,
    });
    await expect(work).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
  });

  it('is refused with a root certificate that no client would take', async () => {
    const server = new FakeNotary(gun, start);
    const certificates = [
      await issue(own.root, { subject: `CN=${gun}`, profile: 'ca' }),
      await issue(own.root, { subject: 'CN=other.example/app' }),
      await issue(own.root, { subject: `CN=${gun}`, validity: { notBefore: start - 2000, notAfter: start - 1000 } }),
    ];
    for (const { der } of certificates)
      await expect(
        prepareRepository(server, { rootCertificate: der, targetsKey: own.targets.spki, now: start }),
      ).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
  });

  it('takes a certificate for a whole prefix', async () => {
    const server = new FakeNotary(gun, start);
    const { der } = await issue(own.root, { subject: 'CN=registry.example/team/*' });
    await expect(
      prepareRepository(server, { rootCertificate: der, targetsKey: own.targets.spki, now: start }),
    ).resolves.toBeDefined();
  });

  it('adds a signer beside another, and takes one away without the other', async () => {
    const second = ownKey('ec-p384', 'dct second');
    await own.publish(prepareSigner(await own.verify(), { signer: 'second', publicKey: second.spki }));
    const set = { v9: { digest: digest(9), size: 9 } };
    await own.publish(prepareTags(await own.verify(), { set }, { publicKey: second.spki }));
    expect(await tagNames()).toEqual(['v1', 'v2', 'v9']);
    await own.publish(prepareSignerRemoval(await own.verify(), 'second'));
    const repository = await own.verify();
    expect(repository.targets.delegations.map(({ name, keyIds }) => [name, keyIds.length])).toEqual([
      ['targets/releases', 1],
      ['targets/ci', 1],
    ]);
    expect(() => prepareTags(repository, {}, { publicKey: second.spki })).toThrow(
      expect.objectContaining({ code: 'ERR_KEY_NOT_USABLE' }),
    );
    // What the other has signed last cannot be believed any more before somebody signs it anew.
    expect(repository.skipped.map(({ role, reason }) => [role, reason])).toEqual([['targets/releases', 'threshold']]);
  });

  it('does not take the last signer away', async () => {
    const repository = await own.verify();
    expect(() => prepareSignerRemoval(repository, 'ci')).toThrow(expect.objectContaining({ code: 'ERR_POLICY_UNSAFE' }));
  });

  it('replaces the targets key with root and targets in one update', async () => {
    const next = ownKey('ec-p256', 'dct targets 2');
    const { files } = await own.publish(prepareTargetsRotation(await own.verify(), next.spki));
    expect(files.map(({ role }) => role)).toEqual(['root', 'targets']);
    expect(await tagNames()).toEqual(['v1', 'v2']);
  });
});

describe('an update', () => {
  it('with a wrong, a missing or a foreign signature is not assembled', async () => {
    const prepared = prepareTags(await own.verify(), {}, { publicKey: own.signer.spki });
    const [first, second] = prepared.parts.map(({ id }) => id) as [string, string];
    const bad = { [first]: new Uint8Array(64), [second]: new Uint8Array(64) };
    expect(() => prepared.assemble(bad)).toThrow(expect.objectContaining({ code: 'ERR_SIGNATURE_MISMATCH' }));
    expect(() => prepared.assemble({})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => prepared.assemble({ ...bad, more: new Uint8Array(1) })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('for another repository is not published', async () => {
    const update = own.signed(prepareTags(await own.verify(), {}, { publicKey: own.signer.spki }));
    await expect(publishUpdate(own.server, { ...update, gun: 'other.example/app' })).rejects.toSatisfy((error) =>
      SignError.is(error),
    );
    expect(sha256Hex(update.files[0]?.bytes as Uint8Array)).toHaveLength(64);
  });
});
