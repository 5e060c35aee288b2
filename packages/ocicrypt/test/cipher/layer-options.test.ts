import { SignError, utf8Bytes, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodePrivateOptions,
  decodePublicOptions,
  encodePrivateOptions,
  encodePublicOptions,
} from '../../src/cipher/layer-options.js';
import { plainDigest, privateOptions, privateText, publicOptions } from './vectors.js';

const publicText = utf8Text(publicOptions);
const code = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return SignError.is(error) ? error.code : error;
  }
  return 'accepted';
};
const privately = (text: string) => code(() => decodePrivateOptions(utf8Bytes(text)));
const publicly = (text: string) => code(() => decodePublicOptions(utf8Bytes(text)));

describe('the options of a layer', () => {
  it('what skopeo wrote is read and written again byte for byte', () => {
    const read = decodePrivateOptions(privateOptions);
    expect(read.digest).toBe(plainDigest);
    expect(encodePrivateOptions(read)).toEqual(privateOptions);
    expect(privateOptions.byteLength).toBe(193);
    expect(encodePublicOptions(decodePublicOptions(publicOptions))).toEqual(publicOptions);
  });

  it('any key, nonce and MAC come back as they were', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(bytes(32), bytes(16), bytes(32), (key, nonce, hmac) => {
        expect(decodePrivateOptions(encodePrivateOptions({ key, nonce, digest: plainDigest }))).toEqual({
          key: Uint8Array.from(key),
          nonce: Uint8Array.from(nonce),
          digest: plainDigest,
        });
        expect(decodePublicOptions(encodePublicOptions({ hmac })).hmac).toEqual(Uint8Array.from(hmac));
      }),
      { numRuns: 20 },
    );
  });

  it('a nonce in the public options is refused, even one that agrees: others would prefer it', () => {
    expect(publicly(publicText.replace('{}', '{"nonce":"4OnyC5WaB2R5WV+FjkE5tA=="}'))).toBe('ERR_MALFORMED');
    expect(publicly(publicText.replace('{}', '{"rounds":"AA=="}'))).toBe('ERR_MALFORMED');
  });

  it('a missing cipher, an unknown one and a missing MAC are refused', () => {
    expect(publicly('{}')).toBe('ERR_MALFORMED');
    expect(publicly('')).toBe('ERR_MALFORMED');
    expect(publicly(publicText.replace('AES_256_CTR_HMAC_SHA256', 'AES_128_CTR'))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(publicly('{"cipher":"AES_256_CTR_HMAC_SHA256","cipheroptions":{}}')).toBe('ERR_MALFORMED');
    expect(publicly('{"cipher":"AES_256_CTR_HMAC_SHA256","hmac":"AAAA","cipheroptions":{}}')).toBe('ERR_MALFORMED');
  });

  it('a map that Go never made is null, and no map at all is as good', () => {
    expect(publicly(publicText.replace('{}', 'null'))).toBe('accepted');
    expect(publicly(publicText.replace(',"cipheroptions":{}', ''))).toBe('accepted');
  });

  it('a missing or short nonce is refused: other readers would draw one by lot', () => {
    expect(privately(privateText.replace('"nonce":"4OnyC5WaB2R5WV+FjkE5tA=="', ''))).toBe('ERR_MALFORMED');
    expect(privately(privateText.replace('4OnyC5WaB2R5WV+FjkE5tA==', '4OnyC5WaB2R5WV+FjkE='))).toBe('ERR_MALFORMED');
    expect(privately(privateText.replace(/,"cipheroptions".*/, '}'))).toBe('ERR_MALFORMED');
  });

  it('a short key is refused, and no error quotes it', () => {
    const short = privateText.replace('vjaHUKY1hzcFA2vhsi1T8Y4Ss2Wmr4kfcCDybNQyGKE=', 'vjaHUKY1hzcFA2vhsi1T8Y4Ss2Wmr4kf');
    expect(() => decodePrivateOptions(utf8Bytes(short))).toThrow(/32 bytes expected/);
    expect(() => decodePrivateOptions(utf8Bytes(short))).not.toThrow(/vjaHUKY1/);
  });

  it('members that Go would take for ours make two readings and are refused', () => {
    const nonce = '"nonce":"4OnyC5WaB2R5WV+FjkE5tA=="';
    for (const name of ['Symkey', 'SYMKEY', '\u017fymkey', 'CipherOptions'])
      expect(privately(privateText.replace('{', `{"${name}":"AA==",`)), name).toBe('ERR_MALFORMED');
    expect(privately(privateText.replace(nonce, `${nonce},${nonce}`))).toBe('ERR_MALFORMED');
    expect(publicly(publicText.replace('{', '{"HMAC":"AA==",'))).toBe('ERR_MALFORMED');
  });

  it('documents of a size that none has are refused', () => {
    expect(privately(privateText.replace('{', `{${' '.repeat(5000)}`))).toBe('ERR_LIMIT');
    expect(publicly(publicText.replace('{', `{${' '.repeat(5000)}`))).toBe('ERR_LIMIT');
  });
});
