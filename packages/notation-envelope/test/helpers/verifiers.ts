import { base64Text, base64urlBytes, derWrap, type HashName, hashBytes, utf8Bytes } from '@securosys/core';
import type {
  PluginMetadata,
  VerificationCapability,
  VerificationPlugins,
  VerificationResult,
  VerifySignatureRequest,
  VerifySignatureResponse,
} from '@securosys/notation-envelope';
import { trustStoreFromCertificates } from '@securosys/notation-envelope';
import type { Certificate, RevocationChecker, RevocationCheckOptions, RevocationStatus } from '@securosys/pki';
import {
  type Authority,
  authority,
  type TokenCraft,
  type TstInfoCraft,
  token,
  tstInfo,
} from '../../../pki/test/timestamp/craft-token.js';
import { now, rootCertificate } from './certificates.js';
import { policyWith, type RawSettings, rawEnvelope } from './envelopes.js';

/** A checker that says of every certificate but the root what it is told to, and remembers what it was asked. */
export function fakeRevocation(
  answer: RevocationStatus | ((certificate: Certificate, options: RevocationCheckOptions) => RevocationStatus) = 'ok',
) {
  const asked: { chain: readonly Certificate[]; options: RevocationCheckOptions }[] = [];
  const checker: RevocationChecker = {
    check: async (chain, options) => {
      asked.push({ chain, options });
      const certificates = chain.map((certificate, index) => {
        const status =
          index === chain.length - 1 ? 'non-revokable' : typeof answer === 'string' ? answer : answer(certificate, options);
        return { certificate, status, method: 'ocsp' as const, sources: [] };
      });
      const statuses = certificates.map(({ status }) => status);
      const status = statuses.includes('revoked') ? 'revoked' : statuses.includes('unknown') ? 'unknown' : 'ok';
      return { status, certificates };
    },
  };
  return { ...checker, asked };
}

export const pluginName = 'com.example.verifier';
export const identityCapability: VerificationCapability = 'SIGNATURE_VERIFIER.TRUSTED_IDENTITY';
export const revocationCapability: VerificationCapability = 'SIGNATURE_VERIFIER.REVOCATION_CHECK';

export interface FakePlugin {
  metadata?: Partial<PluginMetadata>;
  results?: Partial<Record<VerificationCapability, VerificationResult>>;
  /** What it says it processed. Default: all that it was told. */
  processed?: readonly string[];
  answer?: (request: VerifySignatureRequest) => VerifySignatureResponse;
}

/** Plugins of which one is installed; every verdict is yes unless told otherwise. */
export function fakePlugins(plugin: FakePlugin = {}) {
  const requests: VerifySignatureRequest[] = [];
  const looked: string[] = [];
  const plugins: VerificationPlugins = {
    find: async (name) => {
      looked.push(name);
      if (name !== pluginName) return undefined;
      return {
        metadata: async () => ({
          name: pluginName,
          description: 'verifies',
          version: '1.0.0',
          url: 'https://example.com',
          supportedContractVersions: ['1.0'],
          capabilities: [identityCapability, revocationCapability],
          ...plugin.metadata,
        }),
        verifySignature: async (request) => {
          requests.push(request);
          if (plugin.answer) return plugin.answer(request);
          const asked = request.trustPolicy.signatureVerification;
          return {
            verificationResults: Object.fromEntries(asked.map((one) => [one, plugin.results?.[one] ?? { success: true }])),
            processedAttributes: plugin.processed ?? request.signature.unprocessedAttributes,
          };
        },
      };
    },
  };
  return { ...plugins, requests, looked };
}

/** A good envelope that names a plugin, and whatever else a test wants in its protected header. */
export function pluginEnvelope(
  attributes: Record<string, unknown> = {},
  { critical = [], ...settings }: RawSettings & { critical?: readonly string[] } = {},
): Uint8Array {
  const named = { 'io.cncf.notary.verificationPlugin': pluginName, ...attributes };
  const plugin = Object.keys(named).filter((name) => name.startsWith('io.cncf.notary.') && named[name as never] !== undefined);
  return rawEnvelope({ ...settings, header: { crit: ['io.cncf.notary.signingScheme', ...plugin, ...critical], ...named } });
}

const generalized = (ms: number) => derWrap(0x18, utf8Bytes(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));
let shared: Authority | undefined;
/** A timestamp authority whose certificates are valid from 2026 to 2036. */
export const tsa = (): Authority => (shared ??= authority());

export interface StampSettings extends TokenCraft {
  from?: Authority;
  at?: number;
  hash?: HashName;
  tst?: TstInfoCraft;
}

const hashOids: Record<HashName, string> = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};

/** DER of a token about these bytes. */
export function stampOf(bytes: Uint8Array, { from = tsa(), at = now, hash = 'sha256', tst, ...rest }: StampSettings = {}) {
  const info = tstInfo({ genTime: generalized(at), imprintHash: hashOids[hash], imprint: hashBytes(hash, bytes), ...tst });
  return token(from, { info, ...rest });
}

/** An envelope with a timestamp of its signature, or with whatever a test puts in the token's place. */
export function stamped(
  settings: RawSettings & { stamp?: StampSettings; token?: (signature: Uint8Array) => Uint8Array } = {},
): Uint8Array {
  const { stamp, token: make = (signature) => stampOf(signature, stamp), ...raw } = settings;
  return rawEnvelope({
    ...raw,
    change: (envelope) => {
      const signature = base64urlBytes(envelope.signature as string);
      Object.assign(envelope.header as object, { 'io.cncf.notary.timestampSignature': base64Text(make(signature)) });
      raw.change?.(envelope);
    },
  });
}

/** Policy and stores under which {@link stamped} is trusted. */
export const stampTrust = (signatureVerification: Record<string, unknown> = {}, from: Authority = tsa()) => ({
  trustPolicy: policyWith({ trustStores: ['ca:acme', 'tsa:clock'] }, signatureVerification),
  trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate()], 'tsa:clock': [from.root.der] }),
});
