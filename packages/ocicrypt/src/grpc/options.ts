import { invalidArgument, isLoopback, knownOptions } from '@securosys/core';

/** Certificates of a service that is reached over TCP: both sides show one. PEM. */
export interface MutualTls {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  /** Who issues the certificates of clients: whoever has one may unwrap. */
  readonly clientCa: string | Uint8Array;
}

/** Where a key provider is served: a Unix socket, or a TCP port. */
export interface KeyProviderServiceOptions {
  /** Absolute path of a Unix socket in a folder of its own (mode 0700); the socket gets mode 0600. */
  socket?: string;
  /** Default `127.0.0.1`. */
  host?: string;
  /** 0 takes a free one. */
  port?: number;
  tls?: MutualTls;
  /** Serves a port of this machine without TLS, to every user of it. */
  allowPlaintextLoopback?: boolean;
  /**
   * How long a content key that was unwrapped opens the other layers of its image, in milliseconds since its last use, and in all at most
   * ten times as long: those whose packets carry it in the same encrypted form, and no others. It is in the memory of this process only,
   * and wiped when the time is over. Without it each layer that comes after another asks anew. Default 30 000; 0 shares between calls at
   * the same time only.
   */
  shareForMs?: number;
  /** What plugins are told as their environment. Default: that of the process. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** An address, and what protects it. */
export type ServiceAddress =
  | { readonly socket: string }
  | { readonly host: string; readonly port: number; readonly tls?: MutualTls };

/**
 * Checks where a service is to be served: never in plain text beyond this machine (S15).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function serviceAddress(options: KeyProviderServiceOptions): ServiceAddress {
  const names = ['socket', 'host', 'port', 'tls', 'allowPlaintextLoopback', 'shareForMs', 'env'];
  knownOptions('serveKeyProviderGrpc', options, names);
  const { socket, host = '127.0.0.1', port, tls, allowPlaintextLoopback } = options;
  if ((socket === undefined) === (port === undefined))
    return invalidArgument('a key provider is served on a socket or on a port');
  if (socket !== undefined) {
    if (!socket.startsWith('/') || socket.length > 100 || options.host !== undefined || tls)
      invalidArgument('a socket is an absolute path of at most 100 characters, without host and TLS');
    return { socket };
  }
  if (!Number.isInteger(port) || (port as number) < 0 || (port as number) > 65_535) invalidArgument('port is no port');
  if (tls) return { host, port: port as number, tls };
  if (!allowPlaintextLoopback || !isLoopback(host))
    invalidArgument('a port without mutual TLS is served on this machine only, and with the option allowPlaintextLoopback');
  return { host, port: port as number };
}
