import { hexText } from '@securosys/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes, extraEntries, flag, text, ulong, ulongs } from '../../src/keys/entries.js';
import { flagOf, magnitude, textOf, ulongOf } from '../../src/keys/values.js';
import { ulongBytes, ulongFromBytes } from '../../src/token/ulong.js';

/** Values that a caller without types can hand in. A badly typed value aborts the process in the native layer (`pkcs11.md` §1.5). */
const wrong: readonly unknown[] = [
  undefined,
  null,
  NaN,
  -1,
  1.5,
  2 ** 32,
  Infinity,
  '1',
  1n,
  {},
  [],
  [1],
  new Date(0),
  new ArrayBuffer(4),
];

test('no entry of another type than its own can be made', () => {
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
  for (const value of [...wrong, true, new Uint8Array(1)])
    expect(() => ulong(1, value as number), String(value)).toThrow(refused);
  for (const value of [...wrong, 1, 0, new Uint8Array(1)])
    expect(() => flag(1, value as boolean), String(value)).toThrow(refused);
  for (const value of [...wrong, 1, true]) expect(() => bytes(1, value as Uint8Array), String(value)).toThrow(refused);
  for (const value of [...wrong.filter((each) => each !== '1'), 'a\0b', '\ud800'])
    expect(() => text(1, value as string)).toThrow(refused);
  for (const value of wrong)
    expect(() => extraEntries([{ type: 0x80000001, value: value as number }], []), String(value)).toThrow(refused);
  for (const type of [-1, 2 ** 32, 1.5, '1' as unknown as number]) expect(() => flag(type, true), String(type)).toThrow(refused);
  expect(() => ulongs(1, [1, -1], 8)).toThrow(refused);
  expect(() =>
    extraEntries(
      Array.from({ length: 65 }, (_, i) => ({ type: 0x80000000 + i, value: true })),
      [],
    ),
  ).toThrow(refused);
  expect(() =>
    extraEntries(
      [
        { type: 9, value: true },
        { type: 9, value: true },
      ],
      [],
    ),
  ).toThrow(refused);
});

test('an attribute that is a template of its own is refused: its value is pointers, which the module would follow', () => {
  for (const type of [0x40000211, 0x40000212, 0x40000213, 0x40000001])
    expect(() => extraEntries([{ type, value: new Uint8Array(24).fill(0x41) }], [])).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  // CKA_ALLOWED_MECHANISMS is an array of numbers; of a vendor's own numbers nothing is known.
  expect(extraEntries([{ type: 0xc0000001, value: new Uint8Array(8) }], [])).toHaveLength(1);
});

test('a date is eight bytes and nothing else: with any other value the addon frees memory that was never set, and the process aborts', () => {
  for (const type of [0x110, 0x111]) {
    for (const value of [5, true, new Uint8Array(0), new Uint8Array(7), new Uint8Array(9)])
      expect(() => extraEntries([{ type, value }], []), String(value)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringContaining('YYYYMMDD') }),
      );
    expect(extraEntries([{ type, value: new TextEncoder().encode('20260101') }], [])).toHaveLength(1);
  }
});

test('bytes are copied when an entry is made', () => {
  const value = Uint8Array.of(1, 2);
  const entry = bytes(1, value);
  value.fill(0);
  expect(entry.value).toEqual(Uint8Array.of(1, 2));
});

test('CK_ULONGs are packed by the size of the module and read back, 4 bytes on Windows and 8 elsewhere', () => {
  expect(hexText(ulongBytes([0x1041, 1], 8))).toBe('41100000000000000100000000000000');
  expect(hexText(ulongBytes([0x1041, 1], 4))).toBe('4110000001000000');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(4, 8), (value, size) => {
      expect(ulongFromBytes(ulongBytes([value], size))).toBe(BigInt(value));
    }),
  );
});

test('what a module cannot mean is read as absent', () => {
  const told = (value: Uint8Array) => new Map([[1, value]]);
  expect([flagOf(told(Uint8Array.of(0)), 1), flagOf(told(Uint8Array.of(0xff)), 1)]).toEqual([false, true]);
  expect(flagOf(told(new Uint8Array(0)), 1)).toBeUndefined();
  expect(flagOf(told(new Uint8Array(8)), 1)).toBeUndefined();
  // CK_UNAVAILABLE_INFORMATION, in both sizes.
  for (const size of [4, 8]) expect(ulongOf(told(new Uint8Array(size).fill(0xff)), 1)).toBeUndefined();
  expect(ulongOf(told(new Uint8Array(3)), 1)).toBeUndefined();
  expect(textOf(told(Uint8Array.of(0xff)), 1)).toBeUndefined();
  expect(magnitude(Uint8Array.of(0, 0, 5, 0))).toEqual(Uint8Array.of(5, 0));
  expect(magnitude(Uint8Array.of(0))).toEqual(Uint8Array.of(0));
});
