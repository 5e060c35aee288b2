import { createMemoryStore, type JsonObject, parseJsonObject, utf8Bytes, utf8Text } from '@securosys/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { testKey } from '../../../pki/test/issue.js';
import { dctKey } from '../../src/index.js';
import { faultOf } from '../../src/model/fault.js';
import { isDelegation } from '../../src/model/roles.js';
import { readRoot } from '../../src/model/root.js';
import { readTargets } from '../../src/model/targets.js';
import { goodSigners } from '../../src/verify/signatures.js';
import { type FakeNotary, signedBy } from '../support/fake-notary.js';
import { start, type World, world } from '../support/world.js';

/** Mistakes of others (threat model §5) that readers of TUF metadata have made; the id of the advisory names the test. */
let own: World;
beforeAll(async () => {
  own = await world();
});

async function refusal(change: (server: FakeNotary) => void, now = start): Promise<string | undefined> {
  const source = own.server.copy();
  change(source);
  try {
    await own.verify({ source, now });
    return undefined;
  } catch (error) {
    return faultOf(error);
  }
}

const rootJson = () => parseJsonObject(own.server.files.get('root') as Uint8Array);
const bytesOf = (json: JsonObject) => utf8Bytes(JSON.stringify(json));

describe('advisories', () => {
  it('CVE-2015-9258 (Notary): the algorithm is that of the key, whatever the signature says', async () => {
    for (const method of ['rsapss', 'rsapkcs1v15', 'eddsa', 'hmac', '__proto__']) {
      const text = utf8Text(own.server.files.get('root') as Uint8Array).replace('"method":"ecdsa"', `"method":"${method}"`);
      expect(await refusal((server) => server.relist('root', utf8Bytes(text)))).toBe('threshold');
    }
  });

  it('CVE-2015-9259 (Notary): an expired root is refused', async () => {
    const source = own.server.copy();
    source.now = start + 3650 * 86_400_000;
    source.list();
    await expect(own.verify({ source, now: source.now - 1000 })).rejects.toMatchObject({ details: { role: 'targets' } });
    await expect(own.verify({ source, now: source.now })).rejects.toMatchObject({ details: { role: 'root', reason: 'expired' } });
  });

  it('CVE-2020-15163 (python-tuf): a root that does not verify is not remembered', async () => {
    const cache = createMemoryStore();
    await own.verify({ cache });
    const bad = own.server.copy();
    const forged = rootJson();
    (forged.signed as JsonObject).version = 2;
    bad.relist('root', bytesOf(forged));
    await expect(own.verify({ cache, source: bad })).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
    await expect(own.verify({ cache })).resolves.toMatchObject({ root: { version: 1 } });
  });

  it('CVE-2020-15093 (tough), GMS-2022-4197: one key counts once, under two ids and with two signatures', () => {
    const key = testKey('ed25519', 'twice');
    const bytes = signedBy(
      { _type: 'Targets', delegations: { keys: {}, roles: [] }, expires: '2030-01-01T00:00:00Z', targets: {}, version: 1 },
      key,
      key,
    );
    const plain = dctKey(key.spki);
    const other = { ...plain, id: 'f'.repeat(64) };
    expect(goodSigners(readTargets('targets', bytes), [plain])).toHaveLength(1);
    const renamed = utf8Bytes(utf8Text(bytes).replace(plain.id, other.id));
    expect(goodSigners(readTargets('targets', renamed), [plain, other])).toHaveLength(1);
  });

  it.each([0, -1, 1.5, '1', null])('CVE-2026-23992 (go-tuf): a threshold of %j is none', (threshold) => {
    const json = rootJson();
    ((json.signed as JsonObject).roles as Record<string, JsonObject>).targets = {
      ...((json.signed as JsonObject).roles as Record<string, JsonObject>).targets,
      threshold,
    } as JsonObject;
    expect(() => readRoot(bytesOf(json))).toThrow(
      expect.objectContaining({ details: { role: 'root', reason: threshold === 1.5 ? 'malformed' : 'threshold' } }),
    );
  });

  it('CVE-2024-47534 (go-tuf): delegations are looked through in the order of their parent, targets/releases first', async () => {
    const { delegations } = await own.verify();
    expect(delegations.map(({ file }) => file.role)).toEqual(['targets/releases', 'targets/ci']);
  });

  it.each(['targets/..', 'targets/a/../b', 'targets/a\0', 'targets/a//b', '../targets', 'targets/__proto__/', 'targets/A'])(
    'CVE-2021-41131 (python-tuf), CVE-2026-24686 (go-tuf): %j is no name of a role, and reaches no path',
    (name) => expect(isDelegation(name)).toBe(false),
  );
});
