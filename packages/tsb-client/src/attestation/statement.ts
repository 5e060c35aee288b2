import type { ReportedPolicy } from '../api/policy.js';

/** Flags of an attested key, all of them (`tsb-rest-api.md` §2.3). */
export interface AttestedAttributes {
  readonly decrypt: boolean;
  readonly sign: boolean;
  readonly unwrap: boolean;
  readonly derive: boolean;
  readonly sensitive: boolean;
  readonly alwaysSensitive: boolean;
  readonly extractable: boolean;
  readonly neverExtractable: boolean;
  readonly modifiable: boolean;
  readonly copyable: boolean;
  readonly destroyable: boolean;
  /** Recorded as true for keys inside the HSM and as false for one in the external key store; what it means is not documented. */
  readonly unique: boolean;
}

/** What the text of an attestation says (`tsb-rest-api.md` §2.3). By itself it proves nothing. All texts are foreign. */
export interface AttestationStatement {
  readonly label: string;
  /** Only of keys in the external key store. */
  readonly uuid?: string;
  readonly creation: 'generated' | 'imported';
  /** `external`: encrypted, outside the HSM, in the broker's own key store. */
  readonly storage: 'hsm' | 'external';
  /** SubjectPublicKeyInfo DER. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** Of `spki`, 64 lower-case hex characters. */
  readonly spkiSha256: string;
  /** As the HSM names it: `RSA`, `EC`, `ED` … */
  readonly algorithm: string;
  /** Dotted object identifier. */
  readonly algorithmOid: string;
  readonly curveOid?: string;
  /** Bits. */
  readonly keySize?: number;
  /** How often the key was used. */
  readonly keyUseCount?: number;
  /** Of a key that others can be derived from. */
  readonly derivation?: { readonly type: string; readonly value: string };
  /** Of a key with an address format. */
  readonly address?: { readonly format: string; readonly value: string };
  readonly attributes: AttestedAttributes;
  /** `null`: a plain key, which anyone with the API can use. */
  readonly policy: ReportedPolicy | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When the HSM made this statement, by its own clock. Milliseconds since 1970. */
  readonly attestedAt: number;
  /** Elements that were skipped because `allowUnknownElements` was set. */
  readonly unknownElements: readonly string[];
}
