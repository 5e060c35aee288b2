import { type ReturnValueName, returnValues } from './return-values.js';

/**
 * For the details of a refusal that was made here, before any native call: the return value by which a module says the same, so that whoever
 * handles return values finds them whoever noticed first.
 */
export const standsFor = (name: ReturnValueName): { readonly upstreamName: ReturnValueName; readonly upstreamCode: number } => ({
  upstreamName: name,
  upstreamCode: returnValues[name],
});
