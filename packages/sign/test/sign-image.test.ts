import { createMemoryStore, type PendingStore, SignError } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { evaluateImage, resumeSigningRequest, signImage, verifyImage } from '../src/index.js';
import { approveAll, createWorld, pushImage, repositoryName, tagged, type World } from './helpers.js';

const sign = (world: World, more: object = {}) =>
  signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: world.clock, ...more });

async function pending(world: World, more: object = {}): Promise<SignError> {
  const error = await sign(world, more).then(
    () => expect.unreachable('the request should wait for people'),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
  return error as SignError;
}

const resume = (world: World, id: string, store: PendingStore = world.store) =>
  resumeSigningRequest(id, { backend: world.backend(), store, oci: world.oci, clock: world.clock });

describe('signing an image', () => {
  it('with a plain key signs, attaches and verifies', async () => {
    const world = await createWorld({ approvals: false });
    const signed = await sign(world, { expiry: '90d', annotations: { build: '42' } });
    expect(signed.reference).toBe(`${repositoryName}@${world.digest}`);
    const verified = await verifyImage(tagged, {
      trust: world.trust({}, { userMetadata: { build: '42' } }),
      oci: world.oci,
      clock: world.clock,
    });
    expect(verified.reference).toBe(signed.reference);
    expect(verified.signers[0]?.signer.subject).toContain('CN=release');
    expect(verified.signers[0]?.expiresAt).toBe(world.clock.now() + 90 * 86_400_000 - (world.clock.now() % 1000));
  });

  it('waits for two of three people over two processes', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    expect(world.tsb.requests).toHaveLength(1);
    await world.tsb.approve(world.tsb.requests[0]?.id as string, world.approvers[2] as never);
    const half = await resume(world, details.requestId as string);
    expect((await half.refresh()).items[0]?.parts[0]).toMatchObject({
      status: 'pending',
      approvals: { approvedBy: [expect.any(String)] },
    });
    await world.tsb.approve(world.tsb.requests[0]?.id as string, world.approvers[0] as never);
    const later = await resume(world, details.requestId as string);
    expect((await later.refresh()).status).toBe('signed');
    const { manifests } = await later.complete();
    expect(manifests.map(({ requestId }) => requestId)).toEqual([details.requestId]);
    await verifyImage(manifests[0]?.reference as string, { trust: world.trust(), oci: world.oci, clock: world.clock });
    await expect(resume(world, details.requestId as string)).rejects.toMatchObject({ code: 'ERR_REQUEST_NOT_FOUND' });
  });

  it('called again with the same arguments continues the same request, although time has passed', async () => {
    const world = await createWorld();
    await pending(world);
    world.clock.advance(3_600_000);
    await pending(world);
    expect(world.tsb.requests).toHaveLength(1);
    await approveAll(world);
    await sign(world);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('waits by itself when told how long', async () => {
    const world = await createWorld();
    let ticks = 0;
    world.clock.onTick(() => {
      if (++ticks === 5) void approveAll(world);
    });
    await sign(world, { approvalTimeoutMs: 600_000 });
    expect(world.tsb.requests[0]?.status).toBe('EXECUTED');
  });

  it.each([
    [
      'rejected by too many',
      async (w: World) => {
        for (const a of w.approvers.slice(0, 2)) await w.tsb.reject(w.tsb.requests[0]?.id as string, a);
      },
      'ERR_APPROVAL_REJECTED',
    ],
    ['not approved in time', async (w: World) => w.clock.advance(2 * 86_400_000), 'ERR_APPROVAL_EXPIRED'],
    [
      'cancelled at the broker',
      async (w: World) => w.backend().cancel(w.tsb.requests[0]?.id as string),
      'ERR_APPROVAL_CANCELLED',
    ],
  ])('%s ends with its own code, and a new call asks anew', async (_, act, code) => {
    const world = await createWorld();
    const { details } = await pending(world);
    await act(world);
    await expect((await resume(world, details.requestId as string)).complete()).rejects.toMatchObject({ code });
    await pending(world);
    expect(world.tsb.requests).toHaveLength(2);
  });

  it('attaches nothing when the tag moved while people decided', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    await pushImage(world.oci, tagged, 'another release');
    await approveAll(world);
    await expect((await resume(world, details.requestId as string)).complete()).rejects.toMatchObject({
      code: 'ERR_REQUEST_STALE',
      details: { reason: 'subject-changed' },
    });
    expect(
      await evaluateImage(`${repositoryName}@${world.digest}`, { trust: world.trust(), oci: world.oci, clock: world.clock }),
    ).toMatchObject({
      reason: 'no-signature',
    });
  });

  it('attaches nothing that expired while people decided', async () => {
    const world = await createWorld();
    const { details } = await pending(world, { expiry: '1h' });
    world.clock.advance(2 * 3_600_000);
    await approveAll(world);
    await expect((await resume(world, details.requestId as string)).complete()).rejects.toMatchObject({
      code: 'ERR_REQUEST_STALE',
      details: { reason: 'expired' },
    });
  });

  it('keeps what people approved when the registry refuses: the next run attaches without asking again', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    await approveAll(world);
    world.registry.faults.push((request) =>
      request.method === 'GET' || request.method === 'HEAD' ? undefined : new Response(null, { status: 403 }),
    );
    await expect((await resume(world, details.requestId as string)).complete()).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
    world.registry.faults.length = 0;
    await (await resume(world, details.requestId as string)).complete();
    expect(world.tsb.requests).toHaveLength(1);
    await verifyImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
  });

  it('one who comes after the end finds what was attached, and asks nobody again', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    const late = await resume(world, details.requestId as string);
    await approveAll(world);
    const { signature } = await sign(world);
    const { manifests } = await late.complete();
    expect(manifests.map((one) => one.signature.digest)).toEqual([signature.digest]);
    expect(world.tsb.requests).toHaveLength(1);
  });

  it('completing twice attaches once', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    await approveAll(world);
    const [one, two] = [await resume(world, details.requestId as string), await resume(world, details.requestId as string)];
    await Promise.all([one.refresh(), two.refresh()]);
    const attached = [await one.complete(), await two.complete(), await one.complete()].map(
      ({ manifests }) => manifests[0]?.signature.digest,
    );
    expect(attached).toEqual(Array(3).fill(expect.stringMatching(/^sha256:/)));
    expect(new Set(attached).size).toBe(1);
    const report = await evaluateImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock });
    expect(report.signatures).toHaveLength(1);
  });

  it('dies at every write of the store: a second run continues, one request, one signature', async () => {
    const world = await createWorld();
    for (let instant = 0; instant < 14; instant++) {
      const image = `${repositoryName}:killed-${instant}`;
      await pushImage(world.oci, image, image);
      const earlier = world.tsb.requests.length;
      const inner = createMemoryStore();
      let writes = 0;
      const records = new Set<string>();
      const die = () => {
        if (writes++ === instant) throw new Error('killed');
      };
      const mortal: PendingStore = {
        get: (key) => inner.get(key),
        put: async (key, record, o) => {
          die();
          const wrote = await inner.put(key, record, o);
          if (wrote) records.add(key);
          die();
          return wrote;
        },
        delete: async (key, condition) => {
          die();
          const deleted = await inner.delete(key, condition);
          if (deleted) records.delete(key);
          die();
          return deleted;
        },
      };
      const run = (store: PendingStore) =>
        signImage(image, { signer: world.signer(store), format: 'notation-jws', oci: world.oci, clock: world.clock });
      let signed = false;
      for (let attempt = 0; attempt < 2; attempt++) {
        const died = await run(mortal).then(
          () => false,
          () => true,
        );
        // Dying after the last write is no death: the signature is attached and the store is empty.
        signed ||= !died || (attempt > 0 && records.size === 0);
        await approveAll(world);
      }
      const waiting =
        !signed &&
        (await run(inner).then(
          () => false,
          (error: unknown) => {
            if (SignError.is(error, 'ERR_APPROVAL_PENDING')) return true;
            throw error;
          },
        ));
      if (waiting) {
        await approveAll(world);
        await run(inner);
      }
      const report = await evaluateImage(image, { trust: world.trust(), oci: world.oci, clock: world.clock });
      expect(report.verdict, `killed at ${instant}`).toBe('trusted');
      const open = world.tsb.requests.filter(({ status }) => status === 'PENDING' || status === 'APPROVED');
      expect(open).toHaveLength(0);
      const payloads = world.tsb.requests.slice(earlier).map(({ payload }) => Buffer.from(payload ?? []).toString());
      expect(new Set(payloads).size, `killed at ${instant}`).toBe(payloads.length);
    }
  });
});

