import { describe, expect, it } from 'vitest';
import { type ReturnValueName, returnValues } from '../../src/cryptoki/return-values.js';
import { loadError, outcomeUnknown, signError } from '../../src/host/errors.js';

const errorOf = (name: ReturnValueName, operation = 'sign', method = 'C_SignInit') =>
  signError({ code: returnValues[name], name, method }, { operation, tokenLabel: 'main' });

describe('errors made of return values', () => {
  it.each([
    ['CKR_TOKEN_NOT_PRESENT', 'ERR_UNAVAILABLE', true],
    ['CKR_SESSION_CLOSED', 'ERR_UNAVAILABLE', true],
    ['CKR_DEVICE_ERROR', 'ERR_UNAVAILABLE', true],
    ['CKR_GENERAL_ERROR', 'ERR_UNAVAILABLE', false],
    ['CKR_SESSION_COUNT', 'ERR_UNAVAILABLE', true],
    ['CKR_PIN_INCORRECT', 'ERR_AUTHENTICATION', false],
    ['CKR_PIN_LOCKED', 'ERR_AUTHENTICATION', false],
    ['CKR_USER_ANOTHER_ALREADY_LOGGED_IN', 'ERR_CONFLICT', false],
    ['CKR_MECHANISM_INVALID', 'ERR_ALGORITHM_UNSUPPORTED', false],
    ['CKR_ARGUMENTS_BAD', 'ERR_ALGORITHM_UNSUPPORTED', false],
    ['CKR_KEY_FUNCTION_NOT_PERMITTED', 'ERR_KEY_NOT_USABLE', false],
    ['CKR_KEY_UNEXTRACTABLE', 'ERR_KEY_NOT_USABLE', false],
    ['CKR_KEY_HANDLE_INVALID', 'ERR_KEY_NOT_FOUND', false],
    ['CKR_TEMPLATE_INCONSISTENT', 'ERR_INVALID_ARGUMENT', false],
    ['CKR_DATA_LEN_RANGE', 'ERR_INVALID_ARGUMENT', false],
    ['CKR_TOKEN_WRITE_PROTECTED', 'ERR_FORBIDDEN', false],
    ['CKR_OPERATION_ACTIVE', 'ERR_PROTOCOL', false],
    ['CKR_EXCEEDED_MAX_ITERATIONS', 'ERR_PROTOCOL', false],
  ] as const)('%s is %s, retryable %s, and names itself', (name, code, retryable) => {
    const error = errorOf(name);
    expect(error).toMatchObject({ code, retryable });
    expect(error.details).toMatchObject({
      upstreamName: name,
      upstreamCode: returnValues[name],
      operation: 'sign',
      tokenLabel: 'main',
    });
    expect(error.message).toContain(`C_SignInit returned ${name}`);
  });

  it('bad arguments of a function without a mechanism are nobody’s algorithm', () => {
    expect(errorOf('CKR_ARGUMENTS_BAD', 'find', 'C_FindObjects').code).toBe('ERR_PROTOCOL');
  });

  it('a number that nobody knows is told as it is', () => {
    const error = signError({ code: 0x80005001, name: '', method: 'C_OpenSession' }, { operation: 'open' });
    expect(error).toMatchObject({
      code: 'ERR_PROTOCOL',
      details: { upstreamName: 'CKR_VENDOR_DEFINED', upstreamCode: 0x80005001 },
    });
    expect(error.message).toContain('0x80005001');
  });

  it('a decryption that failed of its ciphertext does not say how, one that failed of the device does', () => {
    const opaque = (['CKR_ENCRYPTED_DATA_INVALID', 'CKR_GENERAL_ERROR', 'CKR_DATA_LEN_RANGE'] as const).map((name) =>
      errorOf(name, 'decrypt'),
    );
    expect(new Set(opaque.map(({ code, message, details }) => JSON.stringify({ code, message, details }))).size).toBe(1);
    expect(JSON.stringify(opaque[0]?.details)).not.toContain('CKR');
    expect(errorOf('CKR_DEVICE_REMOVED', 'decrypt').details.upstreamName).toBe('CKR_DEVICE_REMOVED');
  });

  it('an unclear outcome carries the id that was chosen, and its cause', () => {
    const error = outcomeUnknown(
      { code: 0x30, name: 'CKR_DEVICE_ERROR', method: 'C_GenerateKeyPair' },
      { operation: 'generateKeyPair' },
      '0a0b',
    );
    expect(error).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN', details: { ckaId: '0a0b', upstreamName: 'CKR_DEVICE_ERROR' } });
    expect(error.cause).toMatchObject({ code: 'ERR_UNAVAILABLE' });
  });

  it('foreign text is cleaned, and a missing addon has its remedy', () => {
    expect(loadError({ stage: 'addon', text: 'x' }, '/m.so')).toMatchObject({
      code: 'ERR_CAPABILITY_MISSING',
      message: expect.stringContaining('npm rebuild pkcs11js'),
    });
    const error = loadError({ stage: 'module', text: 'bad \u001b[31melf' }, '/m.so');
    expect(error.code).toBe('ERR_INVALID_ARGUMENT');
    expect(error.message).not.toContain('\u001b');
  });
});
