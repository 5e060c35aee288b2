import { describe, expect, it } from 'vitest';
import { type CborLimits, hexBytes, SignError, scanCbor } from '../src/index.js';

const scan = (hex: string, limits?: CborLimits) => scanCbor(hexBytes(hex), limits);
function refused(hex: string, limits?: CborLimits): string {
  try {
    scan(hex, limits);
  } catch (error) {
    if (SignError.is(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('the pre-scan of CBOR', () => {
  // RFC 8949, appendix A, in its own order, as far as the types are those of JSON, byte strings and integers of 64 bits.
  it.each([
    '00',
    '01',
    '0a',
    '17',
    '1818',
    '1819',
    '1864',
    '1903e8',
    '1a000f4240',
    '1b000000e8d4a51000',
    '1bffffffffffffffff',
    '3bffffffffffffffff',
    '20',
    '29',
    '3863',
    '3903e7',
    'fb3ff199999999999a',
    'f93e00',
    'fa3dcccccd',
    'f90001',
    'f90400',
    'fbc010666666666666',
    'f4',
    'f5',
    'f6',
    '40',
    '4401020304',
    '60',
    '6161',
    '6449455446',
    '62225c',
    '62c3bc',
    '63e6b0b4',
    '64f0908591',
    '80',
    '83010203',
    '8301820203820405',
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    'a0',
    'a201020304',
    'a26161016162820203',
    '826161a161626163',
    'a56161614161626142616361436164614461656145',
  ])('accepts %s', (hex) => {
    expect(refused(hex)).toBe('accepted');
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'truncated'],
    ['a cut integer', '19', 'truncated'],
    ['a cut text', '6261', 'truncated'],
    ['a cut array', '8201', 'truncated'],
    ['a cut map', 'a101', 'truncated'],
    ['a cut float', 'fb3ff1', 'truncated'],
    ['a length of 2^64 - 1', '5bffffffffffffffff', 'truncated'],
    ['a count of 2^64 - 1', '9bffffffffffffffff', 'truncated'],
    ['a second item', '0000', 'bytes after the value'],
    ['an integer in two bytes although one is enough', '1817', 'head not in its shortest form'],
    ['an integer in three bytes although two are enough', '1900ff', 'head not in its shortest form'],
    ['an integer in five bytes although three are enough', '1a0000ffff', 'head not in its shortest form'],
    ['an integer in nine bytes although five are enough', '1b00000000ffffffff', 'head not in its shortest form'],
    ['a negative integer that is not minimal', '3800', 'head not in its shortest form'],
    ['a length that is not minimal', '580101', 'head not in its shortest form'],
    ['a count that is not minimal', '980101', 'head not in its shortest form'],
    ['a reserved head', '1c', 'reserved head'],
    ['an indefinite byte string', '5f4101ff', 'indefinite length'],
    ['an indefinite text', '7f6161ff', 'indefinite length'],
    ['an indefinite array', '9f01ff', 'indefinite length'],
    ['an indefinite map', 'bf0102ff', 'indefinite length'],
    ['a break alone', 'ff', 'a simple value'],
    ['undefined', 'f7', 'a simple value'],
    ['an unassigned simple value', 'f0', 'a simple value'],
    ['a simple value of two bytes', 'f8ff', 'a simple value'],
    ['infinity', 'f97c00', 'not finite'],
    ['minus infinity', 'faff800000', 'not finite'],
    ['not a number', 'f97e00', 'not finite'],
    ['an integer as float', 'f93c00', 'an integer written as'],
    ['a zero as float', 'f90000', 'an integer written as'],
    ['a negative zero', 'f98000', 'an integer written as'],
    ['a half in single precision', 'fa3fc00000', 'not in its shortest form'],
    ['a half in double precision', 'fb3ff8000000000000', 'not in its shortest form'],
    ['a single in double precision', 'fb3ff0000020000000', 'not in its shortest form'],
    ['the smallest half in single precision', 'fa33800000', 'not in its shortest form'],
    ['a text that is no UTF-8', '62c328', 'not valid UTF-8'],
    ['half a surrogate pair', '63eda080', 'not valid UTF-8'],
    ['a tag', 'c11a514b67b0', 'a tag that is not allowed'],
    ['a bignum', 'c249010000000000000000', 'a tag that is not allowed'],
    ['a key twice', 'a201020103', 'a key twice'],
    ['a text key twice', 'a2616101616102', 'a key twice'],
    ['keys out of order', 'a203040102', 'keys out of order'],
    ['a longer text before a shorter one', 'a262616101616201', 'keys out of order'],
    ['a text before an integer', 'a26161010102', 'keys out of order'],
    ['a byte string as key', 'a1410101', 'a key that is neither'],
    ['an array as key', 'a18001', 'a key that is neither'],
  ])('refuses %s', (_, hex, why) => {
    expect(refused(hex)).toContain('ERR_MALFORMED');
    expect(refused(hex)).toContain(why);
  });

  it('allows the tags that it is told, and no other', () => {
    expect(refused('c11a514b67b0', { tags: [1] })).toBe('accepted');
    expect(refused('c074', { tags: [1] })).toContain('a tag that is not allowed');
    expect(refused('d80100', { tags: [1] })).toContain('shortest form');
  });

  it('lets keys stand in any order when told so, and still none twice', () => {
    expect(refused('a203040102', { unsortedMaps: true })).toBe('accepted');
    expect(refused('a3030401020304', { unsortedMaps: true })).toContain('a key twice');
  });

  it('has bounds for bytes, depth and count', () => {
    expect(refused('8100', { maxBytes: 1 })).toContain('ERR_LIMIT');
    expect(refused(`${'81'.repeat(17)}00`)).toContain('ERR_LIMIT');
    expect(refused(`${'81'.repeat(16)}00`)).toBe('accepted');
    expect(refused(`${'a100'.repeat(17)}00`)).toContain('ERR_LIMIT');
    expect(refused(`${'c1'.repeat(100_000)}00`, { tags: [1] })).toContain('ERR_LIMIT');
    expect(refused('83000000', { maxItems: 3 })).toContain('ERR_LIMIT');
    expect(refused('83000000', { maxItems: 4 })).toBe('accepted');
  });
});
