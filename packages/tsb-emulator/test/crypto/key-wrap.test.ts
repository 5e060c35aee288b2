import { createSecretKey } from 'node:crypto';
import { hexBytes, hexText } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { aesUnwrap, aesWrap } from '../../src/crypto/key-wrap.js';

const key = (hex: string) => createSecretKey(hex, 'hex');

describe('AES key wrap', () => {
  it('is RFC 3394: §4.1 and §4.6', () => {
    const data = '00112233445566778899aabbccddeeff';
    expect(hexText(aesWrap(key('000102030405060708090a0b0c0d0e0f'), 'wrap', hexBytes(data)))).toBe(
      '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
    );
    const kek = key('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f');
    const wrapped = '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21';
    expect(hexText(aesUnwrap(kek, 'wrap', hexBytes(wrapped)))).toBe(`${data}000102030405060708090a0b0c0d0e0f`);
  });

  it('with padding is RFC 5649 §6', () => {
    const kek = key('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8');
    const data = 'c37b7e6492584340bed12207808941155068f738';
    const wrapped = '138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a';
    expect(hexText(aesWrap(kek, 'wrap-pad', hexBytes(data)))).toBe(wrapped);
    expect(hexText(aesUnwrap(kek, 'wrap-pad', hexBytes(wrapped)))).toBe(data);
    expect(hexText(aesWrap(kek, 'wrap-pad', hexBytes('466f7250617369')))).toBe('afbeb0f07dfbf5419200f2ccb50bb24f');
  });

  it('refuses what RFC 3394 cannot wrap, and what was tampered with', () => {
    const kek = key('000102030405060708090a0b0c0d0e0f');
    expect(() => aesWrap(kek, 'wrap', new Uint8Array(15))).toThrow('multiples of 8');
    const wrapped = aesWrap(kek, 'wrap', new Uint8Array(16));
    wrapped[3] = (wrapped[3] ?? 0) ^ 1;
    expect(() => aesUnwrap(kek, 'wrap', wrapped)).toThrow('Error unwrapping key');
  });
});
