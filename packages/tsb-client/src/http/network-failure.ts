import { SignError, type SignErrorCode } from '@securosys/core';

/** The server is not who it should be. Nothing was said to it, and trying again mends nothing. */
const untrusted = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UND_ERR_PRX_TLS',
]);

/** The server's chain ends in a root that nobody here knows: often one of a company's own. */
const unknownRoot = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Names and routes that lead nowhere, connections that were not accepted: the server saw nothing, and may next time. */
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);
/** Routes that lead nowhere any more: while connecting the same, but a connection that was made may have carried the call before. */
const lostRoutes = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/**
 * TLS alerts by which a server refuses the certificate of a client, or its lack; their first words differ between versions of
 * OpenSSL. In TLS 1.3 they race with the end of the connection, which then is all there is.
 */
const refusedIdentity =
  /_ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/;

interface Found {
  readonly codes: readonly string[];
  /** Whether each of them says that there was no connection. */
  readonly unconnected: boolean;
  /** Status by which a proxy refused a tunnel. */
  readonly tunnel: number | undefined;
  /** Whether the other side closed a connection on which it had never said a word, not counting the handshake. */
  readonly silent: boolean;
}

/** undici says with a closed connection what went over it. */
function closedSilently(error: Error): boolean {
  const socket: unknown = 'code' in error && error.code === 'UND_ERR_SOCKET' && 'socket' in error ? error.socket : undefined;
  return typeof socket === 'object' && socket !== null && 'bytesRead' in socket && socket.bytesRead === 0;
}

function search(error: unknown, depth = 0): Found {
  if (depth > 4 || !(error instanceof Error)) return { codes: [], unconnected: true, tunnel: undefined, silent: false };
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const connecting = 'syscall' in error && error.syscall === 'connect';
  const inner = error instanceof AggregateError ? error.errors.map((one: unknown) => search(one, depth + 1)) : [];
  const all = [...inner, search(error.cause, depth + 1)];
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1];
  return {
    codes: [...own, ...all.flatMap(({ codes }) => codes)],
    unconnected:
      // What stands for several tries has the code of one of them.
      (inner.length > 0 || own.every((code) => unreachable.has(code) || (connecting && lostRoutes.has(code)))) &&
      all.every(({ unconnected }) => unconnected),
    tunnel: status === undefined ? all.find(({ tunnel }) => tunnel !== undefined)?.tunnel : Number(status),
    silent: closedSilently(error) || all.some(({ silent }) => silent),
  };
}

/** A failed `fetch` as an error of ours. It says stable names only, no text that could quote a header. */
export interface NetworkFailure {
  readonly failed: SignError;
  /** True only when it is certain that the TSB saw nothing. */
  readonly neverSent: boolean;
}

/** Sorts what `fetch` rejected with; `https` when TLS was asked for, which may have failed for a reason that only the server knows. */
export function networkFailure(what: string, error: unknown, https: boolean): NetworkFailure {
  const { codes, unconnected, tunnel, silent } = search(error);
  const names = [...new Set(codes.map((code) => code.replaceAll('/', '_')))]
    .filter((code) => /^[A-Z][A-Z0-9_]{1,60}$/.test(code))
    .slice(0, 4);
  const fail = (code: SignErrorCode, why: string, neverSent: boolean, retryable: boolean, more = {}): NetworkFailure => ({
    failed: new SignError(code, `${what} ${why}`, { details: { names, ...more }, retryable }),
    neverSent,
  });
  const list = names.join(', ');
  if (tunnel === 407) return fail('ERR_AUTHENTICATION', 'was refused by the proxy: its login', true, false, { status: tunnel });
  if (tunnel !== undefined)
    return fail('ERR_NETWORK', `was refused by the proxy with HTTP ${tunnel}`, true, tunnel >= 500, { status: tunnel });
  if (names.some((name) => refusedIdentity.test(name)))
    return fail(
      'ERR_AUTHENTICATION',
      `was refused in the TLS handshake, for the client certificate or the lack of one: ${list}`,
      true,
      false,
    );
  if (names.some((name) => untrusted.has(name))) {
    const hint = names.some((name) => unknownRoot.has(name)) ? '; give its root as the option ca' : '';
    return fail('ERR_NETWORK', `was not sent, because the server is not trusted: ${list}${hint}`, true, false);
  }
  const hint =
    https && silent ? "; the server closed the connection: does it ask for a client certificate (auth.type 'certificate')?" : '';
  return fail('ERR_NETWORK', `got no answer: ${list || 'connection failed'}${hint}`, names.length > 0 && unconnected, true);
}
