import { createPrivateKey, createPublicKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createDeriver,
  createMemoryStore,
  type DeriveOperation,
  type KeyBackend,
  type RequestState,
  SignError,
  spkiOf,
} from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { fastClock } from './helpers.js';

const text = (hex: string) => Buffer.from(hex, 'hex').toString('base64url');
const jwk = (d: string, x: string, y: string) => ({ kty: 'EC', crv: 'P-256', d: text(d), x: text(x), y: text(y) });
const withoutPrivate = ({ d: _, ...key }: ReturnType<typeof jwk>) => key;

/** RFC 5903 §8.1: both sides of an exchange on P-256, and what they agree on. */
const initiator = jwk(
  'C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433',
  'DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180',
  '5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3',
);
const responder = jwk(
  'C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53',
  'D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63',
  '56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB',
);
const agreed = 'd6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de';

const software = createMemoryBackend();
const key = { label: 'initiator' };
software.addKey({ ...key, privateKey: createPrivateKey({ key: initiator, format: 'jwk' }), purpose: 'derive' });
const publicKey = spkiOf(createPublicKey({ key: withoutPrivate(responder), format: 'jwk' }));
const request = { algorithm: 'ecdh', publicKey } as const;

/** The key of the software backend, whose uses people decide on. */
function asking() {
  const requests = new Map<string, { operation: DeriveOperation; state: RequestState }>();
  const backend: KeyBackend = {
    id: 'people',
    describeKey: async (ref) => ({ ...(await software.describeKey(ref)), needsApproval: true }),
    async begin(operation) {
      const id = `request-${requests.size + 1}`;
      requests.set(id, { operation: operation as DeriveOperation, state: { status: 'pending' } });
      return { pending: id };
    },
    async poll(id, options) {
      expect(options?.kind).toBe('derive');
      const found = requests.get(id);
      if (!found) throw new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
      return found.state;
    },
    async cancel(id) {
      requests.delete(id);
    },
    close: async () => undefined,
  };
  async function decide(id: string) {
    const found = requests.get(id);
    const begun = found && (await software.begin(found.operation));
    if (found && begun && 'done' in begun) found.state = { status: 'executed', result: begun.done };
  }
  return { backend, requests, decide };
}

describe('a key that derives', () => {
  it('agrees on the secret of RFC 5903 §8.1', async () => {
    const secret = await createDeriver(software, key).derive(request);
    expect(Buffer.from(secret).toString('hex')).toBe(agreed);
  });

  it('does not sign, and a key that signs does not derive (S4)', async () => {
    const { ref } = await software.createKey({ label: 'signs', spec: 'ec-p256' });
    await expect(createDeriver(software, ref).derive(request)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
    const operation = { kind: 'sign', key, algorithm: 'ecdsa-sha256', input: { message: publicKey } } as const;
    await expect(software.begin(operation)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
  });

  it('never meets a public key of another curve, nor one on no curve', async () => {
    let asked = 0;
    const counting: KeyBackend = {
      ...software,
      begin(operation) {
        asked++;
        return software.begin(operation);
      },
    };
    const deriver = createDeriver(counting, key);
    const { spki } = await software.createKey({ label: 'p384', spec: 'ec-p384', purpose: 'derive' });
    await expect(deriver.derive({ ...request, publicKey: spki })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const off = publicKey.map((byte, n) => (n === publicKey.length - 1 ? byte ^ 1 : byte));
    await expect(deriver.derive({ ...request, publicKey: off })).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(asked).toBe(0);
  });

  it.each(['rsa-2048', 'ed25519'] as const)('is not made of %s', async (spec) => {
    await expect(software.createKey({ label: spec, spec, purpose: 'derive' })).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
    });
  });
});

describe('a secret that people let out (S14)', () => {
  it('is one request for one public key, deleted at the backend before it is given out', async () => {
    const people = asking();
    const store = createMemoryStore();
    const deriver = createDeriver(people.backend, key, { store, clock: fastClock() });
    const first = await deriver.begin(request);
    const second = await createDeriver(people.backend, key, { store, clock: fastClock() }).begin(request);
    expect([first.id, second.id]).toEqual(['request-1', 'request-1']);
    await people.decide('request-1');
    expect(Buffer.from(await second.result()).toString('hex')).toBe(agreed);
    expect(people.requests.size).toBe(0);
  });

  it('is refused when it does not open what it was asked for', async () => {
    const people = asking();
    const deriver = createDeriver(people.backend, key, { clock: fastClock() });
    const operation = await deriver.begin({ ...request, opens: () => false });
    await people.decide('request-1');
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });
});
