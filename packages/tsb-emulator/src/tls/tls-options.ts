import { invalidArgument, knownOptions } from '@securosys/core';

/** TLS of the port. PEM texts; what is left out is made by the emulator and given out when it starts. */
export interface TlsOptions {
  /** Certificate of the server, with its intermediates. Needs `privateKey`. */
  readonly certificate?: string;
  readonly privateKey?: string;
  /** Who issues client certificates. Default: a CA of the emulator, which then gives out one client certificate. */
  readonly clientCa?: string;
  /** `need` refuses clients without a valid certificate, `want` those with an invalid one; `none` (default) asks for none (`tsb-rest-api.md` §1.2). */
  readonly clientAuth?: 'need' | 'want' | 'none';
}

/** What a client needs to reach a port whose chain the emulator made. PEM. */
export interface TlsMaterial {
  /** To trust; absent when the server's certificate was given. */
  readonly ca?: string;
  /** To present; absent when no certificate is asked for or the CA of clients was given. */
  readonly clientCertificate?: string;
  readonly clientPrivateKey?: string;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function readTlsOptions(tls: TlsOptions | boolean | undefined): TlsOptions | undefined {
  if (tls === undefined || tls === false) return undefined;
  if (tls === true) return {};
  knownOptions('tls', tls, ['certificate', 'privateKey', 'clientCa', 'clientAuth']);
  if ((tls.certificate === undefined) !== (tls.privateKey === undefined))
    invalidArgument('tls: certificate and privateKey belong together');
  if (!['need', 'want', 'none'].includes(tls.clientAuth ?? 'none'))
    invalidArgument('tls: clientAuth has to be need, want or none');
  return tls;
}
