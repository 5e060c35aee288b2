import { hexText, type JsonValue } from '@securosys/core';
import type { AttributeValue } from './signed-attributes.js';

/**
 * An attribute's value as JSON that tells every value from every other. What JSON does not have becomes an object with one member that
 * begins with `$`: `{"$bytes": hex}`, `{"$integer": decimal}`, `{"$map": [[key, value], …]}`; and an object that has such a member itself
 * is written as a map.
 */
export function attributeJson(value: AttributeValue): JsonValue {
  if (typeof value === 'bigint') return { $integer: value.toString() };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return { $bytes: hexText(value) };
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map(attributeJson);
  const entries = value instanceof Map ? [...(value as ReadonlyMap<AttributeValue, AttributeValue>)] : Object.entries(value);
  if (value instanceof Map || entries.some(([name]) => String(name).startsWith('$')))
    return { $map: entries.map(([name, item]) => [attributeJson(name), attributeJson(item as AttributeValue)]) };
  return Object.fromEntries(entries.map(([name, item]) => [name, attributeJson(item as AttributeValue)]));
}
