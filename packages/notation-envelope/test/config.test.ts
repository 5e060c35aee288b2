import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notationConfig, notationConfigFolder } from '@securosys/notation-envelope';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootCertificate } from './helpers/certificates.js';
import { thrown } from './helpers/thrown.js';

const statement = { signatureVerification: { level: 'strict' }, trustStores: ['ca:acme'], trustedIdentities: ['*'] };
const images = (name: string) =>
  JSON.stringify({ version: '1.0', trustPolicies: [{ name, registryScopes: ['*'], ...statement }] });
const blobs = JSON.stringify({ version: '1.0', trustPolicies: [{ name: 'blobs', globalPolicy: true, ...statement }] });

describe('a folder as Notation keeps its settings (§13, §14, §18)', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'notation-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string | Uint8Array) => writeFileSync(join(folder, name), text);
  const names = async () => (await notationConfig(folder).trustPolicy()).statements.map(({ name }) => name);

  it('gives policies and trust stores', async () => {
    mkdirSync(join(folder, 'truststore/x509/ca/acme'), { recursive: true });
    write('truststore/x509/ca/acme/root.crt', rootCertificate());
    write('trustpolicy.oci.json', images('oci'));
    write('trustpolicy.blob.json', blobs);
    const config = notationConfig(folder);
    expect(await names()).toEqual(['oci']);
    expect((await config.blobTrustPolicy()).statements.map(({ name }) => name)).toEqual(['blobs']);
    expect(await config.trustStore.load('ca', 'acme')).toHaveLength(1);
  });

  it('trustpolicy.oci.json wins over the older trustpolicy.json, which serves where it is missing', async () => {
    write('trustpolicy.json', images('old'));
    expect(await names()).toEqual(['old']);
    write('trustpolicy.oci.json', images('new'));
    expect(await names()).toEqual(['new']);
  });

  it('a trustpolicy.oci.json that cannot be used never lets the older one in', async () => {
    write('trustpolicy.json', images('old'));
    write('trustpolicy.oci.json', '{}');
    await expect(names()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    rmSync(join(folder, 'trustpolicy.oci.json'));
    mkdirSync(join(folder, 'trustpolicy.oci.json'));
    await expect(names()).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('a policy that is a link, a folder, too large or missing is refused', async () => {
    write('real.json', images('real'));
    symlinkSync(join(folder, 'real.json'), join(folder, 'trustpolicy.json'));
    await expect(names()).rejects.toMatchObject({ code: 'ERR_STORE' });
    rmSync(join(folder, 'trustpolicy.json'));
    write('trustpolicy.json', images('real') + ' '.repeat(1024 * 1024));
    await expect(names()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    rmSync(join(folder, 'trustpolicy.json'));
    await expect(names()).rejects.toMatchObject({
      code: 'ERR_NOT_FOUND',
      message: `no trustpolicy.oci.json or trustpolicy.json in ${folder}`,
    });
    await expect(notationConfig(folder).blobTrustPolicy()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it('hands on the options of policies', async () => {
    const skip = { name: 'none', signatureVerification: { level: 'skip' } };
    write('trustpolicy.json', JSON.stringify({ version: '1.0', trustPolicies: [{ ...skip, registryScopes: ['*'] }] }));
    write('trustpolicy.blob.json', JSON.stringify({ version: '1.0', trustPolicies: [{ ...skip, globalPolicy: true }] }));
    const { trustPolicy, blobTrustPolicy } = notationConfig(folder);
    await expect(trustPolicy()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(blobTrustPolicy()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect((await trustPolicy({ allowWildcardSkip: true })).statements).toHaveLength(1);
    expect((await blobTrustPolicy({ allowGlobalSkip: true })).statements).toHaveLength(1);
  });

  it('needs a name', () => {
    expect(thrown(() => notationConfig('')).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('where that folder is (§18)', () => {
  it.each<[string, Record<string, string>, string]>([
    ['linux', { HOME: '/home/a' }, '/home/a/.config/notation'],
    ['linux', { HOME: '/home/a', XDG_CONFIG_HOME: '/xdg' }, '/xdg/notation'],
    ['linux', { HOME: '/home/a', NOTATION_CONFIG: '/etc/notation' }, '/etc/notation'],
    ['darwin', { HOME: '/Users/a', XDG_CONFIG_HOME: '/xdg' }, '/Users/a/Library/Application Support/notation'],
    ['win32', { APPDATA: 'C:\\Users\\a\\AppData\\Roaming' }, 'C:\\Users\\a\\AppData\\Roaming\\notation'],
    ['win32', { NOTATION_CONFIG: 'D:\\notation' }, 'D:\\notation'],
  ])('on %s with %o', (platform, env, folder) => {
    expect(notationConfigFolder({ env, platform })).toBe(folder);
  });

  it.each<[string, Record<string, string>]>([
    ['linux', {}],
    ['linux', { HOME: '' }],
    ['linux', { XDG_CONFIG_HOME: 'relative', HOME: '/home/a' }],
    ['linux', { NOTATION_CONFIG: '.notation' }],
    ['darwin', { XDG_CONFIG_HOME: '/xdg' }],
    ['win32', { HOME: '/home/a' }],
  ])('never one of the working directory: on %s with %o', (platform, env) => {
    expect(thrown(() => notationConfigFolder({ env, platform })).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
