import { base64Bytes, SignError, utf8Text } from '@securosys/core';
import type { ApprovalTask } from '../api/tasks.js';
import type { Statements } from '../metadata/distinct.js';
import { decodeMetadata, type RequestMetadata } from '../metadata/metadata.js';
import { isSecretName, notShown, textWithoutSecrets } from './secrets.js';

/** What the requester wrote beside the payload. */
export interface Description {
  readonly metadata?: RequestMetadata;
  /** Metadata that is no JSON object, as text. */
  readonly text?: string;
}

/** Metadata is free-form at other clients; what is no JSON object is shown as text, and proves as little. */
export function readDescription(task: ApprovalTask): Description {
  if (!task.metaData) return {};
  try {
    return { metadata: decodeMetadata(base64Bytes(task.metaData, 'metadata')) };
  } catch (error) {
    if (!SignError.is(error)) throw error;
  }
  try {
    return { text: utf8Text(base64Bytes(task.metaData, 'metadata')) };
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return { text: task.metaData };
  }
}

/** Everything that only the requester says, but secrets. Stated facts that no format confirms are marked as unverified. */
export function claimsOf(read: Description, explained: boolean): Statements {
  const { metadata, text } = read;
  if (!metadata) return text === undefined ? [] : [['metadata', textWithoutSecrets(text)]];
  const { app, time, facts, claims } = metadata;
  const said: Statements = [
    ...(app === undefined ? [] : [['app', app] as const]),
    ...(time === undefined ? [] : [['time', time] as const]),
    ...(explained ? [] : Object.entries(facts).map(([name, value]) => [`unverified ${name}`, value] as const)),
    ...Object.entries(claims),
  ];
  return said.map(([name, value]) => [name, isSecretName(name) ? notShown : textWithoutSecrets(value)]);
}