describe('bad input', () => {
  const shared = createWorld();
  it.each([
    ['an unknown format', { format: 'notary' }, 'ERR_INVALID_ARGUMENT'],
    ['a bad duration', { expiry: '90 days' }, 'ERR_INVALID_ARGUMENT'],
    ['an unknown option', { expires: '90d' }, 'ERR_INVALID_ARGUMENT'],
    ['a number for a duration', { expiry: 90 }, 'ERR_INVALID_ARGUMENT'],
    ['a reserved annotation', { annotations: { 'io.cncf.notary.x': '1' } }, 'ERR_INVALID_ARGUMENT'],
  ])('%s is refused before anything is asked of anybody', async (_, more, code) => {
    const world = await shared;
    await expect(sign(world, more)).rejects.toMatchObject({ code });
    expect(world.tsb.requests).toHaveLength(0);
  });

  it('a key without a certificate chain is refused with what to do', async () => {
    const world = await shared;
    const { createSigner } = await import('@securosys/core');
    const signer = createSigner(world.backend(), { label: 'release' }, { clock: world.clock });
    await expect(sign(world, { signer })).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
  });

  it('an image that does not exist, a key that does not exist, a wrong token', async () => {
    const world = await shared;
    const { createSigner } = await import('@securosys/core');
    const { connectTsb } = await import('../src/index.js');
    const options = { format: 'notation-jws' as const, oci: world.oci, clock: world.clock };
    await expect(signImage(`${repositoryName}:9`, { ...options, signer: world.signer() })).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
    });
    await expect(
      sign(world, { signer: createSigner(world.backend(), { label: 'nobody' }, { chain: world.chain }) }),
    ).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    const stranger = connectTsb({
      url: world.tsb.url,
      auth: { type: 'token', token: 'wrong' },
      fetch: world.tsb.fetch,
      clock: world.clock,
    });
    await expect(
      sign(world, { signer: createSigner(stranger, { label: 'release' }, { chain: world.chain }) }),
    ).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
  });
});

