import { type Claims, invalidArgument, isJsonObject, type JsonObject, sanitizeText } from '@securosys/core';

/** Refuses a configuration. @throws SignError `ERR_INVALID_ARGUMENT` */
export function wrong(what: string): never {
  return invalidArgument(`the configuration: ${what}`);
}

/** A text; an empty one counts as absent. @throws SignError `ERR_INVALID_ARGUMENT` for what is none */
export function textOf(json: JsonObject, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === '') return undefined;
  return typeof value === 'string' ? value : wrong(`${name} is not a text`);
}

/** `true` or `false`; absent: `false`. @throws SignError `ERR_INVALID_ARGUMENT` */
export function flagOf(json: JsonObject, name: string): boolean {
  const { [name]: value = false } = json;
  return typeof value === 'boolean' ? value : wrong(`${name} is neither true nor false`);
}

/** A text that has to be there. @throws SignError `ERR_INVALID_ARGUMENT` */
export const needed = (json: JsonObject, name: string): string => textOf(json, name) ?? wrong(`${name} is missing`);

/** What approvers are told, by the configuration: `metaData`. @throws SignError `ERR_INVALID_ARGUMENT` */
export function claimsOf(json: JsonObject): Claims {
  const { metaData = {} } = json;
  if (!isJsonObject(metaData)) return wrong('metaData is not an object');
  for (const [name, value] of Object.entries(metaData))
    if (typeof value !== 'string') wrong(`metaData.${sanitizeText(name, 40)} is not a text`);
  return { ...(metaData as Record<string, string>) };
}
