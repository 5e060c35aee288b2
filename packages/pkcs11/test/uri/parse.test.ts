import { inspect } from 'node:util';
import { hexText } from '@securosys/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectTypes, type Pkcs11UriParts } from '../../src/uri/attributes.js';
import { formatPkcs11Uri } from '../../src/uri/format.js';
import { parsePkcs11Uri, redactPkcs11Uri } from '../../src/uri/parse.js';

/** Values that are there, the PIN's functions called. */
function read(text: string): unknown {
  const { pin, ignored, toString: _, toJSON: __, id, ...parts } = parsePkcs11Uri(text);
  return {
    ...parts,
    ...(id && { id: hexText(id) }),
    ...(pin && { pin: pin.value() ?? pin.source(), inPath: pin.inPath }),
    ...(ignored.length > 0 && { ignored }),
  };
}

// RFC 7512 §3, in its order.
const examples: readonly (readonly [string, unknown])[] = [
  ['pkcs11:', {}],
  ['pkcs11:object=my-pubkey;type=public', { object: 'my-pubkey', type: 'public' }],
  [
    'pkcs11:object=my-key;type=private?pin-source=file:/etc/token',
    { object: 'my-key', type: 'private', pin: 'file:/etc/token', inPath: false },
  ],
  [
    'pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;object=my-certificate;type=cert;id=%69%95%3E%5C%F4%BD%EC%91;serial=?pin-source=file:/etc/token_pin',
    {
      token: 'The Software PKCS#11 Softtoken',
      manufacturer: 'Snake Oil, Inc.',
      model: '1.0',
      object: 'my-certificate',
      type: 'cert',
      id: '69953e5cf4bdec91',
      serial: '',
      pin: 'file:/etc/token_pin',
      inPath: false,
    },
  ],
  [
    'pkcs11:object=my-sign-key;type=private?module-name=mypkcs11',
    { object: 'my-sign-key', type: 'private', moduleName: 'mypkcs11' },
  ],
  [
    'pkcs11:object=my-sign-key;type=private?module-path=/mnt/libmypkcs11.so.1',
    { object: 'my-sign-key', type: 'private', modulePath: '/mnt/libmypkcs11.so.1' },
  ],
  [
    'pkcs11:token=Software%20PKCS%2311%20softtoken;manufacturer=Snake%20Oil,%20Inc.?pin-value=the-pin',
    { token: 'Software PKCS#11 softtoken', manufacturer: 'Snake Oil, Inc.', pin: 'the-pin', inPath: false },
  ],
  ['pkcs11:slot-description=Sun%20Metaslot', { slotDescription: 'Sun Metaslot' }],
  [
    'pkcs11:library-manufacturer=Snake%20Oil,%20Inc.;library-description=Soft%20Token%20Library;library-version=1.23',
    { libraryManufacturer: 'Snake Oil, Inc.', libraryDescription: 'Soft Token Library', libraryVersion: '1.23' },
  ],
  [
    'pkcs11:token=My%20token%25%20created%20by%20Joe;library-version=3;id=%01%02%03%Ba%dd%Ca%fe%04%05%06',
    { token: 'My token% created by Joe', libraryVersion: '3.0', id: '010203baddcafe040506' },
  ],
  [
    'pkcs11:token=A%20name%20with%20a%20substring%20%25%3B;object=my-certificate;type=cert',
    { token: 'A name with a substring %;', object: 'my-certificate', type: 'cert' },
  ],
  [
    'pkcs11:token=Name%20with%20a%20small%20A%20with%20acute:%20%C3%A1;object=my-certificate;type=cert',
    { token: 'Name with a small A with acute: á', object: 'my-certificate', type: 'cert' },
  ],
];

test.each(examples)('%s is read as RFC 7512 explains it', (text, parts) => {
  expect(read(text)).toEqual(parts);
});

test('a path attribute of a vendor (last example of RFC 7512 §3) is refused, because it narrows the match', () => {
  const uri =
    'pkcs11:token=my-token;object=my-certificate;type=cert;vendor-aaa=value-a?pin-source=file:/etc/token_pin&vendor-bbb=b';
  expect(() => parsePkcs11Uri(uri)).toThrow(/unknown path attribute 'vendor-aaa'/);
});

test('query attributes that mean nothing to us are listed, even twice, and change nothing', () => {
  expect(read('pkcs11:token=a?x-one=1&vendor-bbb=2&x-one=/?|')).toEqual({
    token: 'a',
    ignored: ['x-one', 'vendor-bbb', 'x-one'],
  });
});

