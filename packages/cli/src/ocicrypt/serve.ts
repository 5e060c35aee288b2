import { invalidArgument } from '@securosys/core';
import type { KeyProviderPlugin } from '@securosys/ocicrypt';
import { type KeyProviderServiceOptions, serveKeyProviderGrpc } from '@securosys/ocicrypt/grpc';
import { absolutePath, readNamedFile } from '../files/read-file.js';
import type { CommandLine } from './command-line.js';
import { millisecondsOf } from './settings.js';

const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

async function tlsOf({ cert, key, 'client-ca': clientCa }: CommandLine['own']): Promise<KeyProviderServiceOptions['tls']> {
  const [own, secret, ca] = [text(cert), text(key), text(clientCa)];
  if (own === undefined && secret === undefined && ca === undefined) return undefined;
  if (own === undefined || secret === undefined || ca === undefined)
    return invalidArgument('mutual TLS needs --cert, --key and --client-ca');
  return {
    cert: await readNamedFile(own, '--cert', 'own'),
    key: await readNamedFile(secret, '--key', 'private'),
    clientCa: await readNamedFile(ca, '--client-ca', 'own'),
  };
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, and those of reading files */
export async function serviceOptions(own: CommandLine['own']): Promise<KeyProviderServiceOptions> {
  const [socket, host, port] = [text(own.socket), text(own.host), text(own.port)];
  const share = text(own['share-ms']);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) invalidArgument('--port is no port');
  const tls = await tlsOf(own);
  return {
    ...(socket !== undefined && { socket: absolutePath(socket, '--socket') }),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: Number(port) }),
    ...(tls && { tls }),
    ...(own['plaintext-on-loopback'] === true && { allowPlaintextLoopback: true }),
    ...(share !== undefined && { shareForMs: millisecondsOf(share, '--share-ms') }),
  };
}

/** Serves until the process is asked to end, and says where when it is ready. */
export async function serveUntilEnded(plugin: KeyProviderPlugin, { own }: CommandLine): Promise<void> {
  const service = await serveKeyProviderGrpc(plugin, await serviceOptions(own));
  process.stdout.write(`${plugin.name}: serving ${service.target}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await service.close();
}
