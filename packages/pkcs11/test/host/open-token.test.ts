import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { WorkerPort } from '../../src/host/worker-port.js';
import { failure, fakeModule, handClock, info, openFake, turn } from './fake-worker.js';

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

describe('a library that does not finish loading', () => {
  it('is given up after the time of one call, and its thread ends when it has loaded after all', async () => {
    const [clock, module] = [handClock(), fakeModule()];
    let late: () => void = () => undefined;
    const start = (): WorkerPort => ({
      ...module.start('control'),
      onMessage: (listener) => {
        late = () => listener({ kind: 'ready' });
      },
    });
    const opening = openFake({ ...module, start }, { clock, operationTimeoutMs: 1_000 });
    opening.catch(() => undefined);
    await turn();
    await clock.pass(1_000);
    await expect(opening).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    const [worker] = module.workers;
    expect([worker?.referenced, worker?.ended]).toEqual([false, false]);
    late();
    expect(worker?.ended).toBe(true);
  });
});
