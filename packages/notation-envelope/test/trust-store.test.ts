import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustStoreFromCertificates, trustStoreFromFolder } from '@securosys/notation-envelope';
import { pemText } from '@securosys/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootCertificate, testChain } from './helpers/certificates.js';
import { thrown } from './helpers/thrown.js';

const root = rootCertificate();
const [leaf] = testChain();

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
  ])('refuses %s', (_, stores, code) => {
    expect(thrown(() => trustStoreFromCertificates(stores)).code).toBe(code);
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

  it('is refused when it is a link itself, missing, or named outside', async () => {
    writeFileSync(join(folder, 'a'), root);
    symlinkSync(folder, join(directory, 'x509', 'ca', 'linked'));
    await expect(load('linked')).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
    await expect(load('missing')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    for (const name of ['..', '../acme', 'a/b', ''])
      await expect(load(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
