export type { Attributes, FoundObject, MechanismInfo, ObjectHandle, TokenInfo } from './token/token-calls.js';
export type { Pkcs11ObjectType, Pkcs11Uri, Pkcs11UriParts, Pkcs11UriPin } from './uri/attributes.js';
export { formatPkcs11Uri, type Pkcs11UriSecrets } from './uri/format.js';
export { parsePkcs11Uri, redactPkcs11Uri } from './uri/parse.js';
