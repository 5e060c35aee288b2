import { isJsonObject, type JsonObject, type JsonValue } from '@securosys/core';
import type { ReadRecord } from '@securosys/sign/audit';
import type { Line } from '../output/output.js';

const part = (json: JsonValue | undefined, name: string): JsonValue | undefined => (isJsonObject(json) ? json[name] : undefined);
const shown = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** Where signatures go, and of what. */
function targetText(target: JsonValue | undefined): string | undefined {
  const [repository, tag, digest, name] = ['repository', 'tag', 'digest', 'name'].map((one) => shown(part(target, one)));
  if (repository === undefined) return name;
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** What a decryption opens, and where that goes; of a signature where it goes alone. */
function placesText({ source, target }: JsonObject): string | undefined {
  const [from, to] = [targetText(source), targetText(target)];
  return from === undefined ? to : `${from}${to === undefined ? '' : ` to ${to}`}`;
}

function parts(members: JsonObject): (string | undefined)[] {
  const { result, facts, key, requester, requestId } = members;
  const label = shown(part(key, 'label')) ?? shown(part(key, 'spkiSha256'));
  return [
    shown(result),
    shown(part(facts, 'title')),
    placesText(members),
    label === undefined ? undefined : `key ${label}`,
    shown(requester) === undefined ? undefined : `by ${shown(requester)}`,
    shown(requestId) === undefined ? undefined : `request ${shown(requestId)}`,
  ];
}

/** One record in one line: `12  2026-03-01T00:00:00.000Z  outcome  signed; …`. All of it is in `--json`. */
export function recordLine({ seq, at, kind, members }: ReadRecord): Line {
  const text = parts(members).flatMap((one) => one ?? []);
  const line = `${seq}  ${at}  ${kind.padEnd(10)}  ${text.join('; ')}`.trimEnd();
  const bad = members.result === 'refused' || members.result === 'failed' || kind === 'repaired';
  return bad ? { text: line, tone: 'warn' } : line;
}
