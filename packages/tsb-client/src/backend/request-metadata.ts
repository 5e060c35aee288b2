import { base64Bytes, type Claims, isoSeconds, nodeCrypto, type RequestBatch, type SigningFacts } from '@securosys/core';
import { defaultMaxAgeMs } from '../approver/timestamp.js';
import type { WithMetadata } from '../client/wire-values.js';
import { bindMetadata } from '../metadata/binding.js';
import { flatFacts } from '../metadata/facts-text.js';
import { encodeMetadata } from '../metadata/metadata.js';
import { encodePreimage } from '../metadata/preimage.js';
import { applicationSignature } from '../request-signing/application-key.js';
import type { RequestStyle } from './request-style.js';

/** What a request is told to be, for the people who decide on it. */
export interface DescribedRequest {
  /** As `MetadataBinding.operation` has it. */
  readonly operation: string;
  /** Our name of a signature algorithm. */
  readonly algorithm?: string;
  readonly keyLabel: string;
  readonly spkiSha256?: string;
  /** The very bytes of the challenge's payload, where they are known here. */
  readonly payload?: Uint8Array;
  /** What a payload that is a digest stands for. */
  readonly preimage?: Uint8Array;
  readonly facts?: SigningFacts;
  readonly claims?: Claims;
  /** With what else people are asked to decide on it. */
  readonly batch?: RequestBatch;
}

/** Metadata bound to one request (S3), UTF-8 JSON, fresh each time: its nonce is never used twice. */
function requestMetadata(request: DescribedRequest, { app, clock }: RequestStyle): Uint8Array {
  const { facts, claims = {}, preimage, ...bound } = request;
  const now = clock.now();
  return encodeMetadata({
    ...(app !== undefined && { app }),
    time: isoSeconds(now),
    facts: facts ? flatFacts(facts) : {},
    claims,
    // As long as approvers look at a request by default; afterwards its description is an unverified claim (S3).
    binding: bindMetadata({ ...bound, nonce: nodeCrypto().randomBytes(16), expiresAt: now + defaultMaxAgeMs }),
    ...(preimage && { preimage: encodePreimage(preimage) }),
  });
}

/** What the client sends along: the description, and the application's signature over it, if it has a key. */
export async function describedRequest(request: DescribedRequest, style: RequestStyle): Promise<WithMetadata> {
  const metaData = requestMetadata(request, style);
  const { applicationKey } = style;
  if (!applicationKey) return { metaData };
  return { metaData, metaDataSignature: base64Bytes(await applicationSignature(applicationKey, metaData)) };
}
