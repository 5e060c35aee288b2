import { randomBytes } from 'node:crypto';
import {
  type Clock,
  concatBytes,
  derWrap,
  type Fetch,
  hashBytes,
  knownOptions,
  ownBytes,
  systemClock,
  type Timestamper,
} from '@securosys/core';
import { newTsaIdentity, type TsaIdentity } from './timestamp/identity.js';
import { type FakeTstInfo, fakeToken, loadTsp, type Tsp } from './timestamp/token.js';

export type { TsaIdentity } from './timestamp/identity.js';
export type { FakeTstInfo } from './timestamp/token.js';

/** Bits of PKIFailureInfo (RFC 3161 §2.4.2); the table of asn1-tsp 2.6 has other ones for all but the first. */
const failureBits = { badAlg: 0, badRequest: 2, timeNotAvailable: 14, unacceptedPolicy: 15, systemFailure: 25 } as const;

/** What the authority does instead of answering well. */
export interface FakeTsaFault {
  /** HTTP status; default 200. */
  readonly status?: number;
  /** Default `application/timestamp-reply`. */
  readonly contentType?: string;
  /** Sent instead of the reply. */
  readonly body?: Uint8Array;
  /** Never answers. */
  readonly hang?: boolean;
  /** PKIStatus of the reply; from 2 on it has no token. */
  readonly pkiStatus?: number;
  /** Name of the bit of PKIFailureInfo that is set. */
  readonly failure?: keyof typeof failureBits;
  /** What the reply says in words. */
  readonly text?: string;
  /** Changes what the token says before it is signed. */
  readonly info?: (info: FakeTstInfo) => Partial<FakeTstInfo>;
  /** Certificates in the token, DER; default: the chain without the root. */
  readonly certificates?: readonly Uint8Array[];
  /** Changes the signed token. */
  readonly token?: (der: Uint8Array) => Uint8Array;
}

/** What the authority is, and how it behaves. */
export interface FakeTsaOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default `http://tsa.test/`. */
  readonly url?: string;
  /** Dotted object identifier; default `1.2.3.4.1`. */
  readonly policy?: string;
  /** Default: the token says nothing about accuracy. */
  readonly accuracySeconds?: number;
  /** Default: new keys and certificates. The leaf's key is P-256. */
  readonly identity?: TsaIdentity;
  readonly fault?: FakeTsaFault;
}

/** A timestamp authority (RFC 3161) in memory. Its `timestamp` skips HTTP and every check: the token is as `fault` makes it. */
export interface FakeTsa extends Timestamper {
  readonly url: string;
  /** DER of the certificates, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** DER of the root: the anchor of those who trust it. */
  readonly root: Uint8Array;
  /** Give this to a client as its `fetch`. */
  readonly fetch: Fetch;
  /** The same as a web-standard handler, for a server or msw. */
  handle(request: Request): Promise<Response>;
  /** DER of the requests that arrived, oldest first. */
  readonly queries: Uint8Array[];
  /** Set it to make the next answers bad, and to `undefined` to end that. */
  fault: FakeTsaFault | undefined;
}

const hashOids = {
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

function statusInfo({ tsp }: Tsp, { pkiStatus = 0, failure, text }: FakeTsaFault) {
  const info = new tsp.PKIStatusInfo({ status: pkiStatus });
  if (text !== undefined) info.statusString = new tsp.PKIFreeText([text]);
  if (failure !== undefined) {
    const failInfo = new tsp.PKIFailureInfo();
    failInfo.fromNumber(2 ** failureBits[failure]);
    info.failInfo = failInfo;
  }
  return info;
}

/**
 * A timestamp authority for tests, with certificates of its own: it answers RFC 3161 requests in process and misbehaves when told to. Nothing
 * that it signs means anything.
 *
 * @example
 * ```ts
 * import { createTimestamper } from '@securosys/pki';
 * import { createFakeTsa } from '@securosys/testing';
 * const tsa = await createFakeTsa();
 * const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch });
 * const token = await timestamper.timestamp(new TextEncoder().encode('signature'), 'sha256');
 * console.log(token.byteLength);
 * ```
 */
export async function createFakeTsa(options: FakeTsaOptions = {}): Promise<FakeTsa> {
  knownOptions('createFakeTsa', options, ['clock', 'url', 'policy', 'accuracySeconds', 'identity', 'fault']);
  const { clock = systemClock, url = 'http://tsa.test/', policy = '1.2.3.4.1', accuracySeconds } = options;
  const identity = options.identity ?? (await newTsaIdentity(clock.now()));
  const root = identity.chain.at(-1);
  if (!root) throw new Error('an authority needs a certificate');
  const queries: Uint8Array[] = [];

  const stamped = async (asked: Pick<FakeTstInfo, 'hashOid' | 'imprint' | 'nonce'>, fault: FakeTsaFault) => {
    const serial = Uint8Array.from(randomBytes(16), (byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte));
    const info = { ...asked, policy, serial, genTime: clock.now(), accuracySeconds };
    const certificates = fault.certificates ?? identity.chain.slice(0, -1);
    const der = await fakeToken({ ...info, ...fault.info?.(info) }, identity, certificates);
    return ownBytes(fault.token?.(der) ?? der);
  };

  const handle = async (request: Request): Promise<Response> => {
    const { fault = {} } = tsa;
    if (request.method !== 'POST' || request.headers.get('content-type') !== 'application/timestamp-query')
      return new Response('not a timestamp query', { status: 400 });
    const query = new Uint8Array(await request.arrayBuffer());
    queries.push(query);
    if (fault.hang) return new Promise(() => {});
    const tspLibraries = await loadTsp();
    const { schema, tsp } = tspLibraries;
    const asked = schema.AsnConvert.parse(query, tsp.TimeStampReq);
    const status = new Uint8Array(schema.AsnConvert.serialize(statusInfo(tspLibraries, fault)));
    let token = new Uint8Array();
    if ((fault.pkiStatus ?? 0) < 2) {
      const { hashAlgorithm, hashedMessage } = asked.messageImprint;
      const imprint = new Uint8Array(hashedMessage.buffer);
      const nonce = asked.nonce && new Uint8Array(asked.nonce);
      token = await stamped({ hashOid: hashAlgorithm.algorithm, imprint, nonce }, fault);
    }
    // A token that a fault made is sent byte for byte, so the library that would read it stays out of it.
    const body = ownBytes(fault.body ?? derWrap(0x30, concatBytes(status, token)));
    return new Response(body, {
      status: fault.status ?? 200,
      headers: { 'content-type': fault.contentType ?? 'application/timestamp-reply' },
    });
  };

  const tsa: FakeTsa = {
    url,
    chain: identity.chain,
    root,
    queries,
    fault: options.fault,
    fetch: (input, init) => handle(new Request(input, init)),
    handle,
    async timestamp(signature, hash) {
      return stamped({ hashOid: hashOids[hash], imprint: hashBytes(hash, signature), nonce: undefined }, tsa.fault ?? {});
    },
  };
  return tsa;
}
