import { equalBytes, sanitizeText, utf8Text } from '@securosys/core';
import { DerReader, malformed, tags } from '../reader.js';
import { reading, refuse } from './reasons.js';
import type { TimestampRequest } from './request.js';
import { type ParseTimestampOptions, parseTimestampToken, scannedDer, type TimestampToken } from './token.js';

const statuses = ['granted', 'grantedWithMods', 'rejection', 'waiting', 'revocationWarning', 'revocationNotification'] as const;

/** Bits of `PKIFailureInfo` (RFC 3161 §2.4.2). */
const failures: ReadonlyMap<number, string> = new Map([
  [0, 'badAlg'],
  [2, 'badRequest'],
  [5, 'badDataFormat'],
  [14, 'timeNotAvailable'],
  [15, 'unacceptedPolicy'],
  [16, 'unacceptedExtension'],
  [17, 'addInfoNotAvailable'],
  [25, 'systemFailure'],
]);
/** Failures that pass by themselves. */
const passing: ReadonlySet<string> = new Set(['timeNotAvailable', 'systemFailure']);
const maxTexts = 16;

function failureNames(bits: Uint8Array): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < (bits.byteLength - 1) * 8 && bit < 64; bit++)
    if (((bits[1 + (bit >> 3)] as number) & (0x80 >> (bit & 7))) !== 0) names.push(failures.get(bit) ?? `failure ${bit}`);
  return names;
}

/** `PKIStatusInfo`: nothing when the token was granted. */
function checkStatus(info: DerReader): void {
  const [status = 0xff, more] = info.contents(info.take(tags.integer));
  const texts: string[] = [];
  const free = info.optional(tags.sequence);
  for (const list = free && info.inside(free); list?.more; ) {
    if (texts.length === maxTexts) malformed('too many status texts');
    texts.push(utf8Text(list.contents(list.take(tags.utf8String)), 'status text'));
  }
  const failInfo = info.optional(tags.bitString);
  info.end();
  if (more === undefined && status <= 1) return;
  const name = (more === undefined ? statuses[status] : undefined) ?? 'an unknown status';
  const failed = failInfo ? failureNames(info.contents(failInfo)) : [];
  const said = texts.length > 0 ? `it says '${sanitizeText(texts.join(' '))}'` : '';
  refuse('request-rejected', {
    why: [name, ...failed, said].filter((part) => part !== '').join(', '),
    retryable: failed.some((one) => passing.has(one)),
    details: { upstreamCode: status, upstreamName: [name, ...failed].join(' ') },
  });
}

/** The token inside a `TimeStampResp`, after its status was looked at. */
function grantedToken(der: Uint8Array): Uint8Array {
  const reply = DerReader.over(der, tags.sequence, 'TimeStampResp');
  checkStatus(reply.enter(tags.sequence, 'PKIStatusInfo'));
  const token = reply.take(tags.sequence);
  reply.end();
  return reply.whole(token);
}

/**
 * The token of a reply that grants one, held against what was asked (`notation.md` §9.1 step 4). Its signature is not looked at.
 * @param body of the HTTP answer
 * @throws SignError
 */
export function grantedReply(body: Uint8Array, request: TimestampRequest, options: ParseTimestampOptions): TimestampToken {
  const der = reading('reply-not-der', 'token-limit', () => scannedDer(body, 'timestamp reply', options));
  const token = parseTimestampToken(reading('reply-malformed', 'token-limit', () => grantedToken(der)));
  const { hash, imprint, nonce, policy } = request;
  if (policy !== undefined && token.policy !== policy) refuse('reply-policy');
  if (token.hash !== hash || !equalBytes(token.imprint, imprint)) refuse('reply-imprint');
  if (token.nonce !== nonce) refuse('reply-nonce');
  return token;
}