test.each([
  ['', 'no scheme'],
  ['pkcs12:token=a', 'another scheme'],
  ['pkcs11:token', 'no value'],
  ['pkcs11:token=a;', 'an empty attribute'],
  ['pkcs11:;token=a', 'an empty attribute in front'],
  ['pkcs11:token=a;token=a', 'the same attribute twice'],
  ['pkcs11:Token=a', 'a name in another case'],
  ['pkcs11:type=Private', 'a type in another case'],
  ['pkcs11:type=key', 'an unknown type'],
  ['pkcs11:token=a b', 'white space'],
  ['pkcs11:token=a\nb', 'a line break'],
  ['pkcs11:token=a/b', 'a slash in the path'],
  ['pkcs11:token=a#b', 'a fragment'],
  ['pkcs11:token=%2', 'half an escape'],
  ['pkcs11:token=%zz', 'an escape that is not hex'],
  ['pkcs11:token=%ff', 'text that is not UTF-8'],
  ['pkcs11:token=a%00', 'a NUL in a text'],
  ['pkcs11:token=é', 'unencoded UTF-8'],
  ['pkcs11:slot-id=-1', 'a negative slot'],
  ['pkcs11:slot-id=0x1', 'a slot in hex'],
  ['pkcs11:slot-id=18446744073709551616', 'a slot of 65 bits'],
  ['pkcs11:library-version=1.256', 'a version over a byte'],
  ['pkcs11:library-version=1.', 'a version without its minor number'],
  ['pkcs11:pin-source=file:/etc/pin', 'a PIN source in the path'],
  ['pkcs11:module-path=/tmp/evil.so', 'a module in the path'],
  ['pkcs11:?pin-value=1&pin-value=1', 'a PIN twice'],
  ['pkcs11:pin-value=1?pin-value=1', 'a PIN in path and query'],
  ['pkcs11:?pin-value=1&pin-source=file:/etc/pin', 'a PIN and a source of one'],
  ['pkcs11:pin-value=1?pin-source=file:/etc/pin', 'a PIN in the path and a source'],
  ['pkcs11:?pin-value=12;34', 'a character that a query must escape'],
])('%j is refused: %s', (text) => {
  expect(() => parsePkcs11Uri(text)).toThrow(expect.objectContaining({ name: 'SignError', code: 'ERR_INVALID_ARGUMENT' }));
  expect(redactPkcs11Uri(text)).toBe('pkcs11:(malformed)');
});

test('a URI over 16,384 characters is refused before it is taken apart', () => {
  expect(() => parsePkcs11Uri(`pkcs11:token=${'a'.repeat(16_384)}`)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
});

test('a PIN in the path, as in examples of vendors, is taken and marked', () => {
  expect(read('pkcs11:token=a;pin-value=12%3434')).toEqual({ token: 'a', pin: '12434', inPath: true });
});

test.each(['pkcs11:token=a?pin-value=53cr3t', 'pkcs11:token=a;pin-value=53cr3t', 'pkcs11:token=a?pin-source=file:/53cr3t'])(
  'neither text, JSON nor inspection of %s shows its PIN or where it is',
  (text) => {
    const uri = parsePkcs11Uri(text);
    for (const shown of [`${uri}`, JSON.stringify(uri), inspect(uri, { depth: 9, showHidden: true }), redactPkcs11Uri(text)]) {
      expect(shown).not.toContain('53cr3t');
      expect(shown).toMatch(/token=a|token: 'a'/);
    }
  },
);

test('no error about a URI quotes a value, which might be a PIN in the wrong place', () => {
  for (const text of [
    'pkcs11:53cr3t',
    'pkcs11:x=53cr3t',
    'pkcs11:?pin-value=53cr3t;',
    'pkcs11:type=53cr3t',
    'pkcs11:slot-id=53cr3t',
  ])
    expect(() => parsePkcs11Uri(text)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('53cr3t') }));
});

const label = fc.string({ unit: 'binary', maxLength: 24 }).filter((text) => !text.includes('\0') && !text.startsWith('\ufeff'));
const byte = fc.nat(255);
const anyParts: fc.Arbitrary<Pkcs11UriParts> = fc.record(
  {
    token: label,
    manufacturer: label,
    serial: label,
    model: label,
    libraryManufacturer: label,
    libraryDescription: label,
    libraryVersion: fc.tuple(byte, byte).map((numbers) => numbers.join('.')),
    slotId: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    slotManufacturer: label,
    slotDescription: label,
    object: label,
    type: fc.constantFrom(...objectTypes),
    id: fc.uint8Array({ maxLength: 24 }),
    moduleName: label,
    modulePath: label,
  },
  { requiredKeys: [] },
);

test('what is written is read back, with any text and any bytes', () => {
  fc.assert(
    fc.property(anyParts, fc.option(label), (parts, pinValue) => {
      const text = formatPkcs11Uri(parts, pinValue === null ? {} : { pinValue });
      const { pin, ignored, toString: _, toJSON: __, ...back } = parsePkcs11Uri(text);
      expect(back).toEqual(parts);
      expect(pin?.value() ?? null).toEqual(pinValue);
      expect(formatPkcs11Uri(back)).toBe(formatPkcs11Uri(parts));
    }),
    { numRuns: 60 },
  );
});

test('what is written escapes everything but unreserved characters', () => {
  expect(formatPkcs11Uri({ token: 'A b:é~', id: Uint8Array.of(0x00, 0x61, 0xff) }, { pinSource: 'file:/p' })).toBe(
    'pkcs11:token=A%20b%3A%C3%A9~;id=%00a%FF?pin-source=file%3A%2Fp',
  );
});
