import { sign } from 'node:crypto';
import { createMemoryStore } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { testKey } from '../../pki/test/issue.js';
import { dctKey, findTag, forgetRepository, prepareRootRotation, prepareTags, tagsOf, verifyRepository } from '../src/index.js';
import { writeFile } from '../src/publish/write-file.js';
import type { FakeNotary } from './support/fake-notary.js';
import { digest, gun, ownKey, refusal, rootCertificate, start, type World, world } from './support/world.js';

const day = 24 * 3_600_000;

let own: World;
beforeAll(async () => {
  own = await world();
});

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytesOf = (value: string) => new TextEncoder().encode(value);

/** The same repository, changed. */
function attacked(change: (server: FakeNotary) => void): Promise<string> {
  const source = own.server.copy();
  change(source);
  return refusal(own.verify({ source }));
}

describe('a repository', () => {
  it('is believed with its tags, and says who signed them', async () => {
    const { trusted, untrusted } = tagsOf(await own.verify());
    expect(trusted.map(({ tag, digest: of, role, signers }) => [tag, of, role, signers])).toEqual([
      ['v1', digest(1), 'targets/releases', ['targets/ci']],
      ['v2', digest(2), 'targets/releases', ['targets/ci']],
    ]);
    expect(untrusted).toEqual([]);
  });

  it('with another root than the pinned one is refused', async () => {
    const certificate = await rootCertificate(testKey('ec-p256', 'stranger'));
    expect(await refusal(own.verify({ root: { certificate } }))).toBe('root not-pinned');
    expect(await refusal(own.verify({ root: { keyIds: ['0'.repeat(64)] } }))).toBe('root not-pinned');
  });

  it('without trust data is said to have none', async () => {
    expect(await attacked((server) => server.files.clear())).toBe('root ERR_NOT_FOUND');
  });

  it('is believed at first use only when that is asked for', async () => {
    expect((await own.verify({ root: 'first-use' })).pinned).toBe(false);
    await expect(verifyRepository({ gun, source: own.server, now: start } as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    await expect(own.verify({ root: null as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('what an attacker at the server can do', () => {
  it('freezing the timestamp ends with its expiry', async () => {
    expect(await refusal(own.verify({ now: start + 15 * day }))).toBe('timestamp expired');
  });

  it('a snapshot that lists another root is refused', async () => {
    expect(
      await attacked((server) => {
        const { root } = JSON.parse(text(server.files.get('snapshot'))).signed.meta;
        const { targets } = JSON.parse(text(server.files.get('snapshot'))).signed.meta;
        server.list({ snapshot: { meta: { root: targets, targets: root } } });
      }),
    ).toBe('root mixed');
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets'] as const)('a missing %s is refused', async (role) => {
    const outcome = await attacked((server) => {
      server.files.delete(role);
      for (const name of server.byHashes.keys()) if (name.startsWith(`${role} `)) server.byHashes.delete(name);
    });
    expect(outcome).toBe(role === 'root' ? 'root ERR_NOT_FOUND' : `${role} missing`);
  });

  it.each(['root', 'timestamp', 'snapshot', 'targets', 'targets/releases'] as const)(
    'a changed byte in %s is refused',
    async (role) => {
      const outcome = await attacked((server) => {
        const bytes = bytesOf(text(server.files.get(role)).replace(/"version":(\d)/, '"version":9'));
        for (const name of server.byHashes.keys()) if (name.startsWith(`${role} `)) server.byHashes.set(name, bytes);
        server.files.set(role, bytes);
      });
      expect(outcome).toMatch(new RegExp(`^${role} (threshold|digest|mixed)$`));
    },
  );

  it('CVE-2015-9258: a method that the key does not have verifies nothing', async () => {
    for (const method of ['rsapss', 'eddsa', 'none', ''])
      expect(
        await attacked((server) =>
          server.put('root', bytesOf(text(server.files.get('root')).replace('"method":"ecdsa"', `"method":"${method}"`))),
        ),
      ).toBe('root threshold');
  });

  it('CVE-2015-9259: an expired root is refused', async () => {
    expect(await refusal(own.verify({ now: start + 3651 * day }))).toMatch(/^root (expired|root-certificate)$/);
  });

  it('older files than those that were seen are refused', async () => {
    const cache = createMemoryStore();
    const other = await world();
    const before = other.server.copy();
    await other.tags({ set: { v3: { digest: digest(3), size: 3 } } });
    await other.verify({ cache });
    expect(await refusal(other.verify({ cache, source: before }))).toBe('timestamp rollback');
    expect(await refusal(other.verify({ source: before }))).toBe('accepted');
  });
});

describe('a version that nobody could follow', () => {
  const releases = 'targets/releases';
  /** The same tags under this version, signed by the key of the signer. */
  const republished = async (other: World, version: number) => {
    const prepared = prepareTags(await other.verify(), {}, { publicKey: other.signer.spki });
    const file = prepared.parts.find(({ id }) => id === releases);
    const message = text(file?.input.message).replace(/"version":\d+}$/, `"version":${version}}`);
    const { id } = dctKey(other.signer.spki);
    const signature = new Uint8Array(
      sign('sha256', bytesOf(message), { key: other.signer.privateKey, dsaEncoding: 'ieee-p1363' }),
    );
    other.server.relist(releases, writeFile(bytesOf(message), [{ keyId: id, method: 'ecdsa', signature }]));
  };

  it.each([2 ** 31, Number.MAX_SAFE_INTEGER])('is refused: %d', async (version) => {
    const other = await world();
    await republished(other, version);
    expect(await refusal(other.verify())).toBe('targets/releases limit');
  });

  it('locks nobody who remembers versions: a jump is not believed, and what was seen can be forgotten', async () => {
    const cache = createMemoryStore();
    const other = await world();
    await other.verify({ cache });
    const before = other.server.copy();
    await republished(other, 2 ** 31 - 1);
    expect(await refusal(other.verify({ cache }))).toBe('targets/releases jump');
    before.list();
    before.list();
    expect(await refusal(other.verify({ cache, source: before }))).toBe('accepted');
    expect(await refusal(other.verify())).toBe('accepted');
    const anew = await world();
    expect(await refusal(anew.verify({ cache }))).toMatch(/rollback|digest|mixed/);
    await forgetRepository(cache, gun);
    expect(await refusal(anew.verify({ cache }))).toBe('accepted');
  });
});

describe('a root that was replaced', () => {
  it('is reached from the old pin over every version between, and from the new pin at once', async () => {
    const other = await world();
    const next = ownKey('ec-p256', 'dct root 2');
    const certificate = await rootCertificate(next);
    await other.publish(prepareRootRotation(await other.verify(), certificate));
    expect((await other.verify()).root.version).toBe(2);
    expect((await other.verify({ root: { certificate } })).root.version).toBe(2);
    other.server.roots.delete(1);
    expect(await refusal(other.verify())).toBe('root not-pinned');
  });

  it('without the signature of the old key is refused', async () => {
    const other = await world();
    const next = ownKey('ec-p256', 'dct root 3');
    const prepared = prepareRootRotation(await other.verify(), await rootCertificate(next));
    const update = other.signed(prepared);
    const file = JSON.parse(text(update.files[0]?.bytes));
    const forged = text(update.files[0]?.bytes).replace(`${JSON.stringify(file.signatures[0])},`, '');
    other.server.put('root', bytesOf(forged));
    other.server.list();
    expect(await refusal(other.verify())).toBe('root threshold');
  });
});

describe('tags', () => {
  it('that stand with a signer only are believed by nobody', async () => {
    const other = await world();
    const [releases, signer] = await other.tags({ set: { v3: { digest: digest(3), size: 3 } } }).then(({ files }) => files);
    expect([releases?.role, signer?.role]).toEqual(['targets/releases', 'targets/ci']);
    const prepared = prepareTags(await other.verify(), { remove: ['v3'] }, { publicKey: other.signer.spki });
    const update = other.signed(prepared);
    await other.server.publish(update.files.filter(({ role }) => role === 'targets/releases'));
    expect(findTag(await other.verify(), 'v3')).toMatchObject({ reason: 'signer-only', roles: ['targets/ci'] });
    expect(findTag(await other.verify(), 'v1')).toMatchObject({ digest: digest(1) });
    expect(findTag(await other.verify(), 'no')).toBeUndefined();
  });
});
