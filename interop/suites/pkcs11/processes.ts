import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildFaultModule } from '../../../packages/pkcs11/test/fault-module/fault-module.js';
import { answerOf, runChild, startChild } from './run-child.js';
import type { World } from './world.js';

/** How processes that use a token share it, and end. */
export async function processes({ report, scope, softhsm, nss }: World): Promise<void> {
  for (const [name, token] of Object.entries({ SoftHSM2: softhsm, NSS: nss })) {
    const lives = {
      'two backends': 'of two backends on one module, one closes while the other signs',
      'two copies': 'two copies of the package in one process use the same module',
      'no close': 'a process that forgets to close ends by itself',
      'exit under load': 'a process may exit while signatures are made',
    };
    for (const [mode, claim] of Object.entries(lives))
      await report.case(`${name}: ${claim}`, async () => {
        const finished = await runChild('lives', { token, mode, timeoutMs: 55_000 });
        if (mode === 'exit under load') assert.equal(finished.code, 0, finished.stderr);
        else assert.equal(answerOf(finished), 'done');
      });
    for (const mode of ['killed under load', 'close on SIGTERM'])
      await report.case(`${name}: SIGTERM ends a process under load (${mode})`, async () => {
        const child = startChild('lives', { token, mode });
        for (let wait = 0; !child.output().includes('signing') && wait < 200; wait++) await sleep(100);
        await sleep(500);
        const start = performance.now();
        await child.stop();
        assert.ok(performance.now() - start < 1_900, 'it had to be killed');
        assert.ok(!/Segmentation|Assertion|Error/.test(child.output()), child.output());
      });
    await report.case(`${name}: signatures wait for a token that is removed, and are made when it is back`, async () => {
      const fault = buildFaultModule(token.module);
      scope.defer(() => fault.remove());
      const behind = { ...token, module: fault.path };
      const told = answerOf<string[]>(await runChild('lives', { token: behind, mode: 'token removed' }));
      assert.deepEqual([...new Set(told)], ['reconnecting', 'reconnected']);
    });
    await report.case(`${name}: a wrong PIN is one C_Login, whatever is called afterwards`, async () => {
      const fault = buildFaultModule(token.module);
      scope.defer(() => fault.remove());
      const behind = { ...token, module: fault.path };
      const codes = answerOf<string[]>(await runChild('lives', { token: behind, mode: 'wrong PIN' }));
      assert.equal(fault.calls('C_Login'), 1);
      assert.equal(codes[0], 'ERR_AUTHENTICATION CKR_PIN_INCORRECT');
      assert.ok(codes.length === 4 && codes.every((code) => code.startsWith('ERR_AUTHENTICATION')), codes.join());
      // Once more with the right one: the counter of the token goes back.
      fault.reset();
      assert.equal(answerOf(await runChild('lives', { token: behind, mode: 'no close' })), 'done');
      assert.equal(fault.calls('C_Login'), 1);
    });
  }
  await report.case(
    'SoftHSM2: 64 lanes on a token with 10 sessions are 8, and where none is left the error says what to do',
    async () => {
      const fault = buildFaultModule(softhsm.module);
      scope.defer(() => fault.remove());
      const behind = { ...softhsm, module: fault.path };
      const told = answerOf<Record<string, unknown>>(
        await runChild('lives', { token: behind, mode: 'more lanes than sessions' }),
      );
      const { lanes, code, message, name, number } = told;
      assert.deepEqual([lanes, code, name, number], [8, 'ERR_UNAVAILABLE', 'CKR_SESSION_COUNT', 0xb1]);
      assert.match(String(message), /use fewer lanes or processes/);
    },
  );
}
