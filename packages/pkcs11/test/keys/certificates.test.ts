import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { issue, testKey } from '../../../pki/test/issue.js';
import { CKA, CKO } from '../../src/cryptoki/attributes.js';
import { authorityChain } from './chains.js';
import { world } from './world.js';

const certificates = ({ token }: ReturnType<typeof world>) =>
  [...token.objects.values()].filter((stored) => stored.get(CKA.CLASS)?.[0] === CKO.CERTIFICATE);

async function withKey() {
  const w = world();
  const info = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  return { w, info, ...(await authorityChain(info.spki)) };
}

test('a chain is stored in any order and read back leaf first, byte for byte', async () => {
  const { w, leaf, middle, root } = await withKey();
  expect(await w.keys.certificates({ label: 'a' })).toEqual([]);
  await w.keys.storeCertificates({ label: 'a' }, [root.der, leaf.der, middle.der]);
  expect(await w.keys.certificates({ label: 'a' })).toEqual([leaf.der, middle.der, root.der]);
});

test('a certificate has its whole template: names and serial number as DER, the key by its CKA_ID', async () => {
  const { w, info, leaf, root, middle } = await withKey();
  await w.keys.storeCertificates({ label: 'a' }, [leaf.der, middle.der, root.der]);
  const stored = certificates(w).find((attributes) => Buffer.from(attributes.get(CKA.VALUE) ?? []).equals(leaf.der));
  expect(stored?.get(CKA.SUBJECT)).toEqual(leaf.subjectDer);
  expect(stored?.get(CKA.ISSUER)).toEqual(leaf.issuerDer);
  const serial = Buffer.from(stored?.get(CKA.SERIAL_NUMBER) ?? []);
  expect([serial[0], serial[1]]).toEqual([2, serial.byteLength - 2]);
  expect(Buffer.from(leaf.der).includes(serial)).toBe(true);
  expect(BigInt(`0x${serial.subarray(2).toString('hex')}`)).toBe(BigInt(`0x${new X509Certificate(leaf.der).serialNumber}`));
  expect(stored?.get(CKA.ID)).toEqual(info.ref.id);
  expect(stored?.get(CKA.CERTIFICATE_TYPE)).toEqual(new Uint8Array(8));
  const ids = certificates(w).map((attributes) => Buffer.from(attributes.get(CKA.ID) ?? []).toString('hex'));
  expect(new Set(ids).size).toBe(3);
  expect(certificates(w).map((attributes) => Buffer.from(attributes.get(CKA.LABEL) ?? []).toString())).toEqual([
    'root',
    'middle',
    'a',
  ]);
});

test('a new certificate replaces the old one, after it is there; authorities are stored once', async () => {
  const { w, info, leaf, middle, root, renew } = await withKey();
  await w.keys.storeCertificates({ label: 'a' }, [leaf.der, middle.der, root.der]);
  const renewed = await renew(info.spki);
  const from = w.token.calls.length;
  await w.keys.storeCertificates({ label: 'a' }, [renewed.der, middle.der, root.der]);
  expect(await w.keys.certificates({ label: 'a' })).toEqual([renewed.der, middle.der, root.der]);
  expect(certificates(w)).toHaveLength(3);
  const writes = w.token.calls.slice(from).filter(({ name }) => name === 'createObject' || name === 'destroyObject');
  expect(writes.map(({ name }) => name)).toEqual(['createObject', 'destroyObject']);
});

test('the newer of two certificates of a key is read, whichever the module lists first', async () => {
  const { w, info, leaf, renew } = await withKey();
  const renewed = await renew(info.spki);
  for (const first of [leaf, renewed]) {
    for (const [number, stored] of w.token.objects)
      if (stored.get(CKA.CLASS)?.[0] === CKO.CERTIFICATE) w.token.objects.delete(number);
    for (const each of [first, first === leaf ? renewed : leaf])
      w.token.put([
        { type: CKA.CLASS, value: CKO.CERTIFICATE },
        { type: CKA.CERTIFICATE_TYPE, value: 0 },
        { type: CKA.ID, value: info.ref.id as Uint8Array },
        { type: CKA.VALUE, value: each.der },
      ]);
    expect((await w.keys.certificates({ label: 'a' }))[0]).toEqual(renewed.der);
  }
});

