import { generateKeyPairSync } from 'node:crypto';
import { type Clock, concatBytes, invalidArgument, ownBytes, spkiOf } from '@securosys/core';
import type { CertificateOptions } from '@securosys/pki';
import { signed } from '../certificate-authority.js';
import type { AttestationKey } from './attestation-key.js';

/** Certificates of the attestation key: of its own, of the emulated device, and the root to pin. */
export interface AttestationChain {
  /** Attestation certificate and device certificate, DER, as a TSB answers them: without the root. */
  certificates(): Promise<Uint8Array[]>;
  /** DER. */
  root(): Promise<Uint8Array>;
}

/** Where the certificates outlive the process. */
export interface ChainStorage {
  /** What was written; `undefined` before. */
  read(): Uint8Array | undefined;
  write(certificates: Uint8Array): void;
}

const day = 86_400_000;
/** Other machines' clocks may be a little behind. */
const skew = 300_000;
const validDays = 3650;
const memory: ChainStorage = { read: () => undefined, write: () => undefined };

const subject = (name: string): string => `CN=Emulated ${name},O=Never trust this,ST=Nowhere,C=CH`;
const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

/**
 * Three certificates, as a Primus HSM has them. The keys of root and device sign once and are forgotten, so that nothing else can
 * ever come to be under a root that somebody pinned for a test (threat model S34).
 */
async function issue(now: number, attestationSpki: Uint8Array): Promise<[Uint8Array, Uint8Array, Uint8Array]> {
  const { parseCertificate, prepareCertificate } = await import('@securosys/pki');
  const validity = { notBefore: now - skew, notAfter: now - skew + validDays * day };
  const make = async (options: Omit<CertificateOptions, 'key' | 'validity' | 'emulated'>, key: ReturnType<typeof ecKey>) =>
    signed(await prepareCertificate({ ...options, key: { spki: spkiOf(key) }, validity, emulated: true }), key);
  const [rootKey, deviceKey] = [ecKey(), ecKey()];
  const root = await make({ subject: subject('HSM root'), profile: 'ca', pathLen: 1 }, rootKey);
  const device = await make(
    {
      subject: subject('HSM device'),
      profile: 'ca',
      pathLen: 0,
      subjectKey: spkiOf(deviceKey),
      issuer: { certificate: parseCertificate(root) },
    },
    rootKey,
  );
  const attestation = await make(
    {
      subject: subject('attestation key'),
      profile: 'leaf',
      subjectKey: attestationSpki,
      issuer: { certificate: parseCertificate(device) },
    },
    deviceKey,
  );
  return [attestation, device, root];
}

async function stored(storage: ChainStorage, attestationSpki: Uint8Array): Promise<Uint8Array[] | undefined> {
  const bytes = storage.read();
  if (!bytes) return undefined;
  const { parseCertificates } = await import('@securosys/pki');
  const certificates = parseCertificates(bytes);
  // Somebody may have handed in another attestation key than the last time.
  if (Buffer.compare(certificates[0]?.spki ?? new Uint8Array(), attestationSpki) !== 0) return undefined;
  return certificates.map(({ der }) => der);
}

/** A fresh root for each partition, made when first asked for. */
export function createAttestationChain(
  clock: Pick<Clock, 'now'>,
  key: Pick<AttestationKey, 'publicKey'>,
  storage: ChainStorage = memory,
): AttestationChain {
  let made: Promise<readonly Uint8Array[]> | undefined;
  const make = async (): Promise<readonly Uint8Array[]> => {
    const spki = spkiOf(key.publicKey);
    const known = await stored(storage, spki);
    if (known) return known;
    const fresh = await issue(clock.now(), spki);
    storage.write(concatBytes(...fresh));
    return fresh;
  };
  const state = () => {
    made ??= make();
    return made;
  };
  return {
    certificates: async () => (await state()).slice(0, -1).map(ownBytes),
    root: async () => ownBytes((await state()).at(-1) ?? invalidArgument('the stored chain is empty')),
  };
}
