import { readFile } from 'node:fs/promises';
import { base64Text, utf8Bytes } from '@securosys/core';
import { startUnwrapping, startWrapping } from '@securosys/ocicrypt';
import type { Scope } from '../../../interop/lib/scope.js';
import { startBroker } from '../../../interop/suites/skopeo/holders.js';
import { commandWay, providerName, serveProvider } from '../../../interop/suites/skopeo/providers.js';

/** A provider with a key on the emulator of a TSB, and a packet for it. */
export interface ProviderWorld {
  /** What the command is called with. */
  readonly command: { readonly path: string; readonly args: readonly string[] };
  /** What callers ask it, and what it has to answer. */
  readonly request: object;
  readonly answer: string;
  /** Unwraps by the same key in this process, over a connection that is open: all that the backend has to do. */
  backendCall(): Promise<void>;
  /** Starts the service, which shares no key between calls. @returns its target */
  serve(address: readonly string[]): Promise<string>;
}

const optsdata = utf8Bytes(
  `{"symkey":"${'A'.repeat(43)}=","digest":"sha256:${'0'.repeat(64)}","cipheroptions":{"nonce":"${'A'.repeat(22)}=="}}`,
);
const layer = { digest: `sha256:${'1'.repeat(64)}`, index: 0 };

export async function providerWorld(scope: Scope): Promise<ProviderWorld> {
  const holder = await startBroker(scope);
  const keys = holder.keys.slice(0, 1);
  const { recipient, opener, decrypt } = await commandWay(scope, { holder, keys });
  const { 'key-providers': providers } = JSON.parse(await readFile(decrypt.env.OCICRYPT_KEYPROVIDER_CONFIG ?? '', 'utf8'));
  const writer = await startWrapping([recipient]);
  const annotations = await writer.wrapLayer(optsdata, layer);
  writer.close();
  const [annotation] = Object.values(annotations);
  return {
    command: providers[providerName].cmd,
    request: {
      op: 'keyunwrap',
      keywrapparams: { ec: null, optsdata: null },
      keyunwrapparams: { dc: { Parameters: { [providerName]: [base64Text(utf8Bytes(keys[0]?.kid ?? ''))] } }, annotation },
    },
    answer: base64Text(optsdata),
    async backendCall() {
      const session = startUnwrapping([opener]);
      await session.unwrapLayer(annotations, layer);
      await session.close();
    },
    serve: (address) => serveProvider(scope, { holder, keys }, ['--share-ms', '0', ...address]),
  };
}
