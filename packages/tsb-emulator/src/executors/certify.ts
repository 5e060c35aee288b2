import { ownBytes } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { algorithmIdentifier } from '../crypto/x509/algorithm-identifier.js';
import { signedDer } from '../crypto/x509/tbs-certificate.js';
import type { KeyRecord } from '../keys/key-record.js';
import { signPayload } from '../keys/sign.js';
import { wireAlgorithm } from '../keys/signature-algorithms.js';
import { bytes, optional, struct, text } from '../store/fields.js';
import type { ExecutionContext, Executor } from './executor.js';

export interface CertifyInput {
  /** DER of what is signed, fixed before anybody approves it (`tsb-rest-api.md` §5.4). */
  readonly tbs: Uint8Array;
  /** One of §3.3. */
  readonly algorithm: string;
}

export interface CsrInput extends CertifyInput {
  /** `TBSCertificate` of the self-signed certificate that a plain key gets besides (§2.7). */
  readonly certificate?: Uint8Array | undefined;
}

export interface SignCertificateInput extends CertifyInput {
  /** Label of the key that gets the certificate. */
  readonly holder?: string | undefined;
}

async function signed(key: KeyRecord, algorithm: string, tbs: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const signature = await signPayload(key.privateKey, key.spec, wireAlgorithm(algorithm, key.spec), tbs, 'DER');
  return signedDer(tbs, algorithmIdentifier(algorithm, key.spec), signature);
}

/** Attaches a certificate to a key that is stored; one that was derived for a call cannot keep it. */
function attach({ partition, key }: ExecutionContext<never>, certificate: Uint8Array): void {
  if (!key.master) partition.keys.update(key, { certificate: ownBytes(certificate) });
}

const common = {
  rule: 'ruleUse',
  challenge: 'use',
  payload: 'use',
  tasks: 'sign',
  attribute: 'sign',
  needsPolicy: false,
} as const;

export const csrExecutor: Executor<'csr'> = {
  ...common,
  shownAs: 'signedCertificateRequestRequest',
  input: struct({ tbs: bytes, algorithm: text, certificate: optional(bytes) }),
  async run(context) {
    const { key, input } = context;
    const request = await signed(key, input.algorithm, input.tbs);
    const certificate = input.certificate && (await signed(key, input.algorithm, input.certificate));
    return {
      result: pemText(request, 'NEW CERTIFICATE REQUEST'),
      apply: () => certificate && attach(context as ExecutionContext<never>, certificate),
    };
  },
};

export const selfSignExecutor: Executor<'selfSign'> = {
  ...common,
  shownAs: 'signedSelfSignCertificateRequestDto',
  input: struct({ tbs: bytes, algorithm: text }),
  async run(context) {
    const certificate = await signed(context.key, context.input.algorithm, context.input.tbs);
    return {
      result: pemText(certificate, 'CERTIFICATE'),
      apply: () => attach(context as ExecutionContext<never>, certificate),
    };
  },
};

export const signCertificateExecutor: Executor<'signCertificate'> = {
  ...common,
  shownAs: 'signedSignCertificateRequest',
  input: struct({ tbs: bytes, algorithm: text, holder: optional(text) }),
  async run({ partition, key, input }) {
    const certificate = await signed(key, input.algorithm, input.tbs);
    const { holder } = input;
    return {
      result: pemText(certificate, 'CERTIFICATE'),
      apply: () => {
        if (holder !== undefined) partition.keys.update(partition.keys.held(holder), { certificate });
      },
    };
  },
};
