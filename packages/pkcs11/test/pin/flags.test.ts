import { afterEach, describe, expect, it } from 'vitest';
import { createWorld, fakeToken, flags, removeWorlds, tokenInfo } from './world.js';

afterEach(removeWorlds);

const withFlags = (more: number) => tokenInfo({ flags: flags.loginRequired | more });

async function attempted(more: number, options: { allowFinalTry?: boolean } = {}) {
  const world = createWorld();
  const asked: boolean[] = [];
  const sources = [
    async ({ finalTry }: { finalTry: boolean }) => {
      asked.push(finalTry);
      return 'right';
    },
  ];
  const { login, tried } = fakeToken('right');
  const request = { token: withFlags(more), purpose: 'login' as const };
  const error = await world
    .provider({ sources, ...options })
    .withPin(request, login)
    .catch((e) => e);
  return { error, asked, tried, warnings: world.warnings };
}

describe('the flags of a token', () => {
  it('a token without CKF_LOGIN_REQUIRED needs no PIN', () => {
    const provider = createWorld().provider({});
    expect(provider.required(tokenInfo({ flags: 0x400 }))).toBe(false);
    expect(provider.required(tokenInfo({ flags: 0x404 }))).toBe(true);
  });

  it.each([
    ['CKF_USER_PIN_LOCKED', flags.locked, 'ERR_AUTHENTICATION'],
    ['CKF_USER_PIN_TO_BE_CHANGED', flags.toBeChanged, 'ERR_AUTHENTICATION'],
    ['CKF_USER_PIN_FINAL_TRY', flags.finalTry, 'ERR_AUTHENTICATION'],
    ['CKF_PROTECTED_AUTHENTICATION_PATH', flags.protectedPath, 'ERR_CAPABILITY_MISSING'],
  ])('%s stops before a source is asked', async (tokenFlag, flag, code) => {
    const { error, asked, tried } = await attempted(flag);
    expect(error).toMatchObject({ code, details: { tokenFlag, tokenLabel: 'release' } });
    expect([asked, tried]).toEqual([[], []]);
  });

  it('the last try is made for who allows it, and the callback is told', async () => {
    const { error, asked, tried } = await attempted(flags.finalTry, { allowFinalTry: true });
    expect([error, asked, tried]).toEqual([undefined, [true], ['right']]);
    expect((await attempted(flags.finalTry | flags.locked, { allowFinalTry: true })).tried).toEqual([]);
  });

  it('CKF_USER_PIN_COUNT_LOW warns', async () => {
    const { error, tried, warnings } = await attempted(flags.countLow);
    expect([error, tried]).toEqual([undefined, ['right']]);
    expect(warnings).toEqual(['a wrong PIN was tried on this token since its last login']);
  });
});