describe('a stored request is hostile input (S30)', () => {
  const shared = createWorld();
  const alter = async (world: World, id: string, change: (record: Record<string, never>) => void) => {
    const record = JSON.parse(JSON.stringify(await world.store.get(`request-${id}`)));
    change(record);
    const altered = createMemoryStore();
    await altered.put(`request-${id}`, record);
    return resume(world, id, altered);
  };

  it.each<[string, (record: { identity: Record<string, unknown>; prepared: Record<string, unknown> }) => void]>([
    [
      'another target',
      (r) => {
        r.identity.reference = `registry.example/evil@${'sha256:'.padEnd(71, '0')}`;
      },
    ],
    [
      'another key',
      (r) => {
        r.identity.spkiSha256 = '0'.repeat(64);
      },
    ],
    [
      'another backend',
      (r) => {
        r.identity.backend = 'tsb:https://evil.example';
      },
    ],
    [
      'no expiry',
      (r) => {
        delete r.identity.expirySeconds;
      },
    ],
    [
      'more members',
      (r) => {
        r.identity.oci = { allowPrivate: true };
      },
    ],
    [
      'no identity',
      (r) => {
        r.identity = [] as never;
      },
    ],
    [
      'no bytes',
      (r) => {
        delete r.prepared.signingInput;
      },
    ],
  ])('%s is refused', async (_, change) => {
    const world = await shared;
    const { details } = await pending(world, { expiry: '1h' });
    await expect(alter(world, details.requestId as string, change as never)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('bytes about another image are refused although they are a sound signing input', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    await pushImage(world.oci, `${repositoryName}:evil`, 'evil');
    const other = await signImage(`${repositoryName}:evil`, {
      signer: world.signer(),
      format: 'notation-jws',
      oci: world.oci,
      clock: world.clock,
    }).catch((e: SignError) => e);
    const evil = await world.store.get(`request-${(other as SignError).details.requestId}`);
    await expect(
      alter(world, details.requestId as string, (r) => {
        (r as Record<string, unknown>).prepared = evil?.prepared;
      }),
    ).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('bytes about another image are refused by signImage too, before anything is signed or asked', async () => {
    const world = await createWorld({ approvals: false });
    await pushImage(world.oci, `${repositoryName}:evil`, 'evil');
    const dead = (store: PendingStore): PendingStore => ({
      ...store,
      delete: async () => {
        throw new Error('killed');
      },
    });
    const run = (reference: string, store: PendingStore) =>
      signImage(reference, { signer: world.signer(store), format: 'notation-jws', oci: world.oci, clock: world.clock });
    const [good, evil] = [createMemoryStore(), createMemoryStore()];
    const keys: string[] = [];
    for (const [reference, store] of [
      [tagged, good],
      [`${repositoryName}:evil`, evil],
    ] as const) {
      const spied = {
        ...store,
        put: async (key: string, ...rest: [never]) => {
          keys.push(key);
          return store.put(key, ...rest);
        },
      };
      await expect(run(reference, dead(spied))).rejects.toThrow('killed');
    }
    const [goodKey, evilKey] = keys as [string, string];
    const planted = { ...(await good.get(goodKey)), prepared: (await evil.get(evilKey))?.prepared } as never;
    await good.put(goodKey, planted);
    const before = world.registry.requests.length;
    await expect(run(tagged, good)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(world.registry.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
  });

  it('bytes for another key and its certificate are refused', async () => {
    const world = await createWorld();
    const { details } = await pending(world);
    const mallory = await createWorld();
    await pending(mallory);
    const stolen = await mallory.store.get(`request-${(await pending(mallory)).details.requestId}`);
    await expect(
      alter(world, details.requestId as string, (r) => {
        (r as Record<string, unknown>).prepared = stolen?.prepared;
      }),
    ).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });
});

describe('many at once', () => {
  it('two calls for one image, seconds apart, are one request: approving it is approving both', async () => {
    const world = await createWorld();
    const other = createTestClock(world.clock.now() + 5_000);
    const results = await Promise.allSettled([
      sign(world),
      signImage(tagged, { signer: world.signer(), format: 'notation-jws', oci: world.oci, clock: other }),
    ]);
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'ERR_APPROVAL_PENDING' } });
    expect(world.tsb.requests).toHaveLength(1);
    await approveAll(world);
    await sign(world);
    expect((await evaluateImage(tagged, { trust: world.trust(), oci: world.oci, clock: world.clock })).verdict).toBe('trusted');
  });
});
