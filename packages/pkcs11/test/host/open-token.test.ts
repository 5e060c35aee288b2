import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { failure, fakeModule, info, openFake } from './fake-worker.js';

const noToken = () => {
  throw new SignError('ERR_NOT_FOUND', 'no token matches', { details: { tokens: [] } });
};
const opening = (code: number, name: string, select?: typeof noToken) =>
  openFake(fakeModule([info('one')], failure(code, name, 'C_GetTokenInfo')), { ...(select && { select }) });

describe('a token that cannot be read while others can', () => {
  it.each([
    [0x03, 'CKR_SLOT_ID_INVALID'],
    [0x30, 'CKR_DEVICE_ERROR'],
    [0x32, 'CKR_DEVICE_REMOVED'],
    [0xe0, 'CKR_TOKEN_NOT_PRESENT'],
    [0xe1, 'CKR_TOKEN_NOT_RECOGNIZED'],
  ] as const)('0x%i, %s, is told where none matches: it may be the wanted one', async (code, name) => {
    await expect(opening(code, name, noToken)).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('no token matches'),
      details: { upstreamName: name, upstreamCode: code, method: 'C_GetTokenInfo', tokens: [] },
      cause: { code: 'ERR_NOT_FOUND' },
    });
  });

  it('does not keep one that matches from being opened', async () => {
    const { token } = await opening(0x30, 'CKR_DEVICE_ERROR');
    expect(token.token.label).toBe('one');
    await token.close();
  });

  it('is no excuse for a token that nobody has', async () => {
    await expect(openFake(fakeModule(), { select: noToken })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
