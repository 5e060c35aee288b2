// The emulator in a process of its own. Told a number of seconds, it says what its processor did since it was asked the last time.
import { createPrivateKey } from 'node:crypto';
import { startTsbEmulator } from '@securosys/tsb-emulator';

const privateKey = createPrivateKey(process.env.BENCH_KEY ?? '');
const emulator = await startTsbEmulator({ token: 'bench-token', banner: () => undefined });
await emulator.tsb.addKey({ label: 'bench', privateKey });
let cpu = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  process.send?.((user + system) / 1e6);
});
process.on('disconnect', () => process.exit());
process.send?.(emulator.url);
