import { utf8Bytes } from '@securosys/core';
import type { OperationInputs } from '../requests/operation-kind.js';
import type { Call, Handlers } from './call.js';
import {
  type CsrBody,
  csrInput,
  type SelfSignBody,
  type SignCertificateBody,
  selfSignInput,
  signCertificateInput,
} from './certificate-bodies.js';
import { type Operation, runNow, submit } from './operate.js';

interface KeyFields {
  readonly signKeyName: string;
  readonly keyPassword?: readonly string[] | undefined;
}
type Kind = 'csr' | 'selfSign' | 'signCertificate';

/** What approvers decide on are the bytes to be signed (`tsb-rest-api.md` §5.4). */
function certifying<K extends Kind, B extends KeyFields>(
  { partition }: Pick<Call, 'partition'>,
  kind: K,
  body: B,
  inputOf: (partition: Call['partition'], key: Parameters<Operation<K>['prepare']>[0], body: B) => Promise<OperationInputs[K]>,
): Operation<K> {
  return {
    kind,
    keyName: body.signKeyName,
    keyPassword: body.keyPassword,
    async prepare(key) {
      const input = await inputOf(partition, key, body);
      return { input, payload: input.tbs };
    },
  };
}

const requesting = (call: Call, body: CsrBody & KeyFields) => certifying(call, 'csr', body, csrInput);
const selfSigning = (call: Call, body: SelfSignBody & KeyFields) => certifying(call, 'selfSign', body, selfSignInput);
const issuing = (call: Call, body: SignCertificateBody & KeyFields) =>
  certifying(call, 'signCertificate', body, signCertificateInput);

const synchronousCsr = async (call: Call<CsrBody & KeyFields>): Promise<string> =>
  (await runNow(call, requesting(call, call.body))) ?? '';

type Names =
  | 'synchronousCsr'
  | 'csrDownload'
  | 'csr'
  | 'synchronousSelfSign'
  | 'selfSign'
  | 'synchronousSignCertificate'
  | 'signCertificate';

export const certifyHandlers: Pick<Handlers, Names> = {
  async synchronousCsr(call) {
    return { label: call.body.signKeyName, certificateSigningRequest: await synchronousCsr(call) };
  },

  csrDownload: async (call) => utf8Bytes(await synchronousCsr(call)),

  async csr(call) {
    const { csrSignRequest } = call.body;
    return { signRequestId: await submit(call, requesting(call, csrSignRequest), csrSignRequest) };
  },

  async synchronousSelfSign(call) {
    const certificate = await runNow(call, selfSigning(call, call.body));
    return { label: call.body.signKeyName, certificate: certificate ?? '' };
  },

  async selfSign(call) {
    const { selfSignCertificateRequest } = call.body;
    return { signRequestId: await submit(call, selfSigning(call, selfSignCertificateRequest), selfSignCertificateRequest) };
  },

  async synchronousSignCertificate(call) {
    const certificate = await runNow(call, issuing(call, call.body));
    return { label: call.body.signKeyName, certificate: certificate ?? '' };
  },

  async signCertificate(call) {
    const { signCertificateRequest } = call.body;
    return { signRequestId: await submit(call, issuing(call, signCertificateRequest), signCertificateRequest) };
  },
};
