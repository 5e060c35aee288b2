import { expect, test } from 'vitest';
import type { TokenInfo } from '../../src/token/token-calls.js';
import { ulongBytes } from '../../src/token/ulong.js';
import { parsePkcs11Uri } from '../../src/uri/parse.js';
import { selectTokens } from '../../src/uri/select-tokens.js';

const library = { manufacturer: 'SoftHSM', description: 'Implementation of PKCS11', version: '2.6', cryptokiVersion: '2.40' };

function slot(id: number, label: string, serial: string, more: Partial<TokenInfo> = {}): TokenInfo {
  return {
    slotId: ulongBytes([id], 8),
    label,
    serial,
    manufacturer: 'SoftHSM project',
    model: 'SoftHSM v2',
    flags: 0x42d,
    firmwareVersion: '2.6',
    hardwareVersion: '2.6',
    slotDescription: `SoftHSM slot ID 0x${id.toString(16)}`,
    slotManufacturer: 'SoftHSM project',
    ...more,
  };
}

const tokens = [slot(0x1f3a, 'release', 'a1'), slot(7, 'test', 'b2'), slot(8, 'test', 'c3'), slot(9, '', '', { flags: 0x225 })];
const select = (uri: string, severalSlots = false) =>
  selectTokens(tokens, library, parsePkcs11Uri(uri), { severalSlots }).map(({ serial }) => serial);

test('a token is chosen by whatever its URI says about it', () => {
  expect(select('pkcs11:token=release')).toEqual(['a1']);
  expect(select('pkcs11:token=test;serial=c3')).toEqual(['c3']);
  expect(select('pkcs11:slot-id=7994')).toEqual(['a1']);
  expect(select('pkcs11:slot-description=SoftHSM%20slot%20ID%200x7;library-version=2.6;model=SoftHSM%20v2')).toEqual(['b2']);
  expect(select('pkcs11:token=release;library-manufacturer=SoftHSM;object=a;type=private;id=%01')).toEqual(['a1']);
});

test.each([
  'pkcs11:token=rel',
  'pkcs11:token=Release',
  'pkcs11:token=release%20',
  'pkcs11:token=release;library-version=2',
  'pkcs11:token=release;serial=',
  'pkcs11:slot-id=9',
])('%s matches nothing, and the error lists what there is', (uri) => {
  expect(() => select(uri)).toThrow(
    expect.objectContaining({
      code: 'ERR_NOT_FOUND',
      message: expect.stringContaining("'release' (serial 'a1', slot 7994)"),
      details: expect.objectContaining({ tokens: expect.arrayContaining([{ label: 'test', serial: 'b2', slotId: '7' }]) }),
    }),
  );
});

test('several tokens that match are an error that lists them and nothing else', () => {
  expect(() => select('pkcs11:token=test')).toThrow(
    expect.objectContaining({
      code: 'ERR_INVALID_ARGUMENT',
      details: {
        tokens: [
          { label: 'test', serial: 'b2', slotId: '7' },
          { label: 'test', serial: 'c3', slotId: '8' },
        ],
      },
    }),
  );
});

test('a slot whose token is not initialised is no token', () => {
  expect(() => selectTokens([tokens[3] as TokenInfo], library, {})).toThrow(/initialised tokens: none/);
});

test('several slots of one partition are one token when asked for, and never slots of several', () => {
  const partition = [slot(1, 'P', 's'), slot(2, 'P', 's')];
  expect(selectTokens(partition, library, { token: 'P' }, { severalSlots: true })).toEqual(partition);
  expect(() => selectTokens(partition, library, { token: 'P' })).toThrow(/several tokens match/);
  expect(() => select('pkcs11:token=test', true)).toThrow(/several tokens match/);
});

test('a hostile label cannot write to the terminal through the error', () => {
  const evil = slot(3, 'a\u001b[2Jb', 's');
  expect(() => selectTokens([evil], library, { token: 'x' })).toThrow(/^[^\u001b]*$/);
});
