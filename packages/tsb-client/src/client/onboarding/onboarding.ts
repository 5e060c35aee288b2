import { base64urlText, type CallOptions, invalidArgument, nodeCrypto, ownBytes, SignError, utf8Bytes } from '@securosys/core';
import type { OnboardAnswer } from '../../api/approver-management.js';
import { endpoints } from '../../api/endpoints.js';
import { requiredChars } from '../approvers.js';
import type { CallEndpoint } from '../calls.js';
import { checkCallOptions, checkObject } from '../options.js';
import { answeredBytes, checkRequest } from '../wire-values.js';
import { maxPkcs12Bytes } from './ber.js';
import { type OpenedPkcs12, openPkcs12 } from './pkcs12.js';

/** Who fetches the key that was made for him. */
export interface TsbCollectInput {
  readonly approverName: string;
  /** As it came from the one who made the approver, by another way than this network. */
  readonly oneTimeCode: string;
}

/** {@link TsbCollectInput}, with what opens the file. */
export interface TsbOnboardInput extends TsbCollectInput {
  /** Of the PKCS#12 file: what was given when the approver was made. */
  readonly backupPassword: string;
}

/** Options of the calls that fetch a key. */
export interface OnboardOptions extends CallOptions {
  /** Unguessable bytes, for the password that the key travels under. Default: those of `node:crypto`. */
  randomBytes?: (length: number) => Uint8Array;
}

/** `client.onboarding` (role approver, `tsb-rest-api.md` §5.7): an approver fetches the key that the HSM made for him. */
export interface TsbOnboarding {
  /**
   * Fetches the key and opens it. `approverKeyFromCertificate(certificate, privateKey)` makes an approver of it. The code works once:
   * when the file does not open, it is lost with it; whoever is not sure of the backup password calls `collect` and `open`. `timeoutMs`
   * counts for fetching and opening apart.
   * @throws SignError `ERR_AUTHENTICATION` for a wrong code or a wrong backup password, `ERR_NOT_FOUND`, `ERR_OUTCOME_UNKNOWN` when the
   * answer was lost: the code is then spent, `approvers.renewOneTimeCode` gives another; and as for {@link TsbOnboarding.open}
   */
  onboard(request: TsbOnboardInput, options?: OnboardOptions): Promise<OpenedPkcs12>;
  /** Fetches the key as the PKCS#12 file it is kept in. @throws SignError as for {@link TsbOnboarding.onboard} */
  collect(request: TsbCollectInput, options?: OnboardOptions): Promise<Uint8Array>;
  /**
   * Opens such a file; nothing is sent. It takes what keystores of the last twenty years write, but RC2.
   * @param options `timeoutMs`: default 30,000
   * @throws SignError `ERR_AUTHENTICATION` for a wrong password, `ERR_MALFORMED`, `ERR_LIMIT` (size, iterations),
   * `ERR_ALGORITHM_UNSUPPORTED`, `ERR_TIMEOUT`
   */
  open(pkcs12: Uint8Array, backupPassword: string, options?: CallOptions): Promise<OpenedPkcs12>;
}

const tagBytes = 16;

/** 32 characters of ASCII, which is an AES-256 key, with 192 random bits. */
function transportPassword(randomBytes: (length: number) => Uint8Array): string {
  const random = randomBytes(24);
  if (!(random instanceof Uint8Array) || random.byteLength !== 24)
    invalidArgument('randomBytes must give as many bytes as asked');
  return base64urlText(random);
}

/** AES-256-GCM with the tag behind the ciphertext. @throws SignError `ERR_PROTOCOL` */
function unpacked({ encryptedPayload, initializationVector }: OnboardAnswer, password: string): Uint8Array<ArrayBuffer> {
  const [packed, iv] = [answeredBytes(encryptedPayload, 'encryptedPayload'), answeredBytes(initializationVector, 'iv')];
  const end = packed.byteLength - tagBytes;
  if (end < 1 || end > maxPkcs12Bytes || iv.byteLength !== 12)
    throw new SignError('ERR_PROTOCOL', 'the onboarding answer is not AES-GCM of a PKCS#12 file');
  const opened = nodeCrypto().createDecipheriv('aes-256-gcm', utf8Bytes(password), iv, { authTagLength: tagBytes });
  opened.setAuthTag(packed.subarray(end));
  try {
    return ownBytes(Buffer.concat([opened.update(packed.subarray(0, end)), opened.final()]));
  } catch (cause) {
    throw new SignError('ERR_PROTOCOL', 'the onboarding answer was not encrypted with the password of this call', { cause });
  }
}

async function open(pkcs12: Uint8Array, backupPassword: string, options: CallOptions = {}): Promise<OpenedPkcs12> {
  checkCallOptions('onboarding.open', options);
  if (!(pkcs12 instanceof Uint8Array)) invalidArgument('pkcs12 must be a Uint8Array');
  requiredChars('backupPassword', backupPassword);
  return openPkcs12(pkcs12, backupPassword, options);
}

export function onboardingCalls(call: CallEndpoint): TsbOnboarding {
  const collect = async (where: string, request: TsbCollectInput, given: OnboardOptions): Promise<Uint8Array> => {
    checkObject(`options of ${where}`, given);
    const { randomBytes = (length) => nodeCrypto().randomBytes(length), ...options } = given;
    if (typeof randomBytes !== 'function') invalidArgument('randomBytes must be a function');
    checkCallOptions(where, options);
    const password = transportPassword(randomBytes);
    const { approverName } = request;
    const oneTimeCode = requiredChars('oneTimeCode', request.oneTimeCode);
    const body = { approverName, oneTimeCode, transportPassword: password.split('') };
    return unpacked(await call(endpoints.onboardApprover, body, options), password);
  };
  return {
    onboard: async (request, options = {}) => {
      checkRequest('onboarding.onboard', request, ['approverName', 'oneTimeCode', 'backupPassword']);
      requiredChars('backupPassword', request.backupPassword);
      const file = await collect('onboarding.onboard', request, options);
      const { randomBytes: _, ...given } = options;
      return open(file, request.backupPassword, given);
    },
    collect: async (request, options = {}) => {
      checkRequest('onboarding.collect', request, ['approverName', 'oneTimeCode']);
      return collect('onboarding.collect', request, options);
    },
    open,
  };
}
