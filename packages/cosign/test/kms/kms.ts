import { base64Bytes, type KeyBackend, type KeySpec, utf8Bytes, utf8Text } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import {
  type CosignKmsAnswer,
  type CosignKmsMethod,
  type CosignKmsPlugin,
  handleCosignKms,
  preAuthEncoding,
  writePayload,
} from '../../src/index.js';

export const digest = `sha256:${'ab'.repeat(32)}`;
/** T1 of `cosign.md` §21. */
export const payload = writePayload({ dockerReference: 'registry.example:5000/team/app', digest });
/** T4: what cosign 3.1 signs for a bundle. */
export const statement = utf8Bytes(
  `{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"${'ab'.repeat(32)}"},"annotations":{}}],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}`,
);
export const encoded = preAuthEncoding('application/vnd.in-toto+json', statement);

/** The arguments of one start, as cosign 3.1 writes them. */
export function argvOf(method: string, { init = {}, ...own }: { init?: object; [name: string]: unknown } = {}): string[] {
  const rpcOptions = { keyVersion: '', remoteVerification: false };
  const initOptions = { protocolVersion: 'v1', keyResourceID: 'release', hashFunc: 5, rpcOptions, ...init };
  return ['v1', JSON.stringify({ initOptions, methodName: method, [method]: own })];
}

/** Options of `signMessage` with the digest that cosign 3 sends, or none as cosign 2. */
export const signing = (messageDigest?: Uint8Array, more: object = {}) => ({
  signOptions: {
    rpcOptions: { keyVersion: '', remoteVerification: false },
    messageOptions: { digest: messageDigest ? Buffer.from(messageDigest).toString('base64') : null, ...more },
  },
});

export interface Asked extends CosignKmsAnswer {
  readonly answer: Record<string, Record<string, string>> & { errorMessage?: string };
}

export async function ask(
  plugin: CosignKmsPlugin,
  method: CosignKmsMethod,
  own: { init?: object; [name: string]: unknown } = {},
  stdin: Uint8Array = new Uint8Array(),
): Promise<Asked> {
  const answer = await handleCosignKms({ argv: argvOf(method, own), stdin, env: {} }, plugin);
  return { ...answer, answer: JSON.parse(answer.stdout) };
}

export const signatureOf = ({ answer }: Asked): Uint8Array => base64Bytes(answer.signMessage?.signature ?? '');
export const pemOf = ({ answer }: Asked): string => utf8Text(base64Bytes(answer.publicKey?.publicKeyPEM ?? ''));

/** A plugin over a key in memory that counts how often its backend is opened. */
export async function memoryPlugin(spec: KeySpec = 'ec-p256', more: Partial<CosignKmsPlugin> = {}) {
  const backend = createMemoryBackend();
  // Each call closes what it opened, and keys in memory end with that.
  backend.close = async () => undefined;
  const { spki } = await backend.createKey({ label: 'release', spec });
  const counted = { opened: 0 };
  const plugin: CosignKmsPlugin = {
    name: 'example',
    version: '1.0.0',
    open: (): KeyBackend => {
      counted.opened++;
      return backend;
    },
    keyRef: ({ keyResourceId }) => ({ label: keyResourceId }),
    ...more,
  };
  return { plugin, spki, backend, counted };
}
