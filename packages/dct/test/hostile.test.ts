import { createMemoryStore } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { issue } from '../../pki/test/issue.js';
import {
  inspectRepository,
  prepareRepository,
  prepareRootRotation,
  prepareServerRotation,
  prepareSigner,
  prepareSignerRemoval,
  prepareTags,
  publishUpdate,
  reportText,
} from '../src/index.js';
import { FakeNotary } from './support/fake-notary.js';
import { digest, gun, ownKey, refusal, rootCertificate, start, type World, world } from './support/world.js';

let own: World;
beforeAll(async () => {
  own = await world();
});

const metaOf = (server: FakeNotary) => JSON.parse(new TextDecoder().decode(server.files.get('snapshot'))).signed.meta;

describe('what was seen before', () => {
  it('binds a pinned root too: whoever has a root key that was replaced cannot fork the repository', async () => {
    const { server, verify, publish, signed } = await world();
    const cache = createMemoryStore();
    const stolen = server.copy();
    const next = ownKey('ec-p256', 'dct next root');
    await publish(prepareRootRotation(await verify(), await rootCertificate(next)));
    expect((await verify({ cache })).root.version).toBe(2);
    for (let i = 0; i < 2; i++) {
      const before = await verify({ source: stolen });
      await publishUpdate(stolen, signed(await prepareServerRotation(before, stolen, 'timestamp')));
    }
    expect((await verify({ source: stolen })).root.version).toBe(3);
    expect(await refusal(verify({ source: stolen, cache }))).toMatch(/^root /);
  });

  it('of a delegation makes its absence from the snapshot a refusal', async () => {
    const cache = createMemoryStore();
    await own.verify({ cache });
    const source = own.server.copy();
    const { 'targets/ci': _, ...meta } = metaOf(source);
    source.list({ snapshot: { meta } });
    expect(await refusal(own.verify({ source, cache }))).toBe('targets/ci rollback');
  });
});

describe('a server', () => {
  it('that leaves a delegation out of its snapshot hides tags, which the report says', async () => {
    const source = own.server.copy();
    const { 'targets/releases': _, ...meta } = metaOf(source);
    source.list({ snapshot: { meta } });
    const report = inspectRepository(await own.verify({ source }));
    expect(report.tags).toEqual([]);
    expect(reportText(report).join('\n')).toMatch(/targets\/releases.*server/);
  });

  it('that took an update and lists rubbish leaves the outcome unknown', async () => {
    const { server, verify, signed, signer } = await world();
    const update = signed(
      prepareTags(await verify(), { set: { v3: { digest: digest(3), size: 3 } } }, { publicKey: signer.spki }),
    );
    const publish = server.publish.bind(server);
    server.publish = async (files) => {
      await publish(files);
      server.relist('targets/releases', new TextEncoder().encode('rubbish'));
    };
    await expect(publishUpdate(server, update)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  });

  it('that lists more of delegations than anybody has memory for is refused before they are read', async () => {
    const { server, verify, publish } = await world();
    for (const name of ['a', 'b', 'c'])
      await publish(prepareSigner(await verify(), { signer: name, publicKey: ownKey('ec-p256', `dct ${name}`).spki }));
    const meta = metaOf(server);
    const huge = { ...meta['targets/ci'], length: 16 << 20 };
    const roles = ['ci', 'releases', 'a', 'b', 'c'].map((name) => [`targets/${name}`, huge]);
    server.list({ snapshot: { meta: { ...meta, ...Object.fromEntries(roles) } } });
    expect(await refusal(verify())).toBe('targets limit');
  });

  it('that lists an empty file is refused', async () => {
    const source = own.server.copy();
    source.relist('targets/ci', new Uint8Array());
    expect(await refusal(own.verify({ source }))).toMatch(/^targets\/ci (malformed|digest)/);
  });
});

describe('a signer', () => {
  it('that was removed has no key left in the shared role, under whichever id', async () => {
    const { verify, publish } = await world();
    const bob = ownKey('ec-p256', 'dct bob');
    const { der } = await issue(bob, { subject: 'CN=bob' });
    await publish(prepareSigner(await verify(), { signer: 'bob', publicKey: bob.spki }));
    await publish(prepareSigner(await verify(), { signer: 'eve', certificate: der }));
    await publish(prepareSignerRemoval(await verify(), 'bob'));
    await publish(prepareSignerRemoval(await verify(), 'eve'));
    const { targets: file } = await verify();
    expect(file.delegations.map(({ name, keyIds }) => [name, keyIds.length])).toEqual([
      ['targets/releases', 1],
      ['targets/ci', 1],
    ]);
  });
});

describe('a pinned CA', () => {
  it('does not vouch for a root by an intermediate that has expired', async () => {
    const [ca, between, leaf] = ['dct ca', 'dct intermediate', 'dct ca root'].map((name) => ownKey('ec-p256', name));
    if (!ca || !between || !leaf) throw new Error('no keys');
    const validity = { notBefore: Date.UTC(2026, 0, 1), notAfter: Date.UTC(2046, 0, 1) };
    const top = await issue(ca, { subject: 'CN=ca', validity, profile: 'ca', pathLen: 1 });
    const rooted = async (notAfter: number) => {
      const middle = await issue(ca, {
        subject: 'CN=between',
        validity: { ...validity, notAfter },
        profile: 'ca',
        pathLen: 0,
        subjectKey: between.spki,
        issuer: { certificate: top },
      });
      const { der } = await issue(between, {
        subject: `CN=${gun}`,
        validity,
        subjectKey: leaf.spki,
        issuer: { certificate: middle },
      });
      const server = new FakeNotary(gun, start);
      const rootCertificate = new Uint8Array([...der, ...middle.der]);
      const targetsKey = own.targets.spki;
      await publishUpdate(server, own.signed(await prepareRepository(server, { rootCertificate, targetsKey, now: start })));
      return refusal(own.verify({ source: server, root: { ca: top.der } }));
    };
    expect(await rooted(start + 1000)).toBe('accepted');
    expect(await rooted(start - 1000)).toBe('root not-pinned');
  });
});
