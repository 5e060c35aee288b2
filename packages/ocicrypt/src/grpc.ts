import type * as Grpc from '@grpc/grpc-js';
import { SignError } from '@securosys/core';
import type { KeyProviderPlugin } from '@securosys/ocicrypt';
import { type KeyProviderServiceOptions, type ServiceAddress, serviceAddress } from './grpc/options.js';
import { residentPlugin } from './grpc/resident-plugin.js';
import { keyProviderService, serviceHandlers } from './grpc/service.js';
import { closeSocketToOthers, prepareSocket } from './grpc/socket-folder.js';
import { maxRequestBytes } from './provider/request.js';
import { createKeyPool } from './provider/resident-keys.js';
import { providerScheme } from './recipients/annotations.js';

export type { KeyProviderServiceOptions, MutualTls } from './grpc/options.js';

/** A key provider that is served. */
export interface KeyProviderService {
  /** What stands behind `grpc` in `ocicrypt.conf`: `unix:///path` or `host:port`. */
  readonly target: string;
  /** Lets calls end for 5 seconds, then ends them; wipes what they shared and closes the backend. */
  close(): Promise<void>;
}

const defaultShareMs = 30_000;
const closeMs = 5_000;

async function loadGrpc(): Promise<typeof Grpc> {
  try {
    return await import('@grpc/grpc-js');
  } catch (cause) {
    throw new SignError('ERR_CAPABILITY_MISSING', 'the gRPC service needs @grpc/grpc-js: npm install @grpc/grpc-js', { cause });
  }
}

function credentials({ ServerCredentials }: typeof Grpc, address: ServiceAddress): Grpc.ServerCredentials {
  if (!('tls' in address) || !address.tls) return ServerCredentials.createInsecure();
  const { cert, key, clientCa } = address.tls;
  return ServerCredentials.createSsl(
    Buffer.from(clientCa),
    [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }],
    true,
  );
}

function bound(server: Grpc.Server, target: string, own: Grpc.ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(target, own, (error, port) =>
      error
        ? reject(new SignError('ERR_UNAVAILABLE', 'the address of the key provider cannot be served', { cause: error }))
        : resolve(port),
    );
  });
}

function shutDown(server: Grpc.Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, closeMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Serves ocicrypt's key provider protocol as a gRPC service (`ocicrypt.md` §7.3) until it is closed: a Unix socket that only this user
 * can reach, or a TCP port with mutual TLS. The backend is opened once. Calls share what they unwrap, see
 * {@link KeyProviderServiceOptions.shareForMs}. Needs the package `@grpc/grpc-js`.
 *
 * @example
 * ```ts
 * import { createMemoryBackend } from '@securosys/core/memory';
 * import { serveKeyProviderGrpc } from '@securosys/ocicrypt/grpc';
 *
 * const backend = createMemoryBackend();
 * const { ref, spki } = await backend.createKey({ label: 'layers', spec: 'rsa-2048', purpose: 'decrypt' });
 * const plugin = {
 *   name: 'example',
 *   key: (kid: string) => (kid === 'layers' ? { ref, publicKey: spki } : undefined),
 *   open: () => backend,
 * };
 * const service = await serveKeyProviderGrpc(plugin, { socket: '/run/user/1000/example/provider.sock' });
 * console.log(service.target);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for an address that others could reach, `ERR_CAPABILITY_MISSING` without grpc-js,
 * `ERR_CONFLICT` when the socket is served already, `ERR_UNAVAILABLE`
 */
export async function serveKeyProviderGrpc(
  plugin: KeyProviderPlugin,
  options: KeyProviderServiceOptions,
): Promise<KeyProviderService> {
  const address = serviceAddress(options);
  providerScheme(plugin.name);
  const grpc = await loadGrpc();
  const resident = residentPlugin(plugin);
  const keys = createKeyPool(options.shareForMs ?? defaultShareMs);
  const server = new grpc.Server({ 'grpc.max_receive_message_length': maxRequestBytes + 64 });
  const means = { plugin: resident.plugin, env: options.env ?? process.env, pool: keys.pool };
  server.addService(keyProviderService, serviceHandlers(means));
  if ('socket' in address) await prepareSocket(address.socket);
  const asked = 'socket' in address ? `unix:${address.socket}` : `${address.host}:${address.port}`;
  const port = await bound(server, asked, credentials(grpc, address));
  if ('socket' in address) await closeSocketToOthers(address.socket);
  return {
    target: 'socket' in address ? `unix://${address.socket}` : `${address.host}:${port}`,
    async close() {
      await shutDown(server);
      keys.close();
      await resident.close();
    },
  };
}
