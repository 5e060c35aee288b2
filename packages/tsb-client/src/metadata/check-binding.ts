import type { MetadataBinding } from './binding.js';

/** What is true of a request, as far as its approver knows. */
export interface BoundTo {
  readonly operation: string;
  readonly keyLabel: string;
  /** `undefined`: there is no payload. */
  readonly payloadSha256: string | undefined;
  /** Whether every requester knows the payload. Certificates are written by the broker, the frame of new rules may be. */
  readonly payloadKnown: boolean;
  readonly spkiSha256: string | undefined;
  /** Our names for the algorithm asked for; `undefined` for what is no signature. */
  readonly algorithms: readonly string[] | undefined;
}

/** Why a binding says less than it could; each is a risk of the same name. */
export type BindingGap = 'no-metadata-binding' | 'claims-without-nonce' | 'claims-expired';

/** Members of a binding that speak of something else than the request. */
export function bindingMismatches(binding: Partial<MetadataBinding>, bound: BoundTo): string[] {
  const { operation, keyLabel, payloadSha256, spkiSha256, algorithms } = bound;
  const expected = { payloadSha256, operation, keyLabel, spkiSha256 };
  const others = Object.entries(expected).flatMap(([name, value]) => {
    const said = binding[name as keyof typeof expected];
    // The hash of a payload where there is none belongs to something else too.
    const other = said !== undefined && said !== value && (value !== undefined || name === 'payloadSha256');
    return other ? [`the description is bound to another ${name}`] : [];
  });
  const { algorithm } = binding;
  const foreign = algorithm !== undefined && algorithms !== undefined && !algorithms.includes(algorithm);
  return [...(foreign ? ['the description is bound to another algorithm'] : []), ...others];
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Whether a description holds no longer; one that does not say how long it holds never did. */
function expired(expiresAt: string | undefined, now: number): boolean {
  const end = expiresAt !== undefined && instant.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN;
  return !(now <= end);
}

/**
 * What a binding lacks for its description to be more than an unverified claim (S3).
 * @param now milliseconds since 1970
 */
export function bindingGaps(binding: Partial<MetadataBinding>, bound: BoundTo, now: number): BindingGap[] {
  const whole =
    binding.operation !== undefined &&
    binding.keyLabel !== undefined &&
    (!bound.payloadKnown || binding.payloadSha256 !== undefined) &&
    (bound.algorithms === undefined || binding.algorithm !== undefined);
  return [
    ...(whole ? [] : ['no-metadata-binding' as const]),
    ...(/^[0-9a-f]{32,128}$/.test(binding.nonce ?? '') ? [] : ['claims-without-nonce' as const]),
    ...(expired(binding.expiresAt, now) ? ['claims-expired' as const] : []),
  ];
}
