import { concatBytes, hashBytes, hexText, invalidArgument, ownBytes, type TimestampHash } from '@securosys/core';
import { loadAsn1 } from '../certificate-tbs.js';
import { hashOids } from './hashes.js';

/** What was asked, to hold the reply against. */
export interface TimestampRequest {
  /** TimeStampReq, DER. */
  readonly der: Uint8Array<ArrayBuffer>;
  readonly hash: TimestampHash;
  readonly imprint: Uint8Array;
  /** As `TimestampToken.nonce`. */
  readonly nonce: string;
  readonly policy: string | undefined;
}

const nonceBytes = 20;
const nullParameters = Uint8Array.of(0x05, 0x00);

/** 159 random bits as the contents of an INTEGER: never negative, minimal. */
function nonceOf(randomBytes: (count: number) => Uint8Array): Uint8Array {
  const given = randomBytes(nonceBytes);
  const random = given instanceof Uint8Array ? ownBytes(given) : invalidArgument('randomBytes gave no Uint8Array');
  if (random.byteLength !== nonceBytes) invalidArgument(`randomBytes gave another number of bytes than ${nonceBytes}`);
  random[0] = (random[0] as number) & 0x7f;
  const first = random.findIndex((byte) => byte !== 0);
  const minimal = first < 0 ? Uint8Array.of(0) : random.subarray(first);
  return (minimal[0] as number) & 0x80 ? concatBytes(Uint8Array.of(0), minimal) : ownBytes(minimal);
}

/**
 * A `TimeStampReq` (RFC 3161 §2.4.1; `notation.md` §9.1 step 2): hash with NULL parameters, a nonce, and the wish for certificates.
 * @param message the bytes whose existence is to be proven
 */
export async function timestampRequest(
  message: Uint8Array,
  hash: TimestampHash,
  policy: string | undefined,
  randomBytes: (count: number) => Uint8Array,
): Promise<TimestampRequest> {
  const [{ AsnConvert, OctetString, x509 }, tsp] = await Promise.all([loadAsn1(), import('@peculiar/asn1-tsp')]);
  const imprint = hashBytes(hash, message);
  const nonce = nonceOf(randomBytes);
  const request = new tsp.TimeStampReq({
    version: tsp.TimeStampReqVersion.v1,
    messageImprint: new tsp.MessageImprint({
      hashAlgorithm: new x509.AlgorithmIdentifier({ algorithm: hashOids[hash], parameters: nullParameters.buffer }),
      hashedMessage: new OctetString(imprint),
    }),
    ...(policy !== undefined && { reqPolicy: policy }),
    nonce: ownBytes(nonce).buffer,
    certReq: true,
  });
  return {
    der: ownBytes(new Uint8Array(AsnConvert.serialize(request))),
    hash,
    imprint,
    nonce: hexText(nonce),
    policy,
  };
}