describe('what is no chain of the key is refused before anything is written', () => {
  test.each<[string, (set: Awaited<ReturnType<typeof withKey>>) => Uint8Array[] | Promise<Uint8Array[]>, string]>([
    ['nothing', () => [], 'ERR_CHAIN_INVALID'],
    ['authorities without the leaf', ({ middle, root }) => [middle.der, root.der], 'ERR_CHAIN_INVALID'],
    ['a gap', ({ leaf, root }) => [leaf.der, root.der], 'ERR_CHAIN_INVALID'],
    ['the leaf twice', ({ leaf }) => [leaf.der, leaf.der], 'ERR_CHAIN_INVALID'],
    ['seventeen certificates', ({ root }) => Array.from({ length: 17 }, () => root.der), 'ERR_CHAIN_INVALID'],
    ['a certificate of another key', async () => [(await issue(testKey('ec-p256', 'alien'))).der], 'ERR_CHAIN_INVALID'],
    ['what is no certificate', () => [Uint8Array.of(0x30, 0)], 'ERR_MALFORMED'],
    ['bytes behind a certificate', ({ leaf }) => [Uint8Array.of(...leaf.der, 0)], 'ERR_MALFORMED'],
  ])('%s', async (_, chain, code) => {
    const set = await withKey();
    await expect(set.w.keys.storeCertificates({ label: 'a' }, await chain(set))).rejects.toMatchObject({ code });
    expect(set.w.count('createObject')).toBe(0);
  });
});

test('a certificate with the CKA_ID of a key and the key of another is not its certificate', async () => {
  const { w, info } = await withKey();
  const alien = await issue(testKey('ec-p256', 'alien'));
  w.token.put([
    { type: CKA.CLASS, value: CKO.CERTIFICATE },
    { type: CKA.CERTIFICATE_TYPE, value: 0 },
    { type: CKA.ID, value: info.ref.id as Uint8Array },
    { type: CKA.VALUE, value: alien.der },
  ]);
  expect(await w.keys.certificates({ label: 'a' })).toEqual([]);
  await w.keys.delete({ label: 'a' }, { certificates: true });
  expect(certificates(w)).toHaveLength(1);
});

test('a certificate under another CKA_ID is found by its public key', async () => {
  const { w, leaf } = await withKey();
  w.token.put([
    { type: CKA.CLASS, value: CKO.CERTIFICATE },
    { type: CKA.CERTIFICATE_TYPE, value: 0 },
    { type: CKA.ID, value: Uint8Array.of(1) },
    { type: CKA.VALUE, value: leaf.der },
  ]);
  expect(await w.keys.certificates({ label: 'a' })).toEqual([leaf.der]);
});

test('the public half comes from a certificate when there is no public key object', async () => {
  const { w, info, leaf } = await withKey();
  await w.keys.storeCertificates({ label: 'a' }, [leaf.der]);
  for (const [number, stored] of w.token.objects)
    if (stored.get(CKA.CLASS)?.[0] === CKO.PUBLIC_KEY) w.token.objects.delete(number);
  expect(await w.keys.describe({ label: 'a' })).toEqual(info);
});

test('delete leaves certificates, unless it is told to take those of the key; authorities always stay', async () => {
  for (const [option, left] of [
    [{}, 3],
    [{ certificates: true }, 2],
  ] as const) {
    const { w, leaf, middle, root } = await withKey();
    await w.keys.storeCertificates({ label: 'a' }, [leaf.der, middle.der, root.der]);
    await w.keys.delete({ label: 'a' }, option);
    expect(certificates(w)).toHaveLength(left);
    expect(w.token.objects.size).toBe(left);
  }
});
