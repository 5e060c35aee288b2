import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustStoreFromCertificates, trustStoreFromFolder } from '@securosys/notation-envelope';
import { pemText } from '@securosys/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  basicConstraints,
  certificate,
  defaultSubject,
  keyUsage,
  policy,
  rootCertificate,
  testChain,
  testKey,
} from './helpers/certificates.js';
import { thrown } from './helpers/thrown.js';

const root = rootCertificate();
const [leaf] = testChain();
const key = testKey('ec-p256', 'lone');
const lone = certificate({ key, issuerKey: key, issuer: defaultSubject, extensions: [keyUsage('0780')] });
const intermediate = certificate({
  key,
  issuerKey: testKey('ec-p256', 'root'),
  extensions: [basicConstraints(true), keyUsage('0204')],
});

describe('a trust store in memory', () => {
  it('gives what it was given, by type and name', async () => {
    const store = trustStoreFromCertificates({ 'ca:acme': [root] });
    expect((await store.load('ca', 'acme')).map(({ der }) => der)).toEqual([root]);
    await expect(store.load('tsa', 'acme')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(store.load('ca', 'constructor')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it.each([
    ['an empty store', { 'ca:acme': [] }, 'ERR_CHAIN_INVALID'],
    ['a leaf', { 'ca:acme': [leaf] }, 'ERR_CHAIN_INVALID'],
    ['a name that leads elsewhere', { 'ca:../x': [root] }, 'ERR_INVALID_ARGUMENT'],
    ['no certificate', { 'ca:acme': [Uint8Array.of(1)] }, 'ERR_MALFORMED'],
    ['a leaf among timestamp authorities', { 'tsa:acme': [leaf] }, 'ERR_CHAIN_INVALID'],
    ['a self-signed certificate that is no CA among timestamp authorities', { 'tsa:acme': [lone] }, 'ERR_CHAIN_INVALID'],
    ['an intermediate among timestamp authorities', { 'tsa:acme': [intermediate] }, 'ERR_CHAIN_INVALID'],
    ['a name that is no name', { 'ca:a b': [root] }, 'ERR_INVALID_ARGUMENT'],
    ['no list', { 'ca:acme': root as never }, 'ERR_INVALID_ARGUMENT'],
  ])('refuses %s', (_, stores, code) => {
    expect(thrown(() => trustStoreFromCertificates(stores)).code).toBe(code);
  });
});

describe('every type of store', () => {
  it('takes a root; those for signers take an intermediate and a self-signed signer too', async () => {
    for (const type of ['ca', 'signingAuthority', 'tsa'] as const)
      expect(await trustStoreFromCertificates({ [`${type}:x`]: [root] }).load(type, 'x')).toHaveLength(1);
    for (const type of ['ca', 'signingAuthority'] as const)
      expect(await trustStoreFromCertificates({ [`${type}:x`]: [lone, intermediate] }).load(type, 'x')).toHaveLength(2);
  });
});

describe('a trust store in a folder', () => {
  let directory: string;
  let folder: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'notation-store-'));
    folder = join(directory, 'x509', 'ca', 'acme');
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const load = (name = 'acme') => trustStoreFromFolder(directory).load('ca', name);

  it('reads PEM and DER, whatever the files are called', async () => {
    writeFileSync(join(folder, 'a'), pemText(root, 'CERTIFICATE'));
    writeFileSync(join(folder, 'b.txt'), root);
    expect(await load()).toHaveLength(2);
  });

  it('that is missing is named by the folder it should be in and what belongs there', async () => {
    await expect(load('other')).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `trust store ca:other: no folder ${directory}/x509/ca/other: put CA certificates (PEM or DER) there`,
    });
  });

  it('sees a removed anchor at once', async () => {
    writeFileSync(join(folder, 'a'), root);
    expect(await load()).toHaveLength(1);
    rmSync(join(folder, 'a'));
    await expect(load()).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
  });

  it.each<[string, () => void, string]>([
    ['nothing', () => undefined, 'ERR_CHAIN_INVALID'],
    ['a file without certificates', () => writeFileSync(join(folder, 'README'), 'hello'), 'ERR_MALFORMED'],
    ['an empty file', () => writeFileSync(join(folder, 'a'), ''), 'ERR_MALFORMED'],
    ['a leaf', () => writeFileSync(join(folder, 'a'), leaf), 'ERR_CHAIN_INVALID'],
    ['a folder', () => mkdirSync(join(folder, 'sub')), 'ERR_CHAIN_INVALID'],
    ['a huge file', () => writeFileSync(join(folder, 'a'), new Uint8Array(1024 * 1024 + 1)), 'ERR_LIMIT'],
    [
      'a link',
      () => {
        writeFileSync(join(directory, 'real'), root);
        symlinkSync(join(directory, 'real'), join(folder, 'a'));
      },
      'ERR_CHAIN_INVALID',
    ],
  ])('is refused with %s', async (_, arrange, code) => {
    arrange();
    await expect(load()).rejects.toMatchObject({ code });
  });

  it('is refused when a folder above it is a link', async () => {
    writeFileSync(join(folder, 'a'), root);
    const elsewhere = join(directory, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(join(directory, 'x509'), join(elsewhere, 'x509'));
    await expect(trustStoreFromFolder(elsewhere).load('ca', 'acme')).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
    symlinkSync(join(directory, 'x509', 'ca'), join(directory, 'x509', 'tsa'));
    await expect(trustStoreFromFolder(directory).load('tsa', 'acme')).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
  });

  it('reads several certificates of one file, with text before the first', async () => {
    const other = rootCertificate([policy('1.2.3')]);
    writeFileSync(join(folder, 'bundle.pem'), `our roots\n${pemText(root, 'CERTIFICATE')}${pemText(other, 'CERTIFICATE')}`);
    writeFileSync(join(folder, 'bundle.der'), Buffer.concat([root, other]));
    expect((await load()).map(({ der }) => der)).toEqual([root, other, root, other]);
  });

  it('is refused when it is a link itself, missing, or named outside', async () => {
    writeFileSync(join(folder, 'a'), root);
    symlinkSync(folder, join(directory, 'x509', 'ca', 'linked'));
    await expect(load('linked')).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
    await expect(load('missing')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    for (const name of ['..', '../acme', 'a/b', ''])
      await expect(load(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
