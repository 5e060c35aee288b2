import type { JsonValue } from '@securosys/core';
import { objectField } from '../fields.js';

const members = ['logIndex', 'logId', 'kindVersion', 'integratedTime', 'inclusionPromise', 'inclusionProof', 'canonicalizedBody'];

/** Holds an entry to the names of the format. What it says is not read. */
export function checkLogEntry(value: JsonValue): void {
  objectField(value, 'log entry', members);
}
