import {
  base64Text,
  type KeyBackend,
  keyFacts,
  type Operation,
  SignError,
  type SigningFacts,
  systemClock,
  withBackend,
} from '@securosys/core';
import { storedSignature } from '../keys/signature-bytes.js';
import type { CosignKmsResponse } from './contract.js';
import type { KmsTimes } from './deadline.js';
import { type ExplainedMessage, explainMessage } from './explained.js';
import { kmsFormats } from './formats.js';
import { type KmsInput, kmsAlgorithm, kmsInput } from './hash.js';
import { type KmsKey, openKey } from './key-session.js';
import type { CosignKmsContext, CosignKmsKeySettings, CosignKmsPlugin } from './plugin.js';
import type { KmsCall } from './read-call.js';
import { forgetOldRepeats, keepForRepeats } from './repeats.js';
import { waitForPeople } from './wait-for-people.js';

/** One signature for cosign. */
export interface KmsSigning {
  readonly plugin: CosignKmsPlugin;
  readonly context: CosignKmsContext;
  readonly call: KmsCall;
  readonly settings: CosignKmsKeySettings;
  readonly times: KmsTimes;
}

function inputOf({ call, settings }: KmsSigning, stdin: Uint8Array): { input: KmsInput; explained: ExplainedMessage } {
  const input = kmsInput(call, stdin);
  if ('message' in input) return { input, explained: explainMessage(input.message, settings) };
  if (!settings.allowBlind)
    throw new SignError('ERR_BLIND_SIGNING', 'a digest came without its message: nobody can see what would be signed');
  return { input, explained: { onceOnly: false } };
}

function titleOf(input: KmsInput): string {
  if ('blind' in input) return 'a digest whose message nobody showed';
  const facts = kmsFormats.map(({ explain }) => explain(input.message)).find((one): one is SigningFacts => one !== undefined);
  return facts?.title ?? `a blob of ${input.message.byteLength} bytes`;
}

/** No later run asks for these bytes: a request that stays would only be decided for nothing. */
async function withdrawn(operation: Operation<Uint8Array>, error: unknown): Promise<unknown> {
  await operation.cancel().catch(() => undefined);
  if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) return error;
  const why =
    'people did not approve in time, and the request was withdrawn: what cosign signs with --type custom holds the time';
  return new SignError('ERR_TIMEOUT', why, { cause: error, details: error.details });
}

async function signature(signing: KmsSigning, stdin: Uint8Array, { signer, key, store }: KmsKey): Promise<Uint8Array> {
  const { plugin, context, call, settings } = signing;
  const { input, explained } = inputOf(signing, stdin);
  const algorithm = kmsAlgorithm(key.spec, call, settings);
  const { signal } = context;
  const claims = await plugin.claims?.(context);
  const { domain, onceOnly } = explained;
  const now = () => (plugin.clock ?? systemClock).now();
  if (key.needsApproval !== false) await forgetOldRepeats(store, now());
  const operation = await signer.begin(
    {
      algorithm,
      input: 'blind' in input ? { digest: input.blind } : input,
      ...(domain && { domain }),
      ...(claims && { claims }),
    },
    signal ? { signal } : {},
  );
  try {
    const raw = await waitForPeople(signing, operation, titleOf(input));
    const made = storedSignature(algorithm, raw);
    // cosign stores whatever it gets, an empty signature too (§11.4).
    if (key.spec && raw.byteLength !== keyFacts(key.spec).signatureBytes)
      throw new SignError('ERR_PROTOCOL', 'the signature is not as long as one of this key');
    await keepForRepeats(store, operation, now());
    return made;
  } catch (error) {
    throw onceOnly && operation.id !== undefined ? await withdrawn(operation, error) : error;
  }
}

/** `signMessage` (`cosign.md` §11.2, §11.3): signs what stands on stdin, after looking at what it says. */
export async function answerSignMessage(signing: KmsSigning, stdin: Uint8Array): Promise<CosignKmsResponse> {
  // Before anything is opened: what may not be signed costs no login.
  inputOf(signing, stdin);
  const { plugin, context, settings } = signing;
  const made = await withBackend(plugin.open(context), async (backend: KeyBackend) =>
    signature(signing, stdin, await openKey(plugin, context, backend, settings)),
  );
  return { signMessage: { signature: base64Text(made) } };
}
