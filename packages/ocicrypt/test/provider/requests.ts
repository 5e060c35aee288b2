import { base64Text, utf8Bytes } from '@securosys/core';

const text64 = (text: string) => base64Text(utf8Bytes(text));
const parameters = (all: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, values.map(text64)]));

/** A request as ocicrypt of Go marshals it (`ocicrypt.md` §7.1): both halves are always there. */
export function goWrap(all: Readonly<Record<string, readonly string[]>>, optsdata: Uint8Array): Uint8Array {
  return utf8Bytes(
    JSON.stringify({
      op: 'keywrap',
      keywrapparams: {
        ec: { Parameters: parameters(all), DecryptConfig: { Parameters: {} } },
        optsdata: base64Text(optsdata),
      },
      keyunwrapparams: { dc: null, annotation: null },
    }),
  );
}

/** See {@link goWrap}; without parameters `dc` is `null`. */
export function goUnwrap(all: Readonly<Record<string, readonly string[]>> | undefined, packet: Uint8Array): Uint8Array {
  return utf8Bytes(
    JSON.stringify({
      op: 'keyunwrap',
      keywrapparams: { ec: null, optsdata: null },
      keyunwrapparams: { dc: all ? { Parameters: parameters(all) } : null, annotation: base64Text(packet) },
    }),
  );
}

/** A request as ocicrypt-rs writes it: the private options as text, not base64, and `DecryptConfig` may be `null`. */
export function rustWrap(all: Readonly<Record<string, readonly string[]>>, optsdata: string): Uint8Array {
  return utf8Bytes(
    JSON.stringify({
      op: 'keywrap',
      keywrapparams: { ec: { Parameters: parameters(all), DecryptConfig: null }, optsdata },
      keyunwrapparams: { dc: null, annotation: null },
    }),
  );
}
