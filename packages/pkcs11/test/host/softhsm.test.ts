import { describe, expect, it } from 'vitest';
import { addonPath, nativeOn, run } from '../native.js';
import { softhsm, softhsmModule, softhsmNeeded, tokens } from '../softhsm.js';
import { makeKey, open } from './real.js';

const { label, pin } = tokens.restless;

describe.skipIf(!softhsmModule || !addonPath)(`a token of SoftHSM2 ${softhsmNeeded}`, () => {
  it('signs for many callers at once, and for one token while another on it is closed', async () => {
    const [first, second] = [await open(softhsm(), label, pin, { lanes: 2 }), await open(softhsm(), label, pin, { lanes: 2 })];
    const key = await makeKey(first, 'of two');
    const [found] = await second.find(
      [
        { type: 0, value: 3 },
        { type: 0x102, value: key.id },
      ],
      [],
    );
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('signed in a lane')));
    const running = Array.from({ length: 60 }, () => second.sign(found!.handle, { type: 0x1041 }, digest, 64));
    const own = await Promise.all(Array.from({ length: 40 }, () => key.sign()));
    await first.close();
    for (const signature of [...own, ...(await Promise.all(running))]) expect(key.verifies(signature)).toBe(true);
    expect((await second.mechanisms()).get(0x1041)?.flags).toBeTypeOf('number');
    await second.close();
  });

  it('logged out by other code, it logs in again, and signs with the same key under its new number', async () => {
    const token = await open(softhsm(), label, pin, { lanes: 2 });
    const decoy = await makeKey(token, 'decoy');
    const key = await makeKey(token, 'logged out');
    await key.sign();
    const native = nativeOn(softhsm());
    const session = run(native, { op: 'openSession', slot: token.token.slotId, readWrite: false });
    const before = token.epoch;
    for (let round = 0; round < 3; round++) {
      run(native, { op: 'logout', session });
      const signatures = await Promise.all(Array.from({ length: 10 }, () => key.sign()));
      for (const signature of signatures) expect(key.verifies(signature)).toBe(true);
    }
    expect(token.epoch).toBeGreaterThan(before);
    run(native, { op: 'logout', session });
    expect(
      await token.find(
        [
          { type: 0, value: 3 },
          { type: 0x102, value: key.id },
        ],
        [],
      ),
    ).toHaveLength(1);
    await token.destroyObject(decoy.handle);
    expect(
      await token.find(
        [
          { type: 0, value: 3 },
          { type: 0x102, value: decoy.id },
        ],
        [],
      ),
    ).toHaveLength(0);
    expect(key.verifies(await key.sign())).toBe(true);
    run(native, { op: 'closeSession', session });
    await token.close();
  });

  it('what is not a PKCS#11 library is refused, and so is a path that is not absolute', async () => {
    await expect(open('/bin/sh', label, pin)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(open('/nowhere.so', label, pin)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await expect(open('libsofthsm2.so', label, pin)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
