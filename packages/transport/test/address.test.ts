import { describe, expect, it } from 'vitest';
import { isPrivateAddress, isPrivateIp, isPublicHost } from '../src/index.js';

describe('an address as a resolver spells it', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '169.254.169.254',
    '168.63.129.16',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'no:address',
  ])('%s is private', (address) => {
    expect(isPrivateIp(address)).toBe(true);
  });

  it.each(['8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '2001:4860:4860::8888'])('%s is public', (address) => {
    expect(isPrivateIp(address)).toBe(false);
  });
});

describe('the host of a URL', () => {
  it.each([
    ['https://registry.example/', true],
    ['https://8.8.8.8/', true],
    ['https://[2606:4700:4700::1111]/', true],
    ['https://localhost/', false],
    ['https://metadata/', false],
    ['https://metadata.google.internal/', false],
    ['https://printer.local/', false],
    ['https://printer.local./', false],
    ['https://printer.local../', false],
    ['https://10.0.0.1../', false],
    ['https://2852039166/', false],
    ['https://0177.0.0.1/', false],
    ['https://[::ffff:8.8.8.8]/', false],
  ])('%s can be public: %s', (url, expected) => {
    expect(isPublicHost(new URL(url).hostname)).toBe(expected);
  });

  it('a name is no address, whatever it leads to', () => {
    expect(isPrivateAddress('intranet')).toBe(false);
  });
});
