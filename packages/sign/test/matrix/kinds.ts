import { type CallOptions, createSigner, equalBytes, type Operation, type PendingStore, utf8Bytes } from '@securosys/core';
import type { TestTsb } from '@securosys/testing';
import { atLeast, buildModifyPolicy, type TsbBackend } from '@securosys/tsb-client';
import type { EndpointName } from '@securosys/tsb-client/api';
import { decrypting, type Material } from './material.js';

/** One act of one process: what it has in memory is gone with it, its store is shared. */
export interface Process {
  readonly backend: TsbBackend;
  readonly store: PendingStore;
  readonly tsb: TestTsb;
  /** Somebody has to approve. */
  readonly people: boolean;
  readonly call: CallOptions;
}

/** A kind of operation: how it is begun, and through which endpoints it goes. */
export interface Kind {
  readonly name: string;
  /** Creates the request that people decide on. */
  readonly asks: EndpointName;
  /** Does it, where nobody is asked. */
  readonly does: EndpointName;
  readonly rsa?: true;
  /** Label of the key that it makes: under a taken one, the HSM makes no second. */
  readonly makes?: string;
  begin(process: Process, material: Material): Promise<Operation<unknown>>;
}

const label = 'key';
const subject = { commonName: 'release' };
const certified = { label, algorithm: 'SHA256_WITH_ECDSA', subject } as const;
const operations = ({ backend, store }: Process) => backend.operations({ store, random: () => 0.5 });

export const kinds: readonly Kind[] = [
  {
    name: 'sign',
    asks: 'sign',
    does: 'synchronousSign',
    begin: ({ backend, store, tsb, call }) => {
      const signer = createSigner(backend, { label }, { store, clock: tsb.clock, allowOpaque: true, random: () => 0.5 });
      return signer.begin({ algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('what is to be signed') } }, call);
    },
  },
  {
    name: 'decrypt',
    asks: 'decrypt',
    does: 'synchronousDecrypt',
    rsa: true,
    begin: (process, { ciphertext, plaintext }) => {
      const opens = (found: Uint8Array) => equalBytes(found, plaintext);
      const how = { label, algorithm: 'RSA_PADDING_OAEP_WITH_SHA256', encryptedPayload: ciphertext, opens } as const;
      return operations(process).decrypt(how, process.call);
    },
  },
  {
    name: 'unwrap',
    asks: 'unwrap',
    does: 'synchronousUnwrap',
    rsa: true,
    makes: 'unwrapped',
    begin: (process, { wrapped }) => {
      const attributes = { decrypt: true, sign: false, unwrap: false };
      const how = { unwrapKeyName: label, wrapMethod: 'RSA_WRAP_OAEP', policy: null } as const;
      return operations(process).unwrap({ label: 'unwrapped', wrappedKey: wrapped, attributes, ...how }, process.call);
    },
  },
  {
    name: 'block',
    asks: 'block',
    does: 'synchronousBlock',
    begin: (process) => operations(process).block({ label }, process.call),
  },
  {
    name: 'unblock',
    asks: 'unblock',
    does: 'synchronousUnblock',
    begin: (process) => operations(process).unblock({ label }, process.call),
  },
  {
    name: 'modify',
    asks: 'modify',
    does: 'synchronousModify',
    begin: (process) => {
      const { tsb, people } = process;
      const use = people ? atLeast(1).of(tsb.approver('CISO'), tsb.approver('Dev lead')).within('2d') : null;
      return operations(process).modify({ label, policy: buildModifyPolicy({ use }) }, process.call);
    },
  },
  {
    name: 'CSR',
    asks: 'csr',
    does: 'synchronousCsr',
    begin: (process) => operations(process).requestCertificate(certified, process.call),
  },
  {
    name: 'self-sign',
    asks: 'selfSign',
    does: 'synchronousSelfSign',
    begin: (process) => operations(process).selfSign({ ...certified, validity: 30, certificateAuthority: false }, process.call),
  },
  {
    name: 'certificate',
    asks: 'signCertificate',
    does: 'synchronousSignCertificate',
    begin: (process, { csr }) => {
      const how = { validity: 30, certificateAuthority: false, certificateSigningRequest: csr } as const;
      return operations(process).signCertificate({ ...certified, subject: { commonName: 'leaf' }, ...how }, process.call);
    },
  },
];

const nobody = { ruleUse: null, ruleBlock: null, ruleUnblock: null, ruleModify: null };
export const approvers = { quorum: 1, of: ['CISO', 'Dev lead'], timeoutSeconds: 86_400 };

/** The key that the kind is about. */
export async function addKey(tsb: TestTsb, { ec, rsa, certificate }: Material, kind: Kind, people: boolean): Promise<void> {
  const key = kind.rsa ? { privateKey: rsa, attributes: decrypting } : { privateKey: ec, certificate };
  await tsb.addKey({ label, ...key, ...(people ? { approvers } : { policy: nobody }) });
}
