import { invalidArgument, type Logger, systemClock } from '@securosys/core';
import { addonPath } from './addon-path.js';
import { pkcs11Backend } from './backend.js';
import { openToken } from './host/open-token.js';
import type { OpenTokenOptions, Token } from './host/token-options.js';
import { keyRefOfUri } from './keys/key-query.js';
import { waitingFor } from './keys/waiting-for.js';
import { modulePath } from './module-path.js';
import { checkOpenOptions, type OpenPkcs11Options } from './options.js';
import { createPinProvider } from './pin/create-pin-provider.js';
import type { PinProvider } from './pin/pin-provider.js';
import type { Pkcs11Backend } from './pkcs11-backend.js';
import type { Pkcs11Uri } from './uri/attributes.js';
import type { TokenParts } from './uri/match-token.js';
import { parsePkcs11Uri } from './uri/parse.js';
import { selectTokens } from './uri/select-tokens.js';
import { pinOfUri } from './uri-pin.js';

/** What the URI and the options say of the token; where both speak, they must agree. */
function wantedToken({ tokenLabel, tokenSerial }: OpenPkcs11Options, uri: Pkcs11Uri | undefined): TokenParts {
  if (tokenLabel !== undefined && (uri?.token ?? tokenLabel) !== tokenLabel)
    invalidArgument('openPkcs11: tokenLabel and the URI name two tokens');
  if (tokenSerial !== undefined && (uri?.serial ?? tokenSerial) !== tokenSerial)
    invalidArgument('openPkcs11: tokenSerial and the URI name two tokens');
  return {
    ...uri,
    ...(tokenLabel !== undefined && { token: tokenLabel }),
    ...(tokenSerial !== undefined && { serial: tokenSerial }),
  };
}

function pinProvider(options: OpenPkcs11Options, uri: Pkcs11Uri | undefined): PinProvider {
  const { pin = [], allowFinalTry, cachePinForRelogin, pinStateFolder, pinVersion, env, clock, logger } = options;
  const given = Array.isArray(pin) ? pin : [pin];
  return createPinProvider({
    sources: [...given, ...pinOfUri(uri, logger)],
    ...(allowFinalTry !== undefined && { allowFinalTry }),
    ...(cachePinForRelogin !== undefined && { cachePinForRelogin }),
    ...(pinStateFolder !== undefined && { stateFolder: pinStateFolder }),
    ...(pinVersion !== undefined && { pinVersion }),
    ...(env && { env }),
    ...(clock && { clock }),
    ...(logger && { logger }),
  });
}

const handedOn = [
  'libraryParameters',
  'lanes',
  'readOnly',
  'maxQueue',
  'reconnectTimeoutMs',
  'operationTimeoutMs',
  'keepAliveMs',
  'idleLaneMs',
  'clock',
  'random',
  'logger',
] as const satisfies readonly (keyof OpenPkcs11Options & keyof OpenTokenOptions)[];

function settings(options: OpenPkcs11Options): Partial<OpenTokenOptions> {
  return Object.fromEntries(handedOn.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** A token that is there when nobody waits for it any more is let go. */
async function unlessAborted(opening: Promise<Token>, { signal, clock = systemClock }: OpenPkcs11Options): Promise<Token> {
  if (!signal) return opening;
  try {
    return await waitingFor(opening, { signal }, clock);
  } catch (error) {
    // Of an opening that failed nothing is left.
    if (signal.aborted) opening.then((token) => token.close()).catch(() => undefined);
    throw error;
  }
}

function toldOf(uri: Pkcs11Uri | undefined, logger: Logger | undefined): void {
  if (uri && uri.ignored.length > 0)
    logger?.debug('query attributes of the PKCS#11 URI that mean nothing here', { names: uri.ignored });
}

/**
 * Opens a token of a PKCS#11 library. Every native call is made in worker threads, never on the event loop. The library is loaded and the
 * token read here; the PIN is asked for when a key is first needed.
 *
 * @example
 * ```ts
 * import { createSigner } from '@securosys/core';
 * import { openPkcs11 } from '@securosys/pkcs11';
 *
 * const backend = await openPkcs11({
 *   module: '/usr/local/primus/lib/libprimusP11.so',
 *   uri: 'pkcs11:token=RELEASE;object=image-signing',
 *   pin: { file: '/etc/securosys/pin' },
 * });
 * try {
 *   const { spki } = await backend.describeKey({ label: 'image-signing' });
 *   const signer = createSigner(backend, { label: 'image-signing' });
 *   console.log(spki.byteLength, signer.ref);
 * } finally {
 *   await backend.close();
 * }
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for options, a path that is no PKCS#11 library, and a token that is not the only one;
 * `ERR_CAPABILITY_MISSING` where `pkcs11js` is not installed or not built; `ERR_NOT_FOUND` when no token matches; `ERR_TIMEOUT` for a library that
 * hangs while it is loaded; and those of the module
 */
export async function openPkcs11(options: OpenPkcs11Options): Promise<Pkcs11Backend> {
  checkOpenOptions(options);
  options.signal?.throwIfAborted();
  const uri = options.uri === undefined ? undefined : parsePkcs11Uri(options.uri);
  const { severalSlots = false, clock = systemClock, logger } = options;
  const wanted = wantedToken(options, uri);
  const key = uri && (uri.object !== undefined || uri.id !== undefined) ? keyRefOfUri(uri) : undefined;
  const pin = pinProvider(options, uri);
  const module = await modulePath(options, uri);
  const pkcs11js = addonPath(options.pkcs11js);
  toldOf(uri, logger);
  const opening = openToken({
    ...settings(options),
    module,
    pkcs11js,
    pin,
    select: (tokens, library) => selectTokens(tokens, library, wanted, { severalSlots }),
  });
  const token = await unlessAborted(opening, options);
  return pkcs11Backend({ token, pin, clock, key });
}
