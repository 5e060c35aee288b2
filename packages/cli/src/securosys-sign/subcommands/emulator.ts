import { invalidArgument, SignError } from '@securosys/core';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

/** What of the emulator's package is used here: it is no dependency of this one, and for development only. */
interface EmulatorPackage {
  startTsbEmulator(options: { port?: number; dataFolder?: string; banner: (text: string) => void }): Promise<{
    readonly url: string;
    readonly token: string;
    readonly tsb: { addKey(options: { label: string; spec: string }): Promise<unknown> };
    close(): Promise<void>;
  }>;
}

const name = '@securosys/tsb-emulator';

const missing: readonly unknown[] = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/** Looked for where this program lies, as its own dependencies are. @throws SignError `ERR_CAPABILITY_MISSING` when it is not installed */
async function loadEmulator({ io }: CommandContext): Promise<EmulatorPackage> {
  try {
    const { createRequire } = await import('node:module');
    const { loadPackage = createRequire(io.programFile) } = io;
    return loadPackage(name) as EmulatorPackage;
  } catch (cause) {
    if (!missing.includes((cause as NodeJS.ErrnoException).code)) throw cause;
    throw new SignError('ERR_CAPABILITY_MISSING', 'the emulator is a package of its own, for development, and not installed', {
      cause,
      details: { advice: `install it beside this program: npm install ${name} (with -g where this one was installed so)` },
    });
  }
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

function portOf(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  return /^\d{1,5}$/.test(typed) && Number(typed) <= 65_535 ? Number(typed) : invalidArgument('--port is a number up to 65535');
}

/** `emulator`. */
export const command: Command = {
  describe:
    'Runs an emulated Transaction Security Broker on this machine until Ctrl-C, for development. Software keys: never for production. It needs the package @securosys/tsb-emulator, whose own program has more options.',
  options: [
    { name: 'port', value: 'number', describe: 'default: one that is free' },
    { name: 'data', value: 'path', describe: 'keep keys and requests in this folder, private keys IN CLEAR; default: memory' },
    { name: 'add-key', value: 'label', many: true, describe: 'make a signing key on P-256 that nobody has to approve' },
  ],
  examples: ['securosys-sign emulator --port 8080 --add-key release'],
  run: async (context) => {
    const { words, output, signal } = context;
    const port = portOf(words.text('port'));
    const data = words.text('data');
    const labels = words.list('add-key');
    const { startTsbEmulator } = await loadEmulator(context);
    const emulator = await startTsbEmulator({
      ...(port !== undefined && { port }),
      ...(data !== undefined && { dataFolder: context.path(data) }),
      banner: (text) => output.warn(text.replace(/[*\s]+/g, ' ').trim()),
    });
    try {
      for (const label of labels) await emulator.tsb.addKey({ label, spec: 'ec-p256' });
      const { url, token } = emulator;
      output.result({ url, token, keys: labels }, [
        { text: `TSB_URL=${url}`, tone: 'strong' },
        { text: `TSB_TOKEN=${token}`, tone: 'strong' },
        { text: 'SECUROSYS_SIGN_ALLOW_EMULATED=true', tone: 'strong' },
      ]);
      await ended(signal);
    } finally {
      await emulator.close();
    }
    return 'ok';
  },
};
